"""The rules that try a provider find exactly what is wrong with each case, and nothing else."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Outcome
from provider_conformance.providers.limits import DEFAULT, Limits, limited
from provider_conformance.providers.locate import load_provider
from provider_conformance.report import Record
from provider_conformance.rules import all_rules
from provider_conformance.run import run
from support.stored import EXPECTED as STORED

PACKAGES = Path(__file__).parents[2] / "fixtures" / "packages"
TRIED = ("wired", "registry", "calls", "lifecycle", "hostile")
EXPECTED: dict[tuple[str, str], dict[str, Any]] = {
    (package, case): entry
    for package in TRIED
    if (listing := PACKAGES / package / "expected.yaml").is_file()
    for case, entry in yaml.safe_load(listing.read_text("utf-8")).items()
}
LIMITS = {"hostile": Limits(seconds=3), "lifecycle": Limits(seconds=10), "calls": Limits(seconds=12)}
"""Cases that do not come back are not waited for as long as usual."""
TRYING = [rule for rule in all_rules() if rule.code.startswith(("PC50", "PC6", "PC7"))]
CASES = pytest.mark.parametrize(
    ("package", "case"), EXPECTED, ids=[f"{package}-{case}" for package, case in EXPECTED]
)


@cache
def _records(package: str) -> tuple[Record, ...]:
    provider = load_provider(str(PACKAGES / package), root=PACKAGES / package)
    assert provider.problem is None
    with limited(LIMITS.get(package, DEFAULT)):
        return run([provider], {provider.name: builtin_contract()}, TRYING).records


def _of_case(package: str, case: str) -> list[Record]:
    records = _records(package)
    return [r for r in records if r.check.subject.spec and r.check.subject.spec.provider_type == case]


@CASES
def test_exactly_the_listed_findings(package: str, case: str) -> None:
    found = {finding.code for record in _of_case(package, case) for finding in record.result.findings}
    assert found == set(EXPECTED[package, case].get("error", ()))


@CASES
def test_the_rule_in_question_had_something_to_judge(package: str, case: str) -> None:
    code = EXPECTED[package, case]["rule"]
    outcomes = {r.result.outcome for r in _of_case(package, case) if r.check.code == code}
    assert outcomes & {Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED}


@CASES
def test_only_a_case_that_says_so_is_inconclusive(package: str, case: str) -> None:
    told = {r.check.code for r in _of_case(package, case) if r.result.outcome is Outcome.INCONCLUSIVE}
    assert told == set(EXPECTED[package, case].get("inconclusive", ()))


def test_every_rule_has_a_defective_and_two_conforming_cases() -> None:
    defective: Counter[str] = Counter()
    conforming: Counter[str] = Counter()
    # What only a stack that stores what is registered asks for is tried in tests/rules/test_stored.py.
    for entry in (*EXPECTED.values(), *STORED.values()):
        (defective if entry["rule"] in entry.get("error", ()) else conforming)[entry["rule"]] += 1
    assert {rule.code for rule in TRYING if defective[rule.code] < 1} == set()
    assert {rule.code for rule in TRYING if conforming[rule.code] < 2} == set()
