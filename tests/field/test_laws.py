"""Laws on a real stack: providers that break one are found at it and nowhere else, others are left alone."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from typing import Any

import pytest
import yaml

from provider_conformance.contracts.load import load_contract
from provider_conformance.findings import Outcome, Severity
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.engine import Engine, Policy
from provider_conformance.run.planning import plan
from provider_conformance.run.report import Record
from support import references
from support.field import only
from support.packages import FIXTURES

pytestmark = only("stack-ogx150")

PACKAGE = FIXTURES / "packages" / "ogx_laws"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((PACKAGE / "expected.yaml").read_text("utf-8"))


@cache
def records() -> tuple[Record, ...]:
    """The laws of all cases, judged once."""
    sys.path.insert(0, str(references.OGX))
    provider = load_provider(str(PACKAGE), root=PACKAGE)
    assert provider.problem is None, provider.problem
    rules = [rule for rule in all_rules() if rule.code.startswith("PC8")]
    planned = tuple(plan([provider], {provider.name: load_contract("ogx")}, rules))
    engine = Engine(planned, Policy(), frozenset(check.id for check in planned))
    return tuple(Record(check, engine.judge(check)) for check in planned)


def of_case(case: str) -> list[Record]:
    found = [r for r in records() if r.check.provider_type.partition("::")[2] == case]
    assert found
    return found


@pytest.mark.parametrize("case", EXPECTED)
def test_exactly_the_listed_laws_are_broken(case: str) -> None:
    found = [finding for record in of_case(case) for finding in record.result.findings]
    for severity in Severity:
        codes = {finding.code for finding in found if finding.severity is severity}
        assert codes == set(EXPECTED[case].get(severity.value, ())), [str(one) for one in found]


@pytest.mark.parametrize("case", EXPECTED)
def test_the_law_in_question_had_something_to_judge(case: str) -> None:
    (record,) = [r for r in of_case(case) if r.check.code == EXPECTED[case]["rule"]]
    assert record.result.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED), record.result.reason


@pytest.mark.parametrize("case", [case for case in EXPECTED if "error" in EXPECTED[case]])
def test_a_finding_shows_how_to_repeat_it(case: str) -> None:
    for record in of_case(case):
        for finding in record.result.findings:
            assert finding.location is not None
            assert "ogx_laws" in finding.location.path
            compile("async def repeated(provider):\n    " + "\n    ".join(finding.seen), case, "exec")
            assert any("provider." in line for line in finding.seen)


def test_every_law_has_a_case_that_breaks_it_and_two_that_do_not() -> None:
    broken = Counter(code for one in EXPECTED.values() for k in Severity for code in one.get(k.value, ()))
    sound = {case for case, one in EXPECTED.items() if not {"error", "warning"} & one.keys()}
    kept = Counter(
        record.check.code
        for record in records()
        if record.check.provider_type.partition("::")[2] in sound and record.result.outcome is Outcome.PASSED
    )
    laws = {record.check.code for record in records()}
    assert {code for code in laws if broken[code] < 1} == set()
    assert {code for code in laws if kept[code] < 2} == set()


def test_every_case_is_listed() -> None:
    assert {r.check.provider_type.partition("::")[2] for r in records()} == set(EXPECTED)
