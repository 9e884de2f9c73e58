"""What the plugin costs a run that asks for no provider: an empty pytest run with and without it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import paired

LIMIT = 1.05
PAIRS = 41
OTHERS = ("anyio", "hypothesispytest", "xdist", "xdist.looponfail")
NO_TESTS = "import sys, pytest; sys.exit(pytest.main({options}) not in (0, 5))"


def command(*blocked: str) -> paired.Command:
    """An empty run without these plugins, and without the others that happen to be installed."""
    plugins = (word for plugin in (*OTHERS, *blocked) for word in ("-p", f"no:{plugin}"))
    script = NO_TESTS.format(options=["-q", "-p", "no:cacheprovider", *plugins])
    # Bytecode is written, as it is where pytest is at home; without it each process compiles anew.
    return paired.Command([sys.executable, "-c", script], {"PYTHONDONTWRITEBYTECODE": ""})


def main() -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        found = paired.compare(command("provider_conformance"), command(), Path(folder), PAIRS)
    return paired.verdict("an empty run with the plugin", found, LIMIT)


if __name__ == "__main__":
    sys.exit(main())
