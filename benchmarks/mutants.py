"""How many one-change mutants of the stack's own adapters are found, and how often a harmless one is flagged.

``python benchmarks/mutants.py`` needs nothing but an interpreter with a stack and this package. It draws
changes with a seed, writes each as a package of its own, judges it live and by its source, and compares with
what is said of the unchanged adapter. Live it judges those adapters alone whose client libraries are
installed, and says which are not. A miss or a false alarm ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from adapters import adapters
from changes import BREAKING, Change, Kind
from harmless import KEEPING
from subtle import SUBTLE

from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.model import Contract

VIEWS = ("live", "source")
Finding = tuple[str, str, str, str]
"""Severity, code, method and message."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A change, the name of its package, and whether it breaks the adapter."""

    name: str
    change: Change
    breaks: bool


def draw(kinds: Sequence[Kind], number: int, randomly: random.Random, contract: Contract) -> Iterator[Change]:
    """Draw changes: first a kind, then one of its changes in all adapters, none of them twice."""
    there = list(adapters())
    left = {kind: [c for a in there for c in kind(a, contract.apis[a.api])] for kind in kinds}
    for _ in range(number):
        open_kinds = [kind for kind in kinds if left[kind]]
        if not open_kinds:
            return
        pool = left[randomly.choice(open_kinds)]
        yield pool.pop(randomly.randrange(len(pool)))


