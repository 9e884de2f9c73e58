"""A check, the unit of a run: one rule applied to one subject; and what came out of it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Location, Outcome, Row, Severity, Status
from provider_conformance.rules.model import Rule


@dataclass(frozen=True, slots=True)
class Check:
    """One rule applied to one subject.

    ``id`` is stable, unique within a run and readable:
    ``my_pkg::inference::PC201[remote::foo.chat_completion]``. ``target`` is what its brackets hold,
    empty for a rule about the whole provider. ``api`` is the part of the id that names the API.
    """

    id: str
    rule: Rule
    subject: Subject
    api: str = ""
    target: str = ""

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code

    @property
    def name(self) -> str:
        """The last part of the id: ``PC201[remote::foo.chat_completion]``."""
        return f"{self.rule.code}[{self.target}]" if self.target else self.rule.code

    @property
    def spec_label(self) -> str:
        """What its id calls the spec under test, "" for a rule about the whole provider."""
        return self.target.removesuffix(f".{self.subject.method}") if self.subject.method else self.target

    @property
    def provider(self) -> str:
        """The name of the provider under test."""
        return self.subject.provider.name

    @property
    def provider_type(self) -> str:
        """The provider type of the spec under test, empty for a rule about the whole provider."""
        return self.subject.spec.provider_type if self.subject.spec else ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a check.

    ``reason`` says why a check is known, skipped or inconclusive. ``broken`` is true where the
    check itself or the machinery around it failed: an inconclusive result that no run may pass with.
    ``row`` is what a check about coverage has seen of its method.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    broken: bool = False
    row: Row | None = None

    @property
    def warnings(self) -> int:
        """How many of the findings are warnings."""
        return sum(finding.severity is Severity.WARNING for finding in self.findings)


def encode(result: Result) -> str:
    """A result as text that survives the way between processes; see :func:`decode`."""
    return json.dumps(dataclasses.asdict(result))


def decode(text: str) -> Result:
    """The result that :func:`encode` made ``text`` of."""
    data = json.loads(text)
    findings, row = _findings(data), _row(data)
    return Result(Outcome(data.pop("outcome")), findings, row=row, **data)


def encode_judgement(judgement: Judgement) -> str:
    """A judgement as text that survives the way between processes; see :func:`decode_judgement`."""
    return json.dumps(dataclasses.asdict(judgement))


def decode_judgement(text: str) -> Judgement:
    """The judgement that :func:`encode_judgement` made ``text`` of."""
    data = json.loads(text)
    findings, row = _findings(data), _row(data)
    return Judgement(findings, see=tuple(data.pop("see")), row=row, **data)


def _findings(data: dict[str, Any]) -> tuple[Finding, ...]:
    return tuple(_finding(item) for item in data.pop("findings"))


def _row(data: dict[str, Any]) -> Row | None:
    row = data.pop("row")
    return None if row is None else Row(**{**row, "status": Status(row["status"])})


def _finding(data: dict[str, Any]) -> Finding:
    location, severity = data.pop("location"), Severity(data.pop("severity"))
    place = Location(**location) if location else None
    data |= {name: tuple(data[name]) for name in ("methods", "after", "through", "seen")}
    return Finding(severity=severity, location=place, **data)
