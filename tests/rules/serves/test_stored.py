"""The rules about registries that a stack stores find exactly what is wrong with each case."""

from __future__ import annotations

from collections import Counter

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.model import Provider, Spec, SpecKind
from provider_conformance.rules import rules_of
from provider_conformance.rules.serves import stored
from provider_conformance.run.engine import judged
from support.stored import EXPECTED, PACKAGE, RULES, case_class, fake_baseline, fake_subject


@pytest.mark.parametrize("case", EXPECTED)
def test_exactly_the_listed_findings(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PACKAGE)
    cls = case_class(case)
    first = fake_baseline(cls)
    monkeypatch.setattr(Start, "collect", lambda: first)
    judgements = {rule.code: judged(rule, fake_subject(cls)) for rule in RULES}
    found = {code for code, judgement in judgements.items() if judgement.findings}
    assert found == set(EXPECTED[case].get("error", ()))
    assert not any(judgement.inconclusive for judgement in judgements.values())


def test_every_rule_has_a_defective_and_two_conforming_cases() -> None:
    defective: Counter[str] = Counter()
    conforming: Counter[str] = Counter()
    for entry in EXPECTED.values():
        (defective if entry.get("error") else conforming)[entry["rule"]] += 1
    codes = [rule.code for rule in rules_of(stored)]
    assert [code for code in codes if not defective[code] or conforming[code] < 2] == []


@pytest.mark.parametrize("api", ["inference", "safety", "memory", "agents"])
def test_the_built_in_stack_makes_no_check_of_them(api: str) -> None:
    spec = Spec(api, "inline::x", SpecKind.INLINE, "x", None)
    subject = Subject(Provider("x"), builtin_contract(), spec, builtin_contract().apis[api])
    assert not any(rule.applies(subject) for rule in rules_of(stored))
