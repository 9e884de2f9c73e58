"""The report as JSON; docs/reports.md documents the fields."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final

from provider_conformance._version import __version__
from provider_conformance.contracts.model import Contract
from provider_conformance.findings import Finding, Location, Outcome
from provider_conformance.releases import rendering
from provider_conformance.releases.matrix import matrices
from provider_conformance.report import Record, Report, Subjected

SCHEMA_VERSION: Final = 1
"""Raised when a field changes its meaning or goes; new fields may appear without that."""


def render(report: Report) -> str:
    """The report as a JSON document."""
    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    stacks = [_stack(contract) for contract in report.stacks]
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "provider-conformance", "version": __version__},
        "stack": stacks[0] if len(stacks) == 1 else None,
        "stacks": stacks,
        "providers": [_provider(subject) for subject in report.subjects],
        "checks": [_check(record) for record in report.records],
        "findings": [_finding(finding, record) for finding, record in report.findings],
        "releases": [rendering.as_data(matrix) for matrix in matrices(report)],
        "unmatched_known_failures": [entry.text for entry in report.unmatched],
        "summary": _summary(report),
    }


def _stack(contract: Contract) -> dict[str, str]:
    return {"name": contract.stack, "release": contract.release}


def _provider(subject: Subjected) -> dict[str, Any]:
    provider = subject.provider
    problem = provider.problem
    return {
        "name": provider.name,
        "stack": _stack(subject.contract) if subject.contract else None,
        "specs": [
            {"api": spec.api, "provider_type": spec.provider_type, "kind": spec.kind.value}
            for spec in provider.specs
        ],
        "problem": {"kind": problem.kind, "message": problem.message} if problem else None,
        "notes": list(provider.notes),
    }


def _check(record: Record) -> dict[str, Any]:
    check, result = record.check, record.result
    return {
        "id": check.id,
        "code": check.code,
        "provider": check.provider,
        "api": check.subject.spec.api if check.subject.spec else None,
        "provider_type": check.provider_type or None,
        "method": check.subject.method or None,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "findings": [finding.key for finding in result.findings],
        "duration": round(record.duration, 6),
    }


def _finding(finding: Finding, record: Record) -> dict[str, Any]:
    known = record.result.reason if record.result.outcome is Outcome.KNOWN else None
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "provider": finding.provider,
        "api": finding.api or None,
        "provider_type": finding.provider_type or None,
        "method": finding.method or None,
        "message": finding.message,
        "location": _location(finding.location),
        "why": finding.why,
        "fix": finding.fix,
        "known": known,
        "key": finding.key,
    }


def _location(location: Location | None) -> dict[str, Any] | None:
    return {"path": location.path, "line": location.line} if location else None


def _summary(report: Report) -> dict[str, int]:
    counts = report.counts
    numbers = dataclasses.asdict(counts)
    del numbers["broken"]
    return {**numbers, "total": counts.total, "deselected": report.deselected}
