"""The findings as GitLab shows them beside the changes of a merge request: a code quality report."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from provider_conformance.findings import Finding, Severity
from provider_conformance.run.account import Account, is_accepted, nearest, printable, worst_first
from provider_conformance.run.report import Record, Report

FORMAT: Final = "gitlab"
_SEVERITIES: Final = {Severity.ERROR: "critical", Severity.WARNING: "minor"}


def render(report: Report, account: Account) -> str:
    """A JSON list with an entry a finding; accepted findings give none."""
    entries = [
        _entry(finding, record, account) for finding, record in worst_first(report) if not is_accepted(record)
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def _entry(finding: Finding, record: Record, account: Account) -> dict[str, Any]:
    place = account.in_repository(nearest(finding, record))
    where = " ".join(part for part in (finding.api, finding.provider_type) if part)
    text = f"{where}: {finding.message}" if where else finding.message
    return {
        "description": printable(f"{text} Fix: {finding.fix}" if finding.fix else text),
        "check_name": f"{finding.code} {record.check.rule.name}",
        "fingerprint": hashlib.sha256(finding.key.encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": printable(place.path), "lines": {"begin": place.line or 1}},
    }
