"""The JSON report, field by field."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from provider_conformance.findings import Judgement, Outcome, Status
from provider_conformance.reports.json import as_data, render
from provider_conformance.run.account import Account
from provider_conformance.run.engine import Policy
from provider_conformance.run.planning import run
from provider_conformance.run.report import Report
from provider_conformance.run.selection import parse_known_failure
from support import fake_stack, levels


def report_of(*names: str, known: str = "") -> Report:
    providers = [fake_stack.load_provider(name, root=None) for name in names]  # type: ignore[arg-type]
    contracts = {p.name: None if p.problem else fake_stack.contract() for p in providers}
    entries = (parse_known_failure(known, ["PC201"], "option"),) if known else ()
    return run(providers, contracts, fake_stack.RULES, Policy(known=entries))


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return as_data(report_of("bad", "unseen", "broken"))


def test_the_document_is_the_data(data: dict[str, Any]) -> None:
    again = json.loads(render(report_of("bad", "unseen", "broken"), Account()))
    assert again == data


def test_one_stack_stands_alone_and_in_the_list(data: dict[str, Any]) -> None:
    assert data["stack"] == {"name": "fake", "release": "1.0"}
    assert data["stacks"] == [data["stack"]]


def test_providers_have_their_specs_or_their_problem(data: dict[str, Any]) -> None:
    bad, _unseen, broken = data["providers"]
    assert bad["specs"][1] == {
        "api": "safety",
        "provider_type": "inline::bar",
        "kind": "remote",
        "verdict": "incomplete",
        "level": 2,
        "level_name": "fits",
        "stopped": "not looked at",
        "standin": False,
    }
    assert (bad["verdict"], bad["level"], bad["level_name"]) == ("fails", 1, "loads")
    assert bad["problem"] is None
    assert broken["problem"] == {"kind": "import-error", "message": "needs numpy, which is not installed"}
    assert broken["stack"] is None
    assert (broken["verdict"], broken["level"], broken["level_name"]) == ("fails", 0, "none")


def test_every_check_is_there_with_its_outcome(data: dict[str, Any]) -> None:
    assert len({check["id"] for check in data["checks"]}) == 21
    chat = next(check for check in data["checks"] if check["id"] == "bad::inference::PC201[remote::foo.chat]")
    del chat["duration"]
    assert chat == {
        "id": "bad::inference::PC201[remote::foo.chat]",
        "code": "PC201",
        "provider": "bad",
        "api": "inference",
        "provider_type": "remote::foo",
        "method": "chat",
        "outcome": "failed",
        "reason": "",
        "findings": ["PC201:bad:inference[remote::foo]:chat"],
    }


def test_findings_say_what_and_where(data: dict[str, Any]) -> None:
    assert data["findings"][0] == {
        "code": "PC201",
        "severity": "error",
        "provider": "bad",
        "api": "inference",
        "provider_type": "remote::foo",
        "method": "chat",
        "message": "chat is missing",
        "location": {"path": "foo/adapter.py", "line": 12},
        "why": "the router calls chat",
        "fix": "add chat",
        "seen": [],
        "known": None,
        "key": "PC201:bad:inference[remote::foo]:chat",
    }


def test_every_key_of_a_check_is_the_key_of_a_finding(data: dict[str, Any]) -> None:
    keys = [finding["key"] for finding in data["findings"]]
    assert len(keys) == len(set(keys))
    assert {key for check in data["checks"] for key in check["findings"]} == set(keys)


def test_the_summary_counts_the_checks(data: dict[str, Any]) -> None:
    counted = Counter(check["outcome"] for check in data["checks"])
    assert {outcome: data["summary"][outcome] for outcome in Outcome} == {o: counted[o] for o in Outcome}
    assert data["summary"]["total"] == len(data["checks"])


def test_an_accepted_finding_carries_its_reason() -> None:
    data = as_data(report_of("bad", known="PC201: not before May"))
    assert [finding["known"] for finding in data["findings"]] == ["not before May"]


def test_a_stale_known_failure_is_listed() -> None:
    assert as_data(report_of("good", known="PC201: why"))["unmatched_known_failures"] == ["PC201: why"]


def test_a_method_has_a_row_of_the_coverage() -> None:
    refused = levels.row("chat", Status.REFUSED, "set MY_KEY")
    data = as_data(levels.report_of({"PC661.chat": refused}))
    assert [row["method"] for row in data["coverage"]] == ["chat", "complete", "embed"]
    assert data["coverage"][0] == {
        "provider": "p",
        "api": "inference",
        "provider_type": "remote::foo",
        "method": "chat",
        "kind": "public",
        "demanded": True,
        "status": "refused",
        "calls": 1,
        "reason": "set MY_KEY",
        "standin": False,
    }


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({}, "conforms"),
        ({"PC501": levels.UNSEEN}, "incomplete"),
        ({"PC203.chat": levels.ERROR}, "fails"),
    ],
)
def test_the_verdict_is_that_of_the_last_line(said: dict[str, Judgement], verdict: str) -> None:
    data = as_data(levels.report_of(said))
    assert (data["verdict"], data["providers"][0]["verdict"]) == (verdict, verdict)


def test_a_stale_entry_makes_the_verdict_fail() -> None:
    assert as_data(report_of("good", known="PC201: why"))["verdict"] == "fails"
