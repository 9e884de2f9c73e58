"""What exceptions mean to the rules that call providers: small providers, faulty and sound."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Outcome
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import rules_of
from provider_conformance.rules.serves import calls, registration
from provider_conformance.run.engine import Engine, Policy
from provider_conformance.run.planning import plan
from provider_conformance.run.report import Record

CALLS = Path(__file__).parents[2] / "fixtures" / "packages" / "calls"
RULES = [rule for rule in rules_of(calls, registration) if rule.code in ("PC655", "PC660", "PC601")]


@cache
def records(case: str) -> tuple[Record, ...]:
    provider = load_provider(str(CALLS), root=CALLS)
    checks = plan([provider], {provider.name: builtin_contract()}, RULES)
    engine = Engine(checks, Policy(), frozenset(check.id for check in checks))
    return tuple(Record(c, engine.judge(c)) for c in checks if c.provider_type == case)


@pytest.mark.parametrize(
    ("case", "message", "line"),
    [
        ("lacks_its_table", "a valid call raises FileNotFoundError: [Errno 2]", "words.table"),
        ("keeps_a_loop", "a valid call raises UnreachableError: could not connect", "raise UnreachableError"),
        ("blames_in_a_circle", "a valid call raises LookupError: one", "raise one"),
        ("needs_a_limit", "a valid call raises TypeError: unsupported operand", "self.limit + 1"),
        ("remote::was_never_begun", "its listing failed: AttributeError: ", ""),
    ],
)
def test_what_just_happens_is_a_finding_at_its_line(case: str, message: str, line: str) -> None:
    told = [finding for record in records(case) for finding in record.result.findings]
    found = [finding for finding in told if finding.message.startswith(message)]
    assert len(found) == 1
    assert found[0].location is not None
    lines = Path(found[0].location.path).read_text("utf-8").splitlines()
    assert line in lines[(found[0].location.line or 1) - 1]


@pytest.mark.parametrize(
    "case",
    ["cannot_reach_its_table", "renews_its_loop", "wants_a_word", "remote::lists_what_is_served"],
)
def test_what_is_not_there_or_made_up_is_no_finding(case: str) -> None:
    assert [finding for record in records(case) for finding in record.result.findings] == []


def test_a_listing_that_nobody_answers_is_not_judged() -> None:
    told = {r.check.code: r.result for r in records("remote::lists_what_is_served")}
    assert told["PC601"].outcome is Outcome.INCONCLUSIVE


def test_no_check_ends_in_an_error_of_the_tool() -> None:
    assert {r.result.outcome for r in records("blames_in_a_circle")} <= {Outcome.PASSED, Outcome.FAILED}
