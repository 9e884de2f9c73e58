"""The report as a reader at a terminal wants it: findings by provider and API, then the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.releases import rendering
from provider_conformance.releases.matrix import matrices
from provider_conformance.run import last_line, overview, verdict
from provider_conformance.run.blocks import Detail, Telling, block
from provider_conformance.run.overview import INDENT, Line
from provider_conformance.run.report import Record, Report, meant
from provider_conformance.run.verdict import OfProvider, Verdict

_TITLES: Final = {"known": "cyan", "not judged": "red"}
_USUAL: Final = Telling()
_COLOURS: Final = {
    Verdict.CONFORMS: "green",
    Verdict.FAILS: "red",
    Verdict.BROKEN: "red",
    Verdict.INCOMPLETE: "yellow",
    Verdict.PARTIAL: "yellow",
}


def render(report: Report) -> str:
    """The report as plain text."""
    return "".join(f"{line.text}\n" for line in lines(report))


def lines(report: Report, telling: Telling = _USUAL) -> Iterator[Line]:
    """The report, line by line: findings, accepted checks, the specs, what was not seen, the verdict.

    Args:
        report: The report.
        telling: How much is told about each finding, and how.
    """
    if telling.detail > Detail.VERDICT:
        yield from _findings(report, telling)
        yield from _reasons(report)
    for entry in report.unmatched:
        yield Line(f"{entry.fault}: {entry.text}{meant(report, entry)}", ("red",))
    for subject in report.subjects:
        yield from (Line(f"{subject.provider.name}: note: {note}") for note in subject.provider.notes)
    for matrix in matrices(report):
        brief = telling.detail is Detail.VERDICT
        shown = rendering.verdict_lines(matrix) if brief else rendering.lines(matrix)
        yield from (Line(text, markup) for text, markup in shown)
    said = verdict.of_report(report)
    if telling.detail > Detail.VERDICT:
        yield from overview.lines(said, telling.width)
    if telling.detail is Detail.BLOCK:
        yield from _hints(report, telling)
    yield from _verdicts(report, said)


def _findings(report: Report, telling: Telling) -> Iterator[Line]:
    """Errors before warnings, in the order of their places; what several specs have alike once."""
    shown = [
        (finding, record)
        for finding, record in report.findings
        if _is_told(finding, record) or (telling.warnings and record.result.outcome is not Outcome.KNOWN)
    ]
    order = [subject.provider.name for subject in report.subjects]
    shown.sort(
        key=lambda pair: (
            pair[0].severity is not Severity.ERROR,
            order.index(pair[0].provider),
            _place(pair[0]),
        )
    )
    whole = telling.detail is Detail.BLOCK
    alike: dict[tuple[str, ...], list[tuple[Finding, Record]]] = {}
    for finding, record in shown:
        alike.setdefault(_likeness(finding) if whole else (finding.key,), []).append((finding, record))
    for (finding, record), *others in alike.values():
        rule, also = record.check.rule.name, [_elsewhere(other, finding) for other, _ in others]
        yield from block(finding, rule, record.check.id, telling, list(dict.fromkeys(also)))
        if whole:
            yield Line("")
    if shown and not whole:
        yield Line("")


def _is_told(finding: Finding, record: Record) -> bool:
    """Whether a finding is an error that nobody has accepted."""
    return finding.severity is Severity.ERROR and record.result.outcome is not Outcome.KNOWN


def _likeness(finding: Finding) -> tuple[str, ...]:
    """What findings have in common that are one and the same in several specs."""
    return finding.code, finding.provider, finding.severity, finding.message, finding.why, finding.fix


def _elsewhere(finding: Finding, first: Finding) -> str:
    """Where else a finding was made: its place, or its spec where that is the same place."""
    spec = f"{finding.api} {finding.provider_type}".strip()
    if finding.location is None or finding.location == first.location:
        return spec or finding.method
    return str(finding.location)


def _hints(report: Report, telling: Telling) -> Iterator[Line]:
    """How many warnings were not told, and where the pages of the rules are."""
    errors = sorted({finding.code for finding, record in report.findings if _is_told(finding, record)})
    if errors:
        others = f" (or {', '.join(errors[1:])})" if len(errors) > 1 else ""
        yield Line(f"pages: pytest --provider-explain {errors[0]}{others}")
    codes = Counter(
        finding.code
        for finding, record in report.findings
        if finding.severity is not Severity.ERROR and record.result.outcome is not Outcome.KNOWN
    )
    if codes and not telling.warnings:
        counted = ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
        count = codes.total()
        told = "1 warning hidden" if count == 1 else f"{count} warnings hidden"
        shows = "it" if count == 1 else "them"
        yield Line(f"{told} ({counted}): -rw shows {shows}", ("yellow",))


def _place(finding: Finding) -> tuple[str, int, str, str]:
    location = finding.location
    return (
        location.path if location else "",
        location.line or 0 if location else 0,
        finding.code,
        finding.method,
    )


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
