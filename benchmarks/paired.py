"""Compare two commands, each a whole process: run in turns, median of the ratios of their CPU times."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, with what it adds to the environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The median CPU seconds of both commands, and the median of the ratios pair by pair."""

    baseline: float
    measured: float
    ratio: float


def cpu_seconds(command: Command, folder: Path, *, check: bool = True) -> float:
    """The CPU seconds of one run: other load on the machine changes them far less than the clock's.

    Args:
        command: What is run.
        folder: Where.
        check: Whether a run that fails ends the measurement.

    Raises:
        subprocess.CalledProcessError: It fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, **command.environment}
    subprocess.run(command.arguments, cwd=folder, env=environment, check=check, stdout=subprocess.DEVNULL)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(baseline: Command, measured: Command, folder: Path, pairs: int) -> Comparison:
    """Run both commands in turns, after one run of each that fills the caches."""
    for command in (baseline, measured):
        cpu_seconds(command, folder)
    found = []
    for number in range(pairs):
        order = (baseline, measured) if number % 2 else (measured, baseline)
        seconds = {id(command): cpu_seconds(command, folder) for command in order}
        found.append((seconds[id(baseline)], seconds[id(measured)]))
    return Comparison(
        statistics.median(base for base, _ in found),
        statistics.median(own for _, own in found),
        statistics.median(own / base for base, own in found),
    )


def verdict(name: str, comparison: Comparison, limit: float) -> int:
    """Print a comparison; return the exit code."""
    print(f"{name}: {comparison.measured:.3f} s of CPU against {comparison.baseline:.3f} s")
    print(f"ratio {comparison.ratio:.3f}, limit {limit}")
    return int(comparison.ratio > limit)
