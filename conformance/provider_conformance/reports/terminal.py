"""The report as a reader at a terminal wants it: findings by provider and API, then the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Final

from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.releases import rendering
from provider_conformance.releases.matrix import is_of_release, matrices
from provider_conformance.report import Counts, Record, Report, Subjected

_INDENT: Final = "    "
_NONE_WARNED: Final = "0 warnings"
_TITLES: Final = {"failed": "red", "known": "cyan", "inconclusive": "yellow", "not judged": "red"}


class Detail(IntEnum):
    """How much is told about each finding."""

    VERDICT = 0
    LINE = 1
    BLOCK = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and the markup of the whole of it, by the names that terminal writers use."""

    text: str
    markup: tuple[str, ...] = ()


def render(report: Report) -> str:
    """The report as plain text."""
    return "".join(f"{line.text}\n" for line in lines(report))


def lines(report: Report, detail: Detail = Detail.BLOCK) -> Iterator[Line]:
    """The report, line by line: findings, accepted and inconclusive checks, verdicts."""
    if detail > Detail.VERDICT:
        yield from _findings(report, detail)
        yield from _reasons(report)
    for entry in report.unmatched:
        yield Line(f"this known failure is none any more, take it out: {entry.text}", ("red",))
    for subject in report.subjects:
        yield from (Line(f"{subject.provider.name}: note: {note}") for note in subject.provider.notes)
    for matrix in matrices(report):
        shown = rendering.lines(matrix) if detail > Detail.VERDICT else rendering.verdict_lines(matrix)
        yield from (Line(text, markup) for text, markup in shown)
    for subject in report.subjects:
        yield from _verdict(report, subject)
    yield _overall(report)


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
            yield Line(f"{_INDENT}{title}: {first}")
            yield from (Line(f"{_INDENT}{' ' * (len(title) + 2)}{line}") for line in rest)


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
        yield from (Line(f"{_INDENT}{line}") for line in rest)


def _checks(count: int) -> str:
    return "check" if count == 1 else "checks"


def _verdict(report: Report, subject: Subjected) -> Iterator[Line]:
    own = report.of(subject.provider)
    records = [record for record in own if not is_of_release(record)]
    if own and not records:
        return  # the matrix has told all there is
    counts = Counts.of(records)
    stack = f" to {subject.contract.title}" if subject.contract else ""
    words, colour = _judged(counts)
    if subject.contract and not subject.provider.specs and subject.provider.name == subject.contract.stack:
        stack = " to what a stack promises"
    yield Line(f"{subject.provider.name} {words.format(stack=stack)}: {tally(counts)}", (colour, "bold"))


def _judged(counts: Counts) -> tuple[str, str]:
    if counts.failed:
        return "does not conform{stack}", "red"
    if counts.broken:
        return "was not judged to the end", "red"
    if not counts.passed + counts.known:
        return "was not judged", "yellow"
    if counts.inconclusive:
        return "conforms{stack} as far as could be seen", "yellow"
    return "conforms{stack}", "green"


def tally(counts: Counts) -> str:
    """The counts in words: ``3 failed, 40 passed, 0 known, 12 inconclusive, 5 skipped, 2 warnings``."""
    numbers = (
        f"{getattr(counts, name)} {name}" for name in ("failed", "passed", "known", "inconclusive", "skipped")
    )
    warned = f"{counts.warnings} warning{'' if counts.warnings == 1 else 's'}"
    return ", ".join([*numbers, *([] if warned == _NONE_WARNED else [warned])])


def _overall(report: Report) -> Line:
    per_provider = [Counts.of(report.of(subject.provider)) for subject in report.subjects]
    left_out = f" ({report.deselected} deselected)" if report.deselected else ""
    words, colour = _overall_words(per_provider, report)
    return Line(f"provider conformance: {words}{left_out}", (colour, "bold"))


def _overall_words(per_provider: Sequence[Counts], report: Report) -> tuple[str, str]:
    failing = sum(bool(counts.failed) for counts in per_provider)
    if failing:
        of_how_many = f" by {failing} of {len(per_provider)} providers" if len(per_provider) > 1 else ""
        return f"FAILED{of_how_many}", "red"
    if report.unmatched:
        return "FAILED by known failures that are none any more", "red"
    if any(counts.broken for counts in per_provider):
        return "FAILED, not judged to the end", "red"
    if not any(counts.passed + counts.known for counts in per_provider):
        return "NOT JUDGED", "yellow"
    return "PASSED", "green"
