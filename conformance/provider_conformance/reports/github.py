"""The findings as annotations: workflow commands that GitHub shows beside the changed lines."""

from __future__ import annotations

from provider_conformance.findings import Finding, Severity
from provider_conformance.run.account import Account, is_accepted, printable, worst_first
from provider_conformance.run.report import Report


def render(report: Report, account: Account) -> str:
    """One workflow command a finding, errors first; accepted findings give none.

    GitHub shows ten errors and ten warnings of a step.
    """
    return "".join(
        f"{_command(finding, record.check.rule.name, account)}\n"
        for finding, record in worst_first(report)
        if not is_accepted(record)
    )


def _command(finding: Finding, rule: str, account: Account) -> str:
    level = "error" if finding.severity is Severity.ERROR else "warning"
    where = " ".join(part for part in (finding.provider, finding.api) if part)
    properties = {"title": f"{finding.code} {rule} {where}".strip()}
    if finding.location:
        place = account.in_repository(finding.location)
        line = {"line": str(place.line)} if place.line else {}
        properties = {"file": place.path, **line, **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join(part for part in (finding.message, finding.why, finding.fix) if part)
    return f"::{level} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