def judge(names: Sequence[str], folder: Path, view: str) -> dict[str, list[Finding]]:
    """What is said of packages in a folder, all in one process.

    Raises:
        RuntimeError: The run left no report.
    """
    report = folder / f"report-{view}-{names[0]}.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    command += [f"--provider={name}" for name in names]
    command += [f"--provider-view={view}", f"--provider-report=json:{report}"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if not report.exists():
        raise RuntimeError(done.stdout + done.stderr)
    found: dict[str, list[Finding]] = {name: [] for name in names}
    for one in json.loads(report.read_text("utf-8"))["findings"]:
        told = one["message"].replace(one["provider"], "it")
        found[one["provider"]].append((one["severity"], one["code"], one["method"], told))
    return found


@dataclass(frozen=True, slots=True)
class Pace:
    """How packages are judged.

    Attributes:
        at_once: How many of them one process judges.
        workers: How many processes there are at a time.
        minutes: After how many no further process begins.
    """

    at_once: int
    workers: int
    minutes: float


def judged(drawn: Sequence[Drawn], folder: Path, view: str, pace: Pace) -> dict[str, list[Finding]]:
    """What is said of each mutant and not of the adapter that it was made of.

    Returns:
        That by the mutants' names, without those for which there was no time.
    """
    originals: dict[str, str] = {}
    parts: list[list[str]] = []
    for start in range(0, len(drawn), pace.at_once):
        part = drawn[start : start + pace.at_once]
        new = [name for name in dict.fromkeys(d.change.adapter.name for d in part) if name not in originals]
        originals |= {name: f"original_{len(originals) + i}" for i, name in enumerate(new)}
        parts.append([*(originals[name] for name in new), *(d.name for d in part)])
    for adapter in (a for a in adapters() if a.name in originals):
        adapter.write(folder, originals[adapter.name])
    for one in drawn:
        one.change.adapter.write(folder, one.name)
    end = time.monotonic() + pace.minutes * 60

    def in_time(part: Sequence[str]) -> dict[str, list[Finding]]:
        return judge(part, folder, view) if time.monotonic() < end else {}

    said: dict[str, list[Finding]] = {}
    with ThreadPoolExecutor(pace.workers) as pool:
        for number, found in enumerate(pool.map(in_time, parts), 1):
            said.update(found)
            print(f"{view}: judged {number} of {len(parts)} parts", file=sys.stderr, flush=True)
    return {
        d.name: _new(said[d.name], said[originals[d.change.adapter.name]]) for d in drawn if d.name in said
    }


def _new(found: Sequence[Finding], before: Sequence[Finding]) -> list[Finding]:
    return [*(Counter(found) - Counter(before)).elements()]


def told(drawn: Sequence[Drawn], said: Mapping[str, Sequence[Finding]], view: str) -> int:
    """Print what was found; return the number of misses and false alarms."""
    seen = [d for d in drawn if d.name in said]
    if len(seen) < len(drawn):
        print(f"{view}: NOT JUDGED for want of time: {len(drawn) - len(seen)} of {len(drawn)} changes")
    broken, kept = [d for d in seen if d.breaks], [d for d in seen if not d.breaks]
    missed = [d for d in broken if not said[d.name]]
    alarms = [d for d in kept if said[d.name]]
    errors = {d.name: sum(f[0] == "error" for f in said[d.name]) for d in broken}
    with_errors = [number for number in errors.values() if number]
    share = sum(with_errors) / len(with_errors) if with_errors else 0.0
    print(
        f"{view}: {len(broken) - len(missed)} of {len(broken)} found, {len(with_errors)} of them as errors,"
    )
    print(f"    {share:.2f} errors a change; {len(alarms)} false alarms in {len(kept)}")
    for title, ones in (("missed", missed), ("alarm", alarms)):
        for one in ones:
            print(
                f"    {title}: {_title(one)}", *(f"        {' '.join(f)}" for f in said[one.name]), sep="\n"
            )
    for one in broken:
        if errors[one.name] > 1:
            codes = ", ".join(
                f"{code}[{method}]" for severity, code, method, _ in said[one.name] if severity == "error"
            )
            print(f"    {errors[one.name]} errors: {_title(one)}: {codes}")
    return len(missed) + len(alarms)


def can_be_seen(one: Drawn, view: str) -> bool:
    """Whether a view can tell anything of a change: live its adapter has to be importable as it was."""
    return one.change.adapter.cls is not None if view == "live" else not one.change.live_only


def left_out(drawn: Sequence[Drawn], view: str) -> str:
    """Which of the changes a view is not asked about, and why; "" where it is asked about all."""
    unseen = [d for d in drawn if not can_be_seen(d, view)]
    if not unseen:
        return ""
    breaking = sum(d.breaks for d in unseen)
    count = f"{breaking} breaking and {len(unseen) - breaking} keeping changes"
    if view != "live":
        return f"{view}: left out: {count}, which nothing but running the provider can tell"
    missing = sorted({f"    {d.change.adapter.name}: {d.change.adapter.problem}" for d in unseen})
    head = f"live: LEFT OUT: {count} of {len(missing)} adapters that cannot be imported here"
    return "\n".join([f"{head}; their client libraries are missing:", *missing])


def _title(one: Drawn) -> str:
    return f"{one.name}: {one.change.adapter.name}: {one.change.kind}: {one.change.what}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, judge and count; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--breaking", type=int, default=300, help="how many changes that break are drawn")
    parser.add_argument("--keeping", type=int, default=120, help="how many that keep the behaviour")
    parser.add_argument(
        "--subtle", action="store_true", help="draw what breaks from subtle.py, and not from changes.py"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stack", default="installed", help="the stack whose adapters are changed")
    parser.add_argument("--at-once", type=int, default=20, help="how many packages one run judges")
    parser.add_argument("--workers", type=int, default=1, help="how many processes judge at the same time")
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="after how many a view begins with nothing more"
    )
    parser.add_argument(
        "--folder", type=Path, help="where the packages are written, to look at them afterwards"
    )
    parser.add_argument("--views", nargs="+", default=VIEWS, choices=VIEWS)
    options = parser.parse_args(arguments)
    randomly, contract = random.Random(options.seed), load_contract(options.stack)  # noqa: S311 (no secrets)
    drawn = [
        Drawn(f"{word}_{number}", change, breaks)
        for word, breaks, kinds, most in (
            ("broken", True, SUBTLE if options.subtle else BREAKING, options.breaking),
            ("kept", False, KEEPING, options.keeping),
        )
        for number, change in enumerate(draw(kinds, most, randomly, contract))
    ]
    randomly.shuffle(drawn)  # so that what there is time for is of all kinds
    pace, failures = Pace(options.at_once, options.workers, options.minutes), 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        for view in options.views:
            print(left_out(drawn, view) or f"{view}: all {len(drawn)} changes can be seen", flush=True)
            asked = [d for d in drawn if can_be_seen(d, view)]
            failures += told(asked, judged(asked, folder, view, pace), view)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
