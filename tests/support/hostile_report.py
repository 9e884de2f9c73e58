"""A report of which every text that a provider may choose tries to be more than text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provider_conformance.findings import Judgement, Location, Outcome, Status
from provider_conformance.run.account import Account
from provider_conformance.run.checks import Result
from provider_conformance.run.report import Record, Report
from support import levels
from support.fake_stack import spec

NASTY = (
    "<script>alert(1)</script> | **b** [x](javascript:alert(1)) @team `c` \x1b[31m \u202e \ud800 \x00\n"
    "# h ]]> {{7*7}}"
)
"""Markup of all formats, a mention, a control character, a turn of direction, and what is no character."""

ACCOUNT = Account(
    Path("/srv/repo/providers"),
    Path("/srv/repo"),
    "pytest --provider=p --provider-report=html:<b>.html",
    lambda check_id: f'pytest --provider=p "{check_id}"',
    lambda _location: ["import os\n", "class <b>Foo</b>:\n", "    pass # </pre><script>alert(2)</script>\n"],
    datetime(2026, 11, 28, 17, 13, 22, tzinfo=UTC),
    6.5,
    (("pytest", "9.2.0"),),
    "https://forge.example/o/p/blob/abc",
)


def hostile_report() -> Report:
    """A provider of two specs: one fails in all that it says, one has not answered."""
    specs = (spec(provider_type="remote::<img src=x onerror=alert(3)>"), spec("safety", "inline::bar"))
    said = {
        "PC203.chat": levels.ERROR,
        "PC501": Judgement(inconclusive=NASTY),
        "PC661.embed": levels.row("embed", Status.REFUSED, NASTY),
    }
    report = levels.report_of(said, specs=specs)
    return replace(report, records=tuple(_made_nasty(record) for record in report.records))


def _made_nasty(record: Record) -> Record:
    place = Location("a b/<i>.py", 2)
    nasty = with_changes(record, message=NASTY, why=NASTY, fix=NASTY, detail=NASTY, location=place)
    return replace(nasty, duration=0.25)


def with_changes(record: Record, **changes: Any) -> Record:
    """A record whose findings have something changed."""
    found = tuple(replace(finding, **changes) for finding in record.result.findings)
    return replace(record, result=replace(record.result, findings=found))


def accepted_report() -> Report:
    """The same, with what was found accepted for a reason."""
    report = hostile_report()
    records = (
        replace(r, result=replace(r.result, outcome=Outcome.KNOWN, reason=NASTY)) if r.result.findings else r
        for r in report.records
    )
    return replace(report, records=tuple(records))


def broken_report() -> Report:
    """A report of a run in which a check did not come to its end, and nothing has a place."""
    report = hostile_report()
    first, *rest = report.records
    broken = replace(first, result=Result(Outcome.INCONCLUSIVE, reason="internal error", broken=True))
    placeless = (with_changes(record, location=None) for record in rest)
    return replace(report, records=(broken, *placeless))
