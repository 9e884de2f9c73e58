"""Findings as workflow commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provider_conformance.findings import Finding, Location, Outcome, Severity
from provider_conformance.reports.github import render
from provider_conformance.run.account import Account
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.report import Record, Report, Subjected
from support import fake_stack

FINDING = replace(fake_stack.finding("PC201", "chat"), provider="p", api="inference", why="", fix="")


HERE = Account(Path("/work"), Path("/work"))


def report(finding: Finding, outcome: Outcome = Outcome.FAILED) -> Report:
    subject = Subjected(fake_stack.provider("p"), None)
    check = Check("p::PC201", fake_stack.method_missing, fake_stack.Subject(subject.provider))
    return Report((subject,), (Record(check, Result(outcome, (finding,))),))


def test_a_finding_is_a_command_at_its_line() -> None:
    assert render(report(FINDING), HERE) == (
        "::error file=foo/adapter.py,line=12,title=PC201 method-missing p inference::chat is missing\n"
    )


def test_a_warning_is_one() -> None:
    assert render(report(replace(FINDING, severity=Severity.WARNING)), HERE).startswith("::warning file=")


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (None, "title="),
        (Location("a.py"), "file=a.py,title="),
        (Location("a,b:c.py", 1), "file=a%2Cb%3Ac.py,line=1,"),
    ],
)
def test_a_place_is_told_as_far_as_it_is_known(location: Location | None, place: str) -> None:
    assert render(report(replace(FINDING, location=location)), HERE).startswith(f"::error {place}")


def test_a_message_of_many_lines_is_one_command() -> None:
    finding = replace(FINDING, message="100%: a,\r\nb", why="c")
    assert render(report(finding), HERE).endswith("::100%25: a,%0Ab%0Ac\n")


def test_paths_are_relative_to_the_workspace(tmp_path: Path) -> None:
    text = render(report(FINDING), Account(tmp_path / "packages" / "p", tmp_path))
    assert text.startswith("::error file=packages/p/foo/adapter.py,")


def test_paths_outside_of_the_workspace_stay(tmp_path: Path) -> None:
    finding = replace(FINDING, location=Location("/elsewhere/a.py", 1))
    assert render(report(finding), Account(tmp_path, tmp_path)).startswith("::error file=/elsewhere/a.py,")


def test_an_accepted_finding_is_none() -> None:
    assert render(report(FINDING, Outcome.KNOWN), HERE) == ""


def test_control_characters_stay_out_of_the_log() -> None:
    finding = replace(FINDING, message="a\x1b[31mred\u202e\x00", why="")
    assert render(report(finding), HERE).endswith("::a\\x1b[31mred\\u202e\\x00\n")


def test_errors_come_first() -> None:
    subject = Subjected(fake_stack.provider("p"), None)
    check = Check("p::PC201", fake_stack.method_missing, fake_stack.Subject(subject.provider))
    warning = replace(FINDING, severity=Severity.WARNING, detail="w")
    records = (Record(check, Result(Outcome.FAILED, (warning, FINDING))),)
    lines = render(Report((subject,), records), HERE).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::warning"]
