"""The rules about protocols find exactly what is wrong with each shape of a provider, and nothing else."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.findings import Outcome, Severity
from provider_conformance.package.model import Implementation, Provider, Spec, SpecKind
from provider_conformance.protocols.members import read_protocol
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.planning import run
from provider_conformance.run.report import Record

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHAPES = FIXTURES / "packages" / "shapes"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((SHAPES / "expected.yaml").read_text())
PAIRS = runpy.run_path(str(FIXTURES / "contracts" / "optional_and_defaults.py"))


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    provider = load_provider(str(SHAPES), root=SHAPES)
    assert provider.problem is None
    seen_by = [rule for rule in all_rules() if rule.code < "PC5"]
    return run([provider], {provider.name: builtin_contract()}, seen_by).records


def _of_case(records: tuple[Record, ...], case: str) -> list[Record]:
    found = [r for r in records if r.check.subject.spec and r.check.subject.spec.provider_type == case]
    assert found
    return found


@pytest.mark.parametrize("case", EXPECTED)
def test_exactly_the_listed_findings(records: tuple[Record, ...], case: str) -> None:
    found = {
        (str(finding.severity), f"{finding.code} {finding.method}".strip())
        for record in _of_case(records, case)
        for finding in record.result.findings
    }
    expected = {(s, text) for s in ("error", "warning") for text in EXPECTED[case].get(s, ())}
    assert found == expected


@pytest.mark.parametrize("case", EXPECTED)
def test_the_rule_in_question_had_something_to_judge(records: tuple[Record, ...], case: str) -> None:
    rule = EXPECTED[case]["rule"]
    outcomes = {r.result.outcome for r in _of_case(records, case) if r.check.code == rule}
    assert outcomes & {Outcome.PASSED, Outcome.FAILED}


def test_every_finding_is_in_the_module_of_its_case(records: tuple[Record, ...]) -> None:
    module = {"of_another_api": "provider"}  # where the spec names the wrong API
    for case in EXPECTED:
        for record in _of_case(records, case):
            for finding in record.result.findings:
                assert finding.location is not None
                assert Path(finding.location.path).stem == module.get(case, case)
                assert finding.location.line is not None


def test_nothing_is_inconclusive(records: tuple[Record, ...]) -> None:
    assert [r.check.id for r in records if r.result.outcome is Outcome.INCONCLUSIVE] == []


def _ranking() -> Contract:
    api = ApiContract(
        "ranking",
        public=read_protocol(PAIRS["Ranking"]),
        private=read_protocol(PAIRS["RankersPrivate"]),
    )
    return Contract("fixture", "1", {"ranking": api})


@pytest.mark.parametrize("cls", PAIRS["EXPECTED"], ids=lambda cls: cls.__name__)
def test_pairs_that_need_a_contract_of_their_own(cls: type) -> None:
    spec = Spec("ranking", cls.__name__, SpecKind.INLINE, "fixture", None)
    provider = Provider("fixture", (spec,), stack="fixture")
    rules = [rule for rule in all_rules() if rule.code.startswith(("PC2", "PC3"))]
    report = run([provider], {"fixture": _ranking()}, rules, find=lambda *_: Implementation(cls, how="given"))
    found = {f"{f.code} {f.method}" for r in report.records for f in r.result.findings}
    code, expected = PAIRS["EXPECTED"][cls]
    assert found == expected
    assert code in {r.check.code for r in report.records}


def test_every_protocol_rule_has_a_defective_and_two_conforming_cases() -> None:
    defective: Counter[str] = Counter()
    conforming: Counter[str] = Counter()
    for entry in EXPECTED.values():
        listed = [text for severity in Severity for text in entry.get(severity, ())]
        (defective if any(t.startswith(entry["rule"]) for t in listed) else conforming)[entry["rule"]] += 1
    for code, expected in PAIRS["EXPECTED"].values():
        (defective if expected else conforming)[code] += 1
    codes = {rule.code for rule in all_rules() if rule.code.startswith(("PC2", "PC3"))}
    assert {code for code in codes if defective[code] < 1} == set()
    assert {code for code in codes if conforming[code] < 2} == set()
