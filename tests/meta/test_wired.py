"""The rules that try a provider find exactly what is wrong with each case, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Outcome
from provider_conformance.providers.locate import load_provider
from provider_conformance.report import Record
from provider_conformance.rules import all_rules
from provider_conformance.run import run

WIRED = Path(__file__).parents[2] / "fixtures" / "packages" / "wired"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((WIRED / "expected.yaml").read_text())
TRYING = [rule for rule in all_rules() if rule.code.startswith(("PC50", "PC60"))]


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    provider = load_provider(str(WIRED), root=WIRED)
    assert provider.problem is None
    return run([provider], {provider.name: builtin_contract()}, TRYING).records


def _of_case(records: tuple[Record, ...], case: str) -> list[Record]:
    return [r for r in records if r.check.subject.spec and r.check.subject.spec.provider_type == case]


@pytest.mark.parametrize("case", EXPECTED)
def test_exactly_the_listed_findings(records: tuple[Record, ...], case: str) -> None:
    found = {finding.code for record in _of_case(records, case) for finding in record.result.findings}
    assert found == set(EXPECTED[case].get("error", ()))


@pytest.mark.parametrize("case", EXPECTED)
def test_the_rule_in_question_had_something_to_judge(records: tuple[Record, ...], case: str) -> None:
    outcomes = {r.result.outcome for r in _of_case(records, case) if r.check.code == EXPECTED[case]["rule"]}
    assert outcomes & {Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED}


def test_nothing_is_inconclusive(records: tuple[Record, ...]) -> None:
    assert [r.result.reason for r in records if r.result.outcome is Outcome.INCONCLUSIVE] == []


def test_every_rule_has_a_defective_and_two_conforming_cases() -> None:
    defective: Counter[str] = Counter()
    conforming: Counter[str] = Counter()
    for entry in EXPECTED.values():
        (defective if entry["rule"] in entry.get("error", ()) else conforming)[entry["rule"]] += 1
    assert {rule.code for rule in TRYING if defective[rule.code] < 1} == set()
    assert {rule.code for rule in TRYING if conforming[rule.code] < 2} == set()
