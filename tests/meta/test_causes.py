"""A cause of missing evidence is reported by one rule; what is left to other rules names some that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provider_conformance.evidence.store import Cause
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Outcome, Severity, left_to
from provider_conformance.package.model import Provider
from provider_conformance.rules import all_rules
from provider_conformance.rules.model import Rule, Scope
from provider_conformance.run.checks import Check
from provider_conformance.run.engine import Engine, Policy
from support.saying import saying

PACKAGE = Path(__file__).parents[2] / "conformance" / "provider_conformance"
CODES = [rule.code for rule in all_rules()]
SHADOWS = [
    (rule.code, code)
    for rule in all_rules()
    for beginning in rule.after
    for code in CODES
    if code.startswith(beginning) and code != rule.code
]
NAMED = re.compile(r'(?:left_to\(|see=\(|after=\()((?:"PC\d+"(?:, )?)+)')


def pointed() -> list[str]:
    """The codes, or beginnings of codes, that the package's source leaves something to."""
    texts = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    found = (
        code for text in texts for match in NAMED.finditer(text) for code in re.findall(r"PC\d+", match[1])
    )
    return sorted(set(found))


POINTED = pointed()
PROVIDER = Provider("mine")


def check(code: str, judgement: Judgement, after: tuple[str, ...] = ()) -> Check:
    rule = Rule(code, code.lower(), Severity.ERROR, Scope.PROVIDER, saying(judgement), after=after)
    return Check(f"mine::{code}", rule, Subject(PROVIDER))


def outcome(asked: Check, other: Check, collected: frozenset[str]) -> Outcome:
    return Engine((asked, other), Policy(), collected).judge(asked).outcome


def failing(code: str) -> Judgement:
    return Judgement((Finding(code, Severity.ERROR, "wrong"),))


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_has_one_reporter(cause: Cause) -> None:
    assert len([rule.code for rule in all_rules() if cause in rule.reports]) == 1


@pytest.mark.parametrize("beginning", POINTED)
def test_what_is_pointed_to_exists(beginning: str) -> None:
    assert [code for code in CODES if code.startswith(beginning)]


@pytest.mark.parametrize(("code", "better"), SHADOWS)
def test_a_finding_is_shown_where_what_tells_it_better_is_left_out(code: str, better: str) -> None:
    asked, other = check(code, failing(code), after=(better,)), check(better, failing(better))
    assert outcome(asked, other, frozenset([asked.id, other.id])) is Outcome.SKIPPED
    assert outcome(asked, other, frozenset([asked.id])) is Outcome.FAILED


@pytest.mark.parametrize("teller", POINTED)
def test_what_could_not_look_is_inconclusive_where_its_reporter_is_left_out(teller: str) -> None:
    code = next(code for code in CODES if code.startswith(teller))
    asked, other = check("PC999", left_to(teller, why="it could not look")), check(code, failing(code))
    assert outcome(asked, other, frozenset([asked.id, other.id])) is Outcome.SKIPPED
    assert outcome(asked, other, frozenset([asked.id])) is Outcome.INCONCLUSIVE
