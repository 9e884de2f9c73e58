"""The report as JSON; docs/reports.md documents the fields."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final

from provider_conformance._version import __version__
from provider_conformance.contracts.model import Contract
from provider_conformance.findings import Finding, Level, Location, Outcome
from provider_conformance.package.model import Spec
from provider_conformance.releases import rendering
from provider_conformance.releases.matrix import matrices
from provider_conformance.run import verdict
from provider_conformance.run.account import Account
from provider_conformance.run.report import Record, Report
from provider_conformance.run.verdict import Covered, OfProvider, OfSpec, Verdict

FORMAT: Final = "json"
SCHEMA_VERSION: Final = 1
"""Raised when a field changes its meaning or goes; new fields may appear without that."""


def render(report: Report, _account: Account) -> str:
    """The report as a JSON document."""
    return json.dumps(as_data(report), indent=2, ensure_ascii=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    stacks, said = [_stack(contract) for contract in report.stacks], verdict.of_report(report)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "provider-conformance", "version": __version__},
        "stack": stacks[0] if len(stacks) == 1 else None,
        "stacks": stacks,
        "verdict": str(Verdict.FAILS if report.unmatched else verdict.overall(said)),
        "providers": [_provider(one) for one in said],
        "coverage": [_row(covered) for one in said for spec in one.specs for covered in spec.rows],
        "checks": [_check(record) for record in report.records],
        "findings": [_finding(finding, record) for finding, record in report.findings],
        "releases": [rendering.as_data(matrix) for matrix in matrices(report)],
        "unmatched_known_failures": [entry.text for entry in report.unmatched],
        "summary": _summary(report),
    }


def _stack(contract: Contract) -> dict[str, str]:
    return {"name": contract.stack, "release": contract.release}


def _provider(one: OfProvider) -> dict[str, Any]:
    subject, provider = one.subject, one.subject.provider
    problem, said = provider.problem, {id(of.spec): of for of in one.specs}
    return {
        "name": provider.name,
        "stack": _stack(subject.contract) if subject.contract else None,
        "verdict": one.verdict.value,
        "level": one.level.value,
        "level_name": one.level.name.lower(),
        "specs": [_spec(spec, said.get(id(spec))) for spec in provider.specs],
        "problem": {"kind": problem.kind, "message": problem.message} if problem else None,
        "notes": list(provider.notes),
    }


def _spec(spec: Spec, said: OfSpec | None) -> dict[str, Any]:
    level = said.level if said is not None else Level.NONE
    return {
        "api": spec.api,
        "provider_type": spec.provider_type,
        "kind": spec.kind.value,
        "verdict": said.verdict.value if said is not None else None,
        "level": level.value,
        "level_name": level.name.lower(),
        "stopped": said.stopped if said is not None else "",
        "standin": said is not None and said.standin,
    }


def _row(covered: Covered) -> dict[str, Any]:
    check = covered.check
    return {
        "provider": check.provider,
        "api": check.subject.spec.api if check.subject.spec else None,
        "provider_type": check.provider_type,
        **dataclasses.asdict(covered.row),
        "status": covered.row.status.value,
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
        "seen": list(finding.seen),
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
