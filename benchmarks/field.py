"""What runs on an installed ogx cost in CPU: ``python benchmarks/field.py [API/TYPE ...] [--registry]``.

Three runs on one spec are held against a process that imports the stack and makes an empty pytest run: all
rules but those that search with hypothesis (PC6xx), all rules, and one check by its id, that of its start.
With ``--registry`` all specs of the stack are judged once, which takes minutes. It ends with 1 where a budget
is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import paired

PAIRS = 5
SPECS = ("files/inline::localfs", "inference/remote::groq")
SEARCHING = "PC6"
REGISTRY = "ogx.providers.registry"
REGISTRY_SECONDS = 300.0
WITHOUT_SEARCH, WITH_SEARCH, ONE_CHECK = 3.0, 5.0, 1.5
_QUIET = ("-q", "-p", "no:anyio", "-p", "no:xdist", "-p", "no:xdist.looponfail", "-m", "conformance")
_BARE = "import sys, pytest, ogx.core.stack; sys.exit(pytest.main({options}) not in (0, 5))"
_MODULE = """\
from ogx.providers.registry.{api} import available_providers


def get_provider_spec():
    return next(spec for spec in available_providers() if spec.provider_type == "{kind}")
"""
_NAME = "one_spec:get_provider_spec"


def bare(folder: Path) -> paired.Command:
    """An empty run, in a process that imports the stack."""
    script = _BARE.format(options=[*_QUIET, str(folder)])
    return paired.Command([sys.executable, "-c", script], {"PYTHONDONTWRITEBYTECODE": ""})


def run(*arguments: str) -> paired.Command:
    """A run of the plugin; mypy's cache is warm from the second one on."""
    command = [sys.executable, "-m", "pytest", *_QUIET, *arguments]
    return paired.Command(command, {"PYTHONDONTWRITEBYTECODE": ""})


def of_one_spec(spec: str, pairs: int) -> int:
    """Measure the three runs on one spec; return the exit code.

    Args:
        spec: Its API and type, with a slash between.
        pairs: How many pairs are run.
    """
    api, _, kind = spec.partition("/")
    check = f"{_NAME}::{api}::PC501[{kind}]"
    runs = {
        "all rules that do not search": (WITHOUT_SEARCH, [f"--provider-ignore={SEARCHING}"]),
        "all rules": (WITH_SEARCH, []),
        "one check": (ONE_CHECK, [check]),
    }
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one_spec.py").write_text(_MODULE.format(api=api, kind=kind), encoding="utf-8")
        for title, (limit, options) in runs.items():
            measured = run(f"--provider={_NAME}", *options)
            found = paired.compare(bare(folder), measured, folder, pairs)
            failed |= paired.verdict(f"{spec}, {title}", found, limit)
    return failed


def of_the_registry() -> int:
    """Measure one run on all specs; return the exit code."""
    with tempfile.TemporaryDirectory() as name:
        seconds = paired.cpu_seconds(run(f"--provider={REGISTRY}"), Path(name), check=False)
    print(f"{REGISTRY}: {seconds:.0f} s of CPU, limit {REGISTRY_SECONDS:.0f}")
    return int(seconds > REGISTRY_SECONDS)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("specs", nargs="*", default=SPECS, help="API/TYPE of a spec of ogx")
    parser.add_argument("--registry", action="store_true", help="all specs once, too")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    options = parser.parse_args()
    failed = 0
    for spec in options.specs:
        failed |= of_one_spec(spec, options.pairs)
    return failed | (of_the_registry() if options.registry else 0)


if __name__ == "__main__":
    sys.exit(main())
