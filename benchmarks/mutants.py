"""How many one-change mutants of the stack's own adapters are found, and how often a harmless one is flagged.

``python benchmarks/mutants.py`` needs nothing but an interpreter with a stack and this package. It draws
changes with a seed, writes each as a package of its own, judges it live and by its source, and compares with
what is said of the unchanged adapter. Live it judges those adapters alone whose client libraries are
installed, and says which are not. A miss or a false alarm ends with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from adapters import adapters
from changes import BREAKING, Change, Kind
from harmless import KEEPING

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


def judged(
    drawn: Sequence[Drawn], folder: Path, view: str, at_once: int, workers: int
) -> dict[str, list[Finding]]:
    """What is said of each mutant and not of the adapter that it was made of.

    Args:
        drawn: The mutants.
        folder: Where they are written.
        view: How they are judged, one of :data:`VIEWS`.
        at_once: How many packages one process judges.
        workers: How many processes there are at a time.
    """
    originals = {d.change.adapter.name: f"original_{i}" for i, d in enumerate(drawn)}
    there = {a.name: a for a in adapters() if a.name in originals}
    for name, package in originals.items():
        there[name].write(folder, package)
    for one in drawn:
        one.change.adapter.write(folder, one.name)
    names, said = [*originals.values(), *(d.name for d in drawn)], {}
    parts = [names[start : start + at_once] for start in range(0, len(names), at_once)]
    with ThreadPoolExecutor(workers) as pool:
        for number, found in enumerate(pool.map(lambda part: judge(part, folder, view), parts), 1):
            said.update(found)
            print(f"{view}: judged {number} of {len(parts)} parts", file=sys.stderr, flush=True)
    (folder / f"said-{view}.json").write_text(json.dumps(said, indent=1), "utf-8")
    return {d.name: _new(said[d.name], said[originals[d.change.adapter.name]]) for d in drawn}


def _new(found: Sequence[Finding], before: Sequence[Finding]) -> list[Finding]:
    return [*(Counter(found) - Counter(before)).elements()]


def told(drawn: Sequence[Drawn], said: Mapping[str, Sequence[Finding]], view: str) -> int:
    """Print what was found; return the number of misses and false alarms."""
    broken, kept = [d for d in drawn if d.breaks], [d for d in drawn if not d.breaks]
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
    count = (
        f"{sum(d.breaks for d in unseen)} breaking and {sum(not d.breaks for d in unseen)} keeping changes"
    )
    if not unseen:
        return ""
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
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stack", default="installed", help="the stack whose adapters are changed")
    parser.add_argument("--at-once", type=int, default=20, help="how many packages one run judges")
    parser.add_argument("--workers", type=int, default=1, help="how many processes judge at the same time")
    parser.add_argument(
        "--folder", type=Path, help="where the packages are written, to look at them afterwards"
    )
    parser.add_argument("--views", nargs="+", default=VIEWS, choices=VIEWS)
    options = parser.parse_args(arguments)
    randomly, contract = random.Random(options.seed), load_contract(options.stack)  # noqa: S311 (no secrets)
    drawn = [
        Drawn(f"{word}_{number}", change, breaks)
        for word, breaks, kinds, most in (
            ("broken", True, BREAKING, options.breaking),
            ("kept", False, KEEPING, options.keeping),
        )
        for number, change in enumerate(draw(kinds, most, randomly, contract))
    ]
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        for view in options.views:
            print(left_out(drawn, view) or f"{view}: all {len(drawn)} changes can be seen", flush=True)
            asked = [d for d in drawn if can_be_seen(d, view)]
            failures += told(asked, judged(asked, folder, view, options.at_once, options.workers), view)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
