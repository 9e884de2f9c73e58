"""Counts, findings and stale known failures of a report."""

from __future__ import annotations

import pytest

from provider_conformance.findings import Outcome, Severity
from provider_conformance.package.model import Problem
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.planning import plan
from provider_conformance.run.report import Counts, Record, Report, Subjected, unmatched
from provider_conformance.run.selection import parse_known_failure
from support import fake_stack
from support.fake_stack import finding, provider, spec

ERROR, WARNING = finding("PC201", "chat"), finding("PC201", "chat", Severity.WARNING)
CHECKS = plan([provider("p", spec())], {"p": fake_stack.contract()}, fake_stack.RULES)
CHAT = next(check for check in CHECKS if check.target == "remote::foo.chat")


def records(outcome: Outcome, but: dict[str, Outcome] | None = None) -> list[Record]:
    but = but or {}
    return [Record(check, Result(but.get(check.id, outcome))) for check in CHECKS]


def stale(entry: str, ran: list[Record], planned: list[Check] = CHECKS) -> bool:
    known = parse_known_failure(entry, ["PC101", "PC110", "PC201", "PC207"], "option")
    return unmatched([known], ran, planned) == (known,)


def test_every_outcome_is_counted() -> None:
    results = [
        Result(Outcome.PASSED, (WARNING, WARNING)),
        Result(Outcome.FAILED, (ERROR, WARNING)),
        Result(Outcome.KNOWN, (WARNING,)),
        Result(Outcome.INCONCLUSIVE, broken=True),
        Result(Outcome.INCONCLUSIVE),
        Result(Outcome.SKIPPED),
    ]
    counts = Counts.of(Record(CHAT, result) for result in results)
    assert counts == Counts(passed=1, failed=1, known=1, inconclusive=2, skipped=1, warnings=3, broken=1)
    assert counts.total == 6


def test_a_finding_that_two_checks_have_is_reported_once() -> None:
    twice = tuple(Record(check, Result(Outcome.FAILED, (ERROR,))) for check in CHECKS[:2])
    assert [record.check for _finding, record in Report((), twice).findings] == [CHECKS[0]]


def test_a_stack_that_judges_two_providers_is_named_once() -> None:
    contract = fake_stack.contract()
    subjects = (
        Subjected(provider("a"), contract),
        Subjected(provider("b"), contract),
        Subjected(provider("c"), None),
    )
    assert Report(subjects, ()).stacks == (contract,)


@pytest.mark.parametrize(
    "entry", ["PC201[*.chat]: why", "PC2xx: why", "PC201[*.other]: why", "p::PC201: why"]
)
def test_an_entry_is_stale_where_all_that_it_is_about_passes(entry: str) -> None:
    assert stale(entry, records(Outcome.PASSED))


@pytest.mark.parametrize("outcome", [Outcome.KNOWN, Outcome.FAILED, Outcome.INCONCLUSIVE])
def test_an_entry_is_alive_where_something_that_it_is_about_does_not_pass(outcome: Outcome) -> None:
    assert not stale("PC2xx: why", records(Outcome.PASSED, {CHAT.id: outcome}))


def test_an_entry_is_left_alone_where_a_check_that_it_is_about_did_not_run() -> None:
    assert not stale("PC201: why", [record for record in records(Outcome.PASSED) if record.check is not CHAT])


def test_an_entry_is_left_alone_where_it_is_about_another_provider() -> None:
    assert not stale("q::PC201: why", records(Outcome.PASSED))


def test_an_entry_about_an_api_of_this_provider_is_stale_too() -> None:
    assert stale("p::safety::PC201: why", records(Outcome.PASSED))


def test_an_entry_is_left_alone_where_a_provider_could_not_be_loaded() -> None:
    broken = provider("p", problem=Problem("import-error", "no"))
    planned = plan([broken], {"p": None}, fake_stack.RULES)
    ran = [Record(check, Result(Outcome.FAILED, (ERROR,))) for check in planned]
    assert not stale("PC201: why", ran, planned)
