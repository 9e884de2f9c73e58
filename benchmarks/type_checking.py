"""Time a typing check, cold and warm, against a plain mypy run on the same assertion.

The plain run is what an author would write down first: a function that takes the implementation and
returns it as the protocol, under ``mypy --follow-untyped-imports`` with an empty cache. Needs an
interpreter with a stack and mypy; by default an adapter of ogx against the inference protocol:

    python benchmarks/type_checking.py [--repeat 3] [--implementation MODULE:CLASS] [--protocol MODULE:CLASS]
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from provider_conformance import check_typing
from provider_conformance.types.mypy_runner import CACHE_VARIABLE

COLD, WARM, GROWTH = 0.45, 0.1, 20.0
IMPLEMENTATION = "ogx.providers.remote.inference.vllm.vllm:VLLMInferenceAdapter"
PROTOCOL = "ogx_api.inference.api:InferenceProvider"


def cpu_seconds(action: Callable[[], object]) -> float:
    """The CPU seconds that ``action`` takes, in this process and in those that it starts."""

    def now() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(each.ru_utime + each.ru_stime for each in used)

    before = now()
    action()
    return now() - before


def plain_mypy(implementation: str, protocol: str, folder: Path) -> None:
    """Run mypy on the plain assertion; it may object, since it judges data members by other rules."""
    mine, theirs = (path.replace(":", ".") for path in (implementation, protocol))
    modules = {path.partition(":")[0] for path in (implementation, protocol)}
    lines = [*(f"import {module}" for module in sorted(modules)), f"def f(p: {mine}) -> {theirs}: return p"]
    (folder / "assertion.py").write_text("\n".join([*lines, ""]))
    command = [sys.executable, "-m", "mypy", "--follow-untyped-imports", "assertion.py"]
    command += ["--cache-dir", str(folder / "cache")]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)  # noqa: S603


def once(pair: tuple[str, str]) -> tuple[float, float, float]:
    """CPU seconds of a plain run, of a cold one of ours, and of a warm one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = cpu_seconds(lambda: plain_mypy(*pair, folder))
        os.environ[CACHE_VARIABLE] = str(folder / "ours")
        cold = cpu_seconds(lambda: check_typing([pair]))
        warm = cpu_seconds(lambda: check_typing([pair]))
    return plain, cold, warm


def megabytes() -> float:
    """What this process occupies."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth(pair: tuple[str, str], runs: int = 5) -> float:
    """Megabytes by which a run in this process makes it grow, on average after the first."""
    check_typing([pair])
    before = megabytes()
    for _ in range(runs):
        check_typing([pair])
    return (megabytes() - before) / runs


def main() -> int:
    """Print the figures.

    Returns:
        1 where a limit is passed.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--implementation", default=IMPLEMENTATION)
    parser.add_argument("--protocol", default=PROTOCOL)
    options = parser.parse_args()
    pair = (options.implementation, options.protocol)
    for path in pair:  # what a run of the provider has imported by then
        importlib.import_module(path.partition(":")[0])
    plain, cold, warm = zip(*(once(pair) for _ in range(options.repeat)), strict=True)
    ratios = [
        ("cold", statistics.median(c / p for c, p in zip(cold, plain, strict=True)), COLD),
        ("warm", statistics.median(w / p for w, p in zip(warm, plain, strict=True)), WARM),
    ]
    print(f"plain mypy {statistics.median(plain):6.2f} s of CPU")
    for name, ratio, limit in ratios:
        seconds = statistics.median(cold if name == "cold" else warm)
        print(f"{name:<10} {seconds:6.2f} s of CPU, {ratio:.3f} x (limit {limit} x)")
    grown = growth(pair)
    print(f"growth     {grown:6.2f} MB a run (limit {GROWTH:.0f} MB)")
    return int(grown > GROWTH or any(ratio > limit for _, ratio, limit in ratios))


if __name__ == "__main__":
    sys.exit(main())
