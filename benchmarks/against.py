"""What the plugin costs beside an older checkout of it: ``python benchmarks/against.py CHECKOUT [NAME ...]``.

The four runs that users wait for are timed in turns, each with the package of its own checkout and with the
same interpreter: an empty run (``idle``), 5,000 checks (``items``), a whole suite (``suite``), and a provider
over all releases (``releases``). It ends with 1 where one is slower than the limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import paired

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1.05
PAIRS = {"idle": 41, "items": 9, "suite": 15, "releases": 15}
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:anyio", "-p", "no:xdist", "-p", "no:xdist.looponfail")


def _idle(_checkout: Path) -> list[str]:
    script = f"import sys, pytest; sys.exit(pytest.main({list(_QUIET)!r}) not in (0, 5))"
    return ["-c", script]


def _items(checkout: Path) -> list[str]:
    return [str(checkout / "benchmarks" / "items.py"), "checks"]


def _suite(checkout: Path) -> list[str]:
    return ["-m", "pytest", *_QUIET, f"--provider={checkout / 'reference_providers' / 'inference'}"]


def _releases(checkout: Path) -> list[str]:
    provider = checkout / "fixtures" / "releases" / "tools_under_both_names"
    return ["-m", "pytest", *_QUIET, f"--provider={provider}", "--provider-releases=all"]


RUNS: dict[str, Callable[[Path], list[str]]] = {
    "idle": _idle,
    "items": _items,
    "suite": _suite,
    "releases": _releases,
}


def command(run: str, checkout: Path) -> paired.Command:
    """The process that makes one run with the package of one checkout."""
    environment = {"PYTHONPATH": str(checkout / "conformance"), "PYTHONDONTWRITEBYTECODE": ""}
    if run == "items":
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return paired.Command([sys.executable, *RUNS[run](checkout)], environment)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path, help="the folder of the older checkout")
    parser.add_argument("runs", nargs="*", metavar="NAME", help=f"of {', '.join(RUNS)}; all by default")
    options = parser.parse_args()
    failed = 0
    for run in options.runs or RUNS:
        with tempfile.TemporaryDirectory() as folder:
            older, newer = (command(run, checkout.resolve()) for checkout in (options.checkout, ROOT))
            found = paired.compare(older, newer, Path(folder), PAIRS[run])
        failed |= paired.verdict(run, found, LIMIT)
    return failed


if __name__ == "__main__":
    sys.exit(main())
