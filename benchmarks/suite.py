"""What the whole suite costs on a provider: beside an empty pytest run that imports the provider, too.

Rules that search with hypothesis (PC60x to PC61x, and the generated arguments of PC65x) are measured apart.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import paired

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "reference_providers" / "inference"
PAIRS = 9
LIMIT = 3.0
SEARCHING = "PC6"
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:anyio", "-p", "no:xdist", "-p", "no:xdist.looponfail")
_BARE = "import sys, pytest; sys.path.insert(0, {path!r}); import {package}.inference; pytest.main({options})"


def bare() -> paired.Command:
    """An empty run, in a process that imports the provider and so the stack that it is made for."""
    script = _BARE.format(path=str(PROJECT), package="reference_inference", options=[*_QUIET])
    return paired.Command([sys.executable, "-c", script], {"PYTHONDONTWRITEBYTECODE": ""})


def whole(*options: str) -> paired.Command:
    """All checks of the provider; mypy's cache is warm from the second run on."""
    arguments = [sys.executable, "-m", "pytest", *_QUIET, f"--provider={PROJECT}", *options]
    return paired.Command(arguments, {"PYTHONDONTWRITEBYTECODE": ""})


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        without = paired.compare(bare(), whole(f"--provider-ignore={SEARCHING}"), Path(folder), PAIRS)
        everything = paired.compare(bare(), whole(), Path(folder), PAIRS)
    failed = paired.verdict("all rules that do not search", without, LIMIT)
    apart = everything.measured - without.measured
    print(f"all rules: {everything.measured:.3f} s of CPU, {everything.ratio:.2f} x; searching {apart:.3f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main())
