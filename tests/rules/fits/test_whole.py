"""What ails a class as a whole is told once, at the place to mend, with what can be pasted there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Finding, Outcome
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.engine import Policy
from provider_conformance.run.planning import run
from provider_conformance.run.report import Record
from provider_conformance.run.selection import CodePattern

SHAPES = Path(__file__).parents[3] / "fixtures" / "packages" / "shapes"
SWAPPED = ("run_shield", "list_shields", "register_shield")


@cache
def records(*selected: str) -> tuple[Record, ...]:
    provider = load_provider(str(SHAPES), root=SHAPES)
    rules = [rule for rule in all_rules() if rule.code.startswith(("PC2", "PC3"))]
    policy = Policy(select=tuple(CodePattern(code) for code in selected))
    return run([provider], {provider.name: builtin_contract()}, rules, policy).records


def of_case(case: str, *selected: str) -> list[Record]:
    return [r for r in records(*selected) if r.check.provider_type == case]


def findings(case: str, *selected: str) -> list[Finding]:
    return [finding for record in of_case(case, *selected) for finding in record.result.findings]


def test_the_order_of_the_bases_is_told_once_with_all_that_it_hides() -> None:
    (found,) = findings("bases_swapped")
    assert found.methods == SWAPPED
    assert "`Safety` and `ShieldsProtocolPrivate` come before `Shields` and hide 3 methods" in found.message


def test_the_right_order_can_be_pasted() -> None:
    (found,) = findings("bases_swapped")
    assert found.fix == "write `class BasesSwapped(Shields, Safety, ShieldsProtocolPrivate)`"


def test_the_checks_of_the_hidden_methods_say_where_it_is_told() -> None:
    told = {
        r.check.subject.method: r.result
        for r in of_case("bases_swapped")
        if r.check.code in ("PC202", "PC302")
    }
    assert {name: (told[name].outcome, told[name].reason) for name in SWAPPED} == dict.fromkeys(
        SWAPPED, (Outcome.SKIPPED, "see PC210")
    )


def test_what_cannot_be_judged_of_them_is_left_to_the_same() -> None:
    reasons = {r.result.reason for r in of_case("bases_swapped") if r.check.code in ("PC203", "PC303")}
    assert reasons == {"there is no method to judge, see PC210"}


@pytest.mark.parametrize(("case", "number"), [("bases_swapped", 1), ("lacks_everything", 1)])
def test_without_the_rule_of_the_whole_each_method_tells_for_itself(case: str, number: int) -> None:
    assert len(findings(case, "PC202")) == number
    assert len(findings(case, "PC2", "PC3")) == 1


def test_a_class_of_another_api_is_told_by_its_name_at_the_spec() -> None:
    (found,) = findings("of_another_api")
    assert "lacks 3 of the 3 methods of `safety`" in found.message
    assert found.message.endswith("it has all 4 of `memory`")
    assert found.fix == "write `api=Api.memory` in the spec, or name what implements `safety`"
    assert found.location is not None
    assert Path(found.location.path).name == "provider.py"


def test_what_is_missing_can_be_pasted() -> None:
    (found,) = findings("lacks_everything")
    lines = [line.strip() for line in found.fix.splitlines()[1:]]
    assert lines[2] == "async def register_shield(self, shield: ShieldDef) -> None"
    for line in lines:
        compile(f"{line}: ...", "pasted", "exec")


def test_fewer_absent_methods_have_a_finding_each() -> None:
    assert [(f.code, f.method) for f in findings("missing")] == [("PC201", "run_shield")]
