"""The report as SARIF 2.1.0, which code scanning on GitHub and many editors read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from provider_conformance._version import __version__
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.rules.model import Rule
from provider_conformance.run import last_line, verdict
from provider_conformance.run.account import Account, is_accepted, nearest, printable, worst_first
from provider_conformance.run.pages import page, summary
from provider_conformance.run.report import Record, Report

FORMAT: Final = "sarif"
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"


def render(report: Report, account: Account) -> str:
    """The report as a SARIF document."""
    return json.dumps(as_data(report, account), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report, account: Account) -> dict[str, Any]:
    """The report as plain data: one run, with every rule that was applied and every finding."""
    rules = list({record.check.code: record.check.rule for record in report.records}.values())
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules)},
                "automationDetails": {"id": _category(report)},
                "invocations": [_invocation(report, account)],
                "originalUriBaseIds": {_ROOT: {"description": {"text": "The top folder of the repository."}}},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(finding, record, numbers, account) for finding, record in worst_first(report)
                ],
                "properties": {"verdict": str(last_line.final(report, verdict.of_report(report)))},
            }
        ],
    }


def _driver(rules: Iterable[Rule]) -> dict[str, Any]:
    return {
        "name": "provider-conformance",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    first = {"text": summary(rule) or rule.name}
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": first,
        "fullDescription": first,
        "help": {"text": rule.documentation or rule.name, "markdown": page(rule)},
        "defaultConfiguration": {"level": _level(rule.severity)},
        "properties": {
            "tags": ["provider-conformance", rule.level.name.lower()],
            "precision": "very-high",
            "problem.severity": rule.severity.value,
        },
    }


def _level(severity: Severity) -> str:
    return "error" if severity is Severity.ERROR else "warning"


def _category(report: Report) -> str:
    """What tells this analysis from another one of the same commit: the providers and their stacks."""
    stacks = "+".join(contract.title for contract in report.stacks) or "none"
    names = "+".join(subject.provider.name for subject in report.subjects) or "none"
    parts = ("provider-conformance", names, stacks)
    return "".join(f"{re.sub(r'[^A-Za-z0-9._+-]+', '-', part)}/" for part in parts)


def _invocation(report: Report, account: Account) -> dict[str, Any]:
    times = {}
    if account.started is not None:
        started = account.started.astimezone(UTC)
        times["startTimeUtc"] = f"{started:%Y-%m-%dT%H:%M:%SZ}"
        times["endTimeUtc"] = f"{started + timedelta(seconds=account.seconds):%Y-%m-%dT%H:%M:%SZ}"
    broken = [record for record in report.records if record.result.broken]
    return {
        "executionSuccessful": not broken,
        **times,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": printable(f"{record.check.id}: {record.result.reason}")},
                "associatedRule": {"id": record.check.code},
            }
            for record in broken
        ],
        "toolConfigurationNotifications": [
            {"level": "error", "message": {"text": printable(f"{entry.fault}: {entry.text}")}}
            for entry in report.unmatched
        ],
    }


def _result(finding: Finding, record: Record, numbers: Mapping[str, int], account: Account) -> dict[str, Any]:
    further = (f"{label}: {text}" for label, text in (("Why", finding.why), ("Fix", finding.fix)) if text)
    accepted = {"kind": "external", "justification": printable(record.result.reason)}
    number = {"ruleIndex": numbers[finding.code]} if finding.code in numbers else {}
    return {
        "ruleId": finding.code,
        **number,
        "level": _level(finding.severity),
        "message": {"text": printable("\n".join([finding.message, *further]))},
        "locations": [_location(nearest(finding, record), finding, account)],
        "partialFingerprints": _fingerprints(finding),
        "suppressions": [accepted] if is_accepted(record) else [],
        "properties": {
            "provider": printable(finding.provider),
            "providerType": printable(finding.provider_type),
            "again": printable(account.again(record.check.id)),
        },
    }


def _location(location: Location, finding: Finding, account: Account) -> dict[str, Any]:
    place = account.in_repository(location)
    region = {"region": {"startLine": place.line}} if place.line else {}
    parts = (finding.provider, finding.api, finding.provider_type, finding.method)
    name = ".".join(printable(part) for part in parts if part)
    return {
        "physicalLocation": {"artifactLocation": _artifact(place.path), **region},
        "logicalLocations": [{"fullyQualifiedName": name, "kind": "member" if finding.method else "module"}],
    }


def _artifact(path: str) -> dict[str, str]:
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(Path(path).as_posix()), "uriBaseId": _ROOT}


def _fingerprints(finding: Finding) -> dict[str, str]:
    """What a finding is recognised by in the next run; GitHub reads the second one alone."""
    digest = hashlib.sha256(finding.key.encode("utf-8", "backslashreplace")).hexdigest()
    return {"conformanceKey/v1": printable(finding.key), "primaryLocationLineHash": f"{digest[:16]}:1"}
