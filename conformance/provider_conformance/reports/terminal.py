"""The report as a reader at a terminal wants it: findings by provider and API, then the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import groupby
from typing import Final

from provider_conformance import last_line, overview, verdict
from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.overview import INDENT, Line
from provider_conformance.releases import rendering
from provider_conformance.releases.matrix import matrices
from provider_conformance.report import Record, Report, meant
from provider_conformance.verdict import OfProvider, Verdict

_TITLES: Final = {"known": "cyan", "not judged": "red"}
_COLOURS: Final = {
    Verdict.CONFORMS: "green",
    Verdict.FAILS: "red",
    Verdict.BROKEN: "red",
    Verdict.INCOMPLETE: "yellow",
    Verdict.PARTIAL: "yellow",
}


class Detail(IntEnum):
    """How much is told about each finding."""

    VERDICT = 0
    LINE = 1
    BLOCK = 2


def render(report: Report) -> str:
    """The report as plain text."""
    return "".join(f"{line.text}\n" for line in lines(report))


def lines(report: Report, detail: Detail = Detail.BLOCK, width: int = 80) -> Iterator[Line]:
    """The report, line by line: findings, accepted checks, the specs, what was not seen, the verdict.

    Args:
        report: The report.
        detail: How much is told about each finding.
        width: How many characters a line may have, apart from places, commands and verdicts.
    """
    if detail > Detail.VERDICT:
        yield from _findings(report, detail)
        yield from _reasons(report)
    for entry in report.unmatched:
        stale = f"This entry matches nothing. Remove it, or check its code and target: {entry.text}"
        yield Line(f"{stale}{meant(report, entry)}", ("red",))
    for subject in report.subjects:
        yield from (Line(f"{subject.provider.name}: note: {note}") for note in subject.provider.notes)
    for matrix in matrices(report):
        shown = rendering.lines(matrix) if detail > Detail.VERDICT else rendering.verdict_lines(matrix)
        yield from (Line(text, markup) for text, markup in shown)
    said = verdict.of_report(report)
    if detail > Detail.VERDICT:
        yield from overview.lines(said, width)
    yield from _verdicts(report, said)


def _findings(report: Report, detail: Detail) -> Iterator[Line]:
    shown = [
        (finding, record) for finding, record in report.findings if record.result.outcome is not Outcome.KNOWN
    ]
    order = [subject.provider.name for subject in report.subjects]
    shown.sort(key=lambda pair: (order.index(pair[0].provider), pair[0].api, _place(pair[0])))
    for (provider, api), group in groupby(shown, key=lambda pair: (pair[0].provider, pair[0].api)):
        yield Line(f"{provider}, {api}" if api else provider, ("bold",))
        for finding, record in group:
            yield from block(finding, record.check.id, detail)
        yield Line("")


def _place(finding: Finding) -> tuple[str, int, str, str]:
    location = finding.location
    return (
        location.path if location else "",
        location.line or 0 if location else 0,
        finding.code,
        finding.method,
    )


def block(finding: Finding, check_id: str, detail: Detail = Detail.BLOCK) -> Iterator[Line]:
    """One finding: its place first, so that an editor can link it; then why, and what to do."""
    error = finding.severity is Severity.ERROR
    place = f"{finding.location}: " if finding.location else ""
    colour = "red" if error else "yellow"
    yield Line(f"{place}{finding.severity}: {finding.code} {finding.message}", (colour,))
    if detail < Detail.BLOCK:
        return
    hint = f"{check_id}  (pytest --provider-explain {finding.code})"
    for title, text in (("why", finding.why), ("fix", finding.fix), ("check", hint)):
        if text:
            first, *rest = text.splitlines()
            yield Line(f"{INDENT}{title}: {first}")
            yield from (Line(f"{INDENT}{' ' * (len(title) + 2)}{line}") for line in rest)


def _reasons(report: Report) -> Iterator[Line]:
    told = [line for title, colour in _TITLES.items() for line in _collapsed(report, title, colour)]
    yield from told
    if told:
        yield Line("")


def _title(record: Record) -> str:
    return "not judged" if record.result.broken else record.result.outcome.value


def _collapsed(report: Report, title: str, colour: str) -> Iterator[Line]:
    """The same reason once, with how often it was given."""
    records = (record for record in report.records if _title(record) == title and record.result.reason)
    reasons = Counter((record.check.provider, record.result.reason) for record in records)
    for (provider, reason), count in reasons.items():
        first, *rest = reason.splitlines()
        yield Line(f"{provider}: {count} {_checks(count)} {title}: {first}", (colour,))
        yield from (Line(f"{INDENT}{line}") for line in rest)


def _checks(count: int) -> str:
    return "check" if count == 1 else "checks"


def _verdicts(report: Report, said: Sequence[OfProvider]) -> Iterator[Line]:
    """The verdict on each provider, and as the last line that on all of them."""
    short, strict = verdict.shortfalls(report, said), report.policy.strict
    if told := verdict.not_evaluated(report, said):
        yield Line(told, ("yellow",))
    for one in said if len(said) > 1 else ():
        if not one.is_of_releases:
            own = [s for s in short if s.provider == one.subject.provider.name]
            yield Line(last_line.line(one, strict=strict, short=own), (_COLOURS[one.verdict],))
    if said and not short and all(one.is_of_releases for one in said):
        return  # the matrix has told all there is
    failing = bool(report.unmatched or short)
    colour = _COLOURS[Verdict.FAILS if failing else verdict.overall(said)]
    yield Line(last_line.last_line(report, said, strict=strict, short=short), (colour, "bold"))
