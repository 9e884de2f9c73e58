"""The report as Markdown: the summary of a job, or a comment on a change.

The flavour is that of GitHub and GitLab: tables, and `<details>` for what not everybody reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from provider_conformance.findings import Finding, Outcome, Status
from provider_conformance.releases.matrix import matrices, summary
from provider_conformance.run import last_line, verdict
from provider_conformance.run.account import Account, is_accepted, printable, worst_first
from provider_conformance.run.overview import reason_of
from provider_conformance.run.report import Record, Report
from provider_conformance.run.verdict import OfProvider, OfSpec, Verdict, is_only_unseen, many

FORMAT: Final = "markdown"
_SIGNS: Final = {
    Verdict.CONFORMS: ":white_check_mark:",
    Verdict.FAILS: ":x:",
    Verdict.BROKEN: ":x:",
    Verdict.INCOMPLETE: ":warning:",
    Verdict.PARTIAL: ":warning:",
}
_MOST_FINDINGS: Final = 50
_MOST_ROWS: Final = 200
_LONGEST: Final = 2000
"""A text is cut after so many characters: GitHub shows no summary of more than a mebibyte."""
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|~>$-])")
_CODE: Final = re.compile(r"`([^`\n]+)`")


def render(report: Report, account: Account) -> str:
    """The verdict, a row a spec, the findings, and folded what is left."""
    said = verdict.of_report(report)
    return "\n".join(_lines(report, said, account)) + "\n"


def _lines(report: Report, said: Sequence[OfProvider], account: Account) -> Iterator[str]:
    short = verdict.shortfalls(report, said)
    line = last_line.last_line(report, said, strict=report.policy.strict, short=short)
    yield f"### {_SIGNS[last_line.final(report, said)]} {_text(line)}"
    if told := verdict.not_evaluated(report, said):
        yield f"\n{_text(told)}"
    for entry in report.unmatched:
        yield f"\n{entry.fault}: {_text(entry.text)}"
    specs = [(one, spec) for one in said for spec in one.specs]
    if specs:
        yield from ("", *_specs(specs, several=len(said) > 1))
    for matrix in matrices(report):
        yield f"\n{_text(f'{matrix.provider} {summary(matrix)}')}"
    yield from _findings(report, account)
    yield from _accepted(report)
    yield from _unanswered([spec for _, spec in specs])
    yield from _unseen(report.records)
    yield from _folded("Repeat", ["", *_block(account.command), ""])


def _specs(specs: Sequence[tuple[OfProvider, OfSpec]], *, several: bool) -> Iterator[str]:
    first = ["provider"] if several else []
    heads = [*first, "spec", "verdict", "level", "answered", "passed", "failed", "not seen", "missing"]
    yield _row(heads)
    yield _row([":--"] * (len(first) + 3) + ["--:"] * 4 + [":--"])
    for one, spec in specs:
        name = [_text(one.subject.provider.name)] if several else []
        failed = sum(not is_only_unseen(record.result) for record in spec.failed)
        yield _row(
            [
                *name,
                f"{_text(spec.spec.api)} {_code(spec.label)}",
                f"{_SIGNS[spec.verdict]} {spec.verdict}",
                spec.level.title,
                f"{spec.answered} of {len(spec.demanded)}",
                *map(str, (spec.count(Outcome.PASSED), failed)),
                str(sum(bool(reason_of(record)) for record in spec.records)),
                _text(spec.stopped.partition("\n")[0]),
            ]
        )


def _findings(report: Report, account: Account) -> Iterator[str]:
    told = [pair for pair in worst_first(report) if not is_accepted(pair[1])]
    for finding, record in told[:_MOST_FINDINGS]:
        yield from _finding(finding, record, account)
    if len(told) > _MOST_FINDINGS:
        yield f"\nand {len(told) - _MOST_FINDINGS} more"


def _finding(finding: Finding, record: Record, account: Account) -> Iterator[str]:
    """A paragraph: what is wrong and where, then why, fix and the command."""
    yield ""
    head = f"**{finding.severity} {finding.code} {_text(record.check.rule.name)}**"
    if finding.location:
        place, link = _code(str(finding.location)), account.link(finding.location)
        head = f"{head} [{place}]({link})" if link else f"{head} {place}"
    yield f"{head}: {_text(finding.message)}"
    yield ""
    for label, text in (("why", finding.why), ("fix", finding.fix)):
        if text:
            yield f"> {label}: {_text(text)}  "
    yield f"> again: {_code(account.again(record.check.id))}"


def _accepted(report: Report) -> Iterator[str]:
    rows = [
        _row([finding.code, _text(record.check.target), _text(record.result.reason), _text(finding.message)])
        for finding, record in worst_first(report)
        if is_accepted(record)
    ]
    table = _table(["code", "target", "reason", "message"], rows)
    yield from _folded(f"{many(len(rows), 'finding')} accepted", table) if rows else ()


def _unanswered(specs: Iterable[OfSpec]) -> Iterator[str]:
    """The methods that the stack demands and that were not answered."""
    rows = [
        _row([_code(spec.label), _code(row.method), row.status.value, _text(row.reason)])
        for spec in specs
        for row in (covered.row for covered in spec.rows)
        if row.demanded and row.status is not Status.ANSWERED
    ]
    table = _table(["spec", "method", "status", "reason"], rows)
    yield from _folded(f"{many(len(rows), 'method')} not answered", table) if rows else ()


def _unseen(records: Iterable[Record]) -> Iterator[str]:
    reasons: dict[str, int] = {}
    for record in records:
        if reason := reason_of(record):
            reasons[reason] = reasons.get(reason, 0) + 1
    rows = [_row([str(count), _text(reason)]) for reason, count in reasons.items()]
    table = _table(["checks", "reason"], rows)
    yield from _folded(f"{many(sum(reasons.values()), 'check')} not seen", table) if rows else ()


def _table(heads: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    yield from ("", _row(heads), _row([":--"] * len(heads)), *rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield f"\nand {len(rows) - _MOST_ROWS} more"
    yield ""


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"\n<details><summary>{title}</summary>"
    yield from lines
    yield "</details>"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _block(text: str) -> list[str]:
    """A text as it is: nothing in it can be markup, since each line is indented."""
    return [f"    {line}" for line in printable(text).splitlines()]


def _text(text: str) -> str:
    """A text in one line in which nothing is markup but what stands between backticks, which is code."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [...]"
    parts = _CODE.split(printable(cut))
    return "".join(_code(part) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    """A text without markup, addresses that become links, and names that are notified."""
    safe = _SPECIAL.sub(r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")
    safe = safe.replace("@", "@<!-- -->").replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
    return safe.replace("\t", " ").replace("\n", "<br>")


def _code(text: str) -> str:
    """A text as code, also one that has backticks; a bar would end the cell of a table."""
    shown = " ".join(printable(text).split("\n")).replace("|", "\\|") or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
