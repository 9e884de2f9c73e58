"""What judging one provider over all known releases costs, from the argument to the matrix.

Run with ``python benchmarks/releases.py [PROVIDER]``; without an argument it is the fixture that fits most
of them. Every round runs in a process of its own, as an author's run does: nothing is loaded or parsed
yet. It ends with 1 where the limit is passed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

ROUNDS = 7
LIMIT = 2.0
"""Seconds of CPU time."""
FIXTURE = Path(__file__).parents[1] / "fixtures" / "releases" / "tools_under_both_names"
ONE_ROUND = """
import sys, time
from pathlib import Path
started = time.process_time()
from provider_conformance.contracts.snapshots import available
from provider_conformance.releases.survey import Survey
imported = time.process_time()
survey = Survey(sys.argv[1], root=Path.cwd())
fits = [survey.fit(release) for release in available()]
print(imported - started, time.process_time() - started, len(fits), sum(fit.fits for fit in fits))
"""


def one_round(provider: str) -> list[float]:
    """Seconds of CPU time for the imports and for all, the releases that there are, and those that fit."""
    command = [sys.executable, "-c", ONE_ROUND, provider]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    return [float(part) for part in done.stdout.split()]


def main() -> int:
    """Measure, print, and say whether the limit is kept."""
    provider = sys.argv[1] if len(sys.argv) > 1 else str(FIXTURE)
    rounds = [one_round(provider) for _ in range(ROUNDS)]
    imports, whole, releases, fitting = (median(column) for column in zip(*rounds, strict=True))
    print(f"{provider}: {releases:.0f} releases, of which it fits {fitting:.0f}")
    print(f"{whole:.2f} s of CPU time, {imports:.2f} s of it for imports (median of {ROUNDS} processes)")
    return int(whole > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
