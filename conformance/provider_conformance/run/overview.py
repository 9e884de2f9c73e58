"""What a reader wants to see of all specs at once: a table, and what was not seen."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provider_conformance.findings import Level, Outcome, Status
from provider_conformance.run.report import Record
from provider_conformance.run.verdict import OfProvider, OfSpec, Verdict, is_only_unseen, many, why_unseen

INDENT: Final = "    "
MOST_ROWS: Final = 12
"""With more specs than that the table has a row an API."""
_MOST_REASONS: Final = 12
_WIDE: Final = 100
"""From so many characters on the table has all columns."""
_NARROW: Final = 40
_SHORTEST: Final = 12
"""So much of a spec's name is always shown."""
_ALWAYS: Final = (
    "spec",
    "api",
    "level",
    "answered",
    "passed",
    "failed",
    "warn",
    "not seen",
    "specs",
    "fails",
)
_WIDE_ONLY: Final = ("unsupported", "time", "missing")
_FIRST_OUT: Final = ("known", "warn", "passed", "conforms", "specs")
"""The columns that are left out first where there is no room for all."""
_BLOCKED: Final = re.compile(r", see PC\d{3}$")
"""How the reason ends of a check that could not look because of what another one reports."""
OPEN: Final = (Status.REFUSED, Status.NOT_CALLED)

_Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and the markup of the whole of it, by the names that terminal writers use."""

    text: str
    markup: tuple[str, ...] = ()


def lines(said: Sequence[OfProvider], width: int) -> Iterator[Line]:
    """The table of all specs, and what was not seen of them.

    Args:
        said: What is said of the providers.
        width: How many characters a line may have.
    """
    specs = [spec for one in said for spec in one.specs]
    if specs:
        yield from _table(specs, width)
    yield from _stood_in(specs, max(width, _NARROW))
    records = [record for one in said for record in one.records]
    yield from _unseen(records, specs, max(width, _NARROW))


def _table(specs: Sequence[OfSpec], width: int) -> Iterator[Line]:
    """A row a spec, or a row an API where there are many; as many columns as there is room for."""
    rows = [_of_spec(spec) for spec in specs] if len(specs) <= MOST_ROWS else list(_by_api(specs))
    sizes = _sizes(rows, width)
    yield Line(_cells({name: name for name in sizes}, sizes))
    for row in rows:
        failing = row.get("failed", row.get("fails")) != "-"
        yield Line(_cells(row, sizes), ("red",) if failing else ())
    yield Line("")


def _sizes(rows: Sequence[_Row], width: int) -> dict[str, int]:
    """The columns that there is room for, with their widths."""
    names = [name for name in rows[0] if name in _ALWAYS or any(row[name] not in ("-", "") for row in rows)]
    if width < _WIDE:
        names = [name for name in names if name not in _WIDE_ONLY]
    sizes = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}
    for name in _FIRST_OUT:
        if _total(sizes) - sizes[names[0]] + _SHORTEST > width:
            sizes.pop(name, None)
    spare = width - (_total(sizes) - sizes[names[0]])
    sizes[names[0]] = min(sizes[names[0]], max(spare, _SHORTEST))
    if "missing" in sizes:
        sizes["missing"] = max(min(sizes["missing"], width - (_total(sizes) - sizes["missing"])), _SHORTEST)
    return sizes


def _total(sizes: dict[str, int]) -> int:
    return sum(sizes.values()) + 2 * (len(sizes) - 1)


def _cells(row: _Row, sizes: dict[str, int]) -> str:
    """A row as text: words to the left, numbers to the right."""
    cells = []
    for number, (name, size) in enumerate(sizes.items()):
        text = row[name] if len(row[name]) <= size else f"{row[name][: size - 3]}..."
        words = number == 0 or name in ("level", "missing")
        cells.append(text.ljust(size) if words else text.rjust(size))
    return "  ".join(cells).rstrip()


def _of_spec(spec: OfSpec) -> _Row:
    unseen = sum(bool(reason_of(record)) for record in spec.records)
    warned = (r.result.warnings for r in spec.records if r.result.outcome is not Outcome.KNOWN)
    missing = "" if spec.level >= Level.SERVES else spec.stopped.partition("\n")[0]
    return {
        "spec": f"{spec.spec.api} {spec.label}",
        "level": spec.level.title,
        "answered": f"{spec.answered} of {len(spec.demanded)}",
        "unsupported": _number(sum(row.status is Status.UNSUPPORTED for row in spec.demanded)),
        "passed": _number(spec.count(Outcome.PASSED)),
        "failed": _number(sum(not is_only_unseen(r.result) for r in spec.failed)),
        "known": _number(spec.count(Outcome.KNOWN)),
        "warn": _number(sum(warned)),
        "not seen": _number(unseen),
        "time": f"{sum(record.duration for record in spec.records):.1f} s",
        "missing": missing,
    }


def _by_api(specs: Sequence[OfSpec]) -> Iterator[_Row]:
    apis: dict[str, list[OfSpec]] = {}
    for spec in specs:
        apis.setdefault(spec.spec.api, []).append(spec)
    for api, several in sorted(apis.items(), key=lambda item: min(_rank(spec) for spec in item[1])):
        words = Counter(spec.verdict for spec in several)
        demanded = sum(len(spec.demanded) for spec in several)
        yield {
            "api": api,
            "specs": str(len(several)),
            "level": min(spec.level for spec in several).title,
            "answered": f"{sum(spec.answered for spec in several)} of {demanded}",
            "fails": _number(words[Verdict.FAILS] + words[Verdict.BROKEN]),
            "incomplete": _number(words[Verdict.INCOMPLETE] + words[Verdict.PARTIAL]),
            "conforms": _number(words[Verdict.CONFORMS]),
            "not seen": _number(sum(bool(reason_of(r)) for spec in several for r in spec.records)),
        }


def _rank(spec: OfSpec) -> int:
    return list(Verdict).index(spec.verdict)


def _number(count: int) -> str:
    return str(count) if count else "-"


def reason_of(record: Record) -> str:
    """Why a check came to no conclusion, in one line; "" where it did, or where this tool failed.

    One that could not look because of what another one reports is skipped, and has seen nothing either.
    """
    result = record.result
    blocked = result.outcome is Outcome.SKIPPED and _BLOCKED.search(result.reason)
    if result.broken or not (result.outcome is Outcome.INCONCLUSIVE or is_only_unseen(result) or blocked):
        return ""
    return why_unseen(result).partition("\n")[0]


def _unseen(records: Sequence[Record], specs: Sequence[OfSpec], width: int) -> Iterator[Line]:
    """What was not seen: each reason once, with the checks and the methods that hang on it."""
    told = Counter(reason for record in records if (reason := reason_of(record)))
    behind = _behind(told)
    checks: Counter[str] = Counter()
    for reason, count in told.items():
        checks[behind.get(reason, reason)] += count
    methods: dict[str, dict[str, None]] = {}
    for row in (covered.row for spec in specs for covered in spec.rows):
        if row.demanded and row.status in OPEN:
            reason = row.reason.partition("\n")[0]
            methods.setdefault(behind.get(reason, reason), {})[row.method] = None
    reasons = list(dict.fromkeys([*checks, *methods]))
    for reason in reasons[:_MOST_REASONS]:
        yield from _wrapped(f"not seen: {reason}", width, ("yellow",))
        parts = [many(checks[reason], "check")] if checks[reason] else []
        parts += [f"{', '.join(methods[reason])} not answered"] if reason in methods else []
        yield from _wrapped(f"{INDENT}{'; '.join(parts)}", width)
    if len(reasons) > _MOST_REASONS:
        left = len(reasons) - _MOST_REASONS
        yield from _wrapped(
            f"not seen: {many(left, 'further reason')}; all of them: --provider-report=json:FILE", width
        )
    if reasons:
        yield Line("")


def _stood_in(specs: Sequence[OfSpec], width: int) -> Iterator[Line]:
    """Which specs were served over the stand-in."""
    names = [spec.label for spec in specs if spec.standin]
    if names:
        told = f"served over the stand-in, not over a real server: {', '.join(names)}"
        yield from _wrapped(f"{told}; see --provider-no-standin", width)
        yield Line("")


def _behind(told: Counter[str]) -> dict[str, str]:
    """For the reasons that refer to one and the same finding the one of them that most checks have."""
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    for reason, _ in told.most_common():
        if found := _BLOCKED.search(reason):
            same[reason] = first.setdefault(found.group(), reason)
    return same


def _wrapped(text: str, width: int, markup: tuple[str, ...] = ()) -> Iterator[Line]:
    for line in textwrap.wrap(text, width, subsequent_indent=INDENT, break_on_hyphens=False):
        yield Line(line, markup)
