"""Whether what is drawn decides a verdict: conforming providers under many seeds of hypothesis.

``python benchmarks/seeds.py`` judges the reference providers, the examples and the fixtures that are tried
by the rules about behaviour, once a seed, each time in a process of its own. A conforming provider that
is flagged is a false alarm; a planted fault that is not found is a miss. Either ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ("wired", "registry", "calls", "lifecycle")
"""Packages of cases; the hostile ones are left out: what they do to a process follows no seed."""

Finding = tuple[str, str]
"""A provider type, and a code."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one run found, and how many checks and seconds it took."""

    findings: frozenset[Finding]
    checks: int
    seconds: float


def providers(fixtures: Sequence[str]) -> list[Path]:
    """The providers that are judged: all that conform, and these packages of cases."""
    references = [p.parent for p in sorted(ROOT.glob("reference_providers/*/pyproject.toml"))]
    packages = [ROOT / "fixtures" / "packages" / name for name in fixtures]
    examples = ROOT / "examples" / "example_providers"
    return [*(p for p in references if p.name != "ogx"), examples, *(p for p in packages if p.exists())]


def planted(fixtures: Sequence[str]) -> frozenset[Finding]:
    """The findings that there must be in packages of cases."""
    listings = [ROOT / "fixtures" / "packages" / name / "expected.yaml" for name in fixtures]
    return frozenset(
        (case, code)
        for listing in listings
        if listing.exists()
        for case, entry in yaml.safe_load(listing.read_text("utf-8")).items()
        for severity in ("error", "warning")
        for code in entry.get(severity, ())
    )


def judged(seed: int, workers: int, fixtures: Sequence[str]) -> Judged:
    """Judge all of them under one seed.

    Raises:
        RuntimeError: The run left no report.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
        command += [f"--provider={path}" for path in providers(fixtures)]
        command += ["--provider-select=PC50,PC6,PC7", f"--hypothesis-seed={seed}", f"-n{workers}"]
        command += [f"--provider-report=json:{report}"]
        began = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
        seconds = time.perf_counter() - began
        if not report.exists():
            raise RuntimeError(done.stdout + done.stderr)
        told = json.loads(report.read_text("utf-8"))
    findings = frozenset((f["provider_type"], f["code"]) for f in told["findings"])
    return Judged(findings, len(told["checks"]), seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row a seed; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds are tried")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of pytest-xdist")
    parser.add_argument(
        "--fixtures", nargs="*", default=FIXTURES, help="the packages of cases, none for none"
    )
    options = parser.parse_args(arguments)
    wanted, failures = planted(options.fixtures), 0
    for seed in range(1, options.seeds + 1):
        run = judged(seed, options.workers, options.fixtures)
        alarms, misses = sorted(run.findings - wanted), sorted(wanted - run.findings)
        failures += len(alarms) + len(misses)
        print(
            f"seed {seed:3}: {run.checks} checks, {len(run.findings)} findings, "
            f"{len(alarms)} false alarms, {len(misses)} misses, {run.seconds:.0f} s",
            *(
                f"    {what}: {kind} {code}"
                for what, them in (("alarm", alarms), ("miss", misses))
                for kind, code in them
            ),
            sep="\n",
            flush=True,
        )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
