"""What the loading rules say where the fixtures alone do not show it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.model import Factory
from provider_conformance.evidence.loading import code_of
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Outcome, Severity
from provider_conformance.package.model import Implementation, Problem, Provider
from provider_conformance.providers.implementation import find_implementation
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.engine import judged
from provider_conformance.run.planning import run
from support.packages import FIXTURES, findings_of, fixture, records_of

RULES = {rule.code: rule for rule in all_rules()}


def _message(name: str, code: str) -> str:
    (finding,) = findings_of(fixture(name), code)
    return f"{finding.message}; {finding.why}; {finding.fix}"


@pytest.mark.parametrize(
    ("name", "code", "parts"),
    [
        ("pc101_missing_module", "PC101", ["`heavy_guard_models`", "not installed"]),
        ("pc101_exits", "PC101", ["sys.exit('GUARD_TOKEN is not set')"]),
        ("pc101_missing_name", "PC101", ["`MemoryBanksProtocol`", "`MemoryBanksProtocolPrivate`"]),
        ("pc103_missing_field", "PC103", ["InlineProviderSpec", "`config_class`: Field required"]),
        ("pc103_one_wrong_item", "PC103", ["item 1", "'inline::second'"]),
        ("pc104_gone", "PC104", ["`safty`", "near: `safety`"]),
        ("pc104_routing_table", "PC104", ["`shields`", "provide `safety`"]),
        ("pc105_other_adapter", "PC105", ["`remote::guard`", "`remote::pc105_other_adapter`"]),
        ("pc109_misspelt", "PC109", ["`GuardConfg`", "`GuardConfig`"]),
        ("pc110_no_module", "PC110", ["`pc110_no_module.gaurd`", "`pc110_no_module.guard`"]),
        ("pc111_other_kind", "PC111", ["`get_provider_impl`", "`get_adapter_impl`"]),
        ("pc112_no_deps", "PC112", ["does not take `deps`", "`get_provider_impl(config, deps)`"]),
        ("pc112_swapped", "PC112", ["gets `deps` for `config`"]),
        ("pc113_plain", "PC113", ["awaits"]),
        ("pc114_slots", "PC114", ["`__provider_id__`", "`__slots__`"]),
        ("pc113_imports_inside", "PC113", ["awaits", "`async def`"]),
        ("pc115_missing_name", "PC115", ["`Gaurd`", "near: `Guard`"]),
        ("pc115_abstract", "PC115", ["`Guard` cannot be made", "`endpoint` of `Base`"]),
        ("pc115_undefined", "PC115", ["uses `Guard`", "import or define `Guard`"]),
    ],
)
def test_a_finding_names_the_culprit_and_the_way_out(name: str, code: str, parts: list[str]) -> None:
    message = _message(name, code)
    assert [part for part in parts if part not in message] == []


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("pc101_missing_module", "PC101", "import heavy_guard_models"),
        ("pc103_missing_field", "PC103", "return InlineProviderSpec("),
        ("pc105_inline_says_remote", "PC105", "return inline_spec("),
        ("pc110_raises", "PC110", 'DEFAULT = LEVELS["high"]'),
        ("pc112_no_deps", "PC112", "async def get_provider_impl(config)"),
        ("pc114_property", "PC114", "class Guard("),
        ("pc115_missing_name", "PC115", "async def get_provider_impl|from .guard import Gaurd"),
        ("pc115_abstract", "PC115", "class Guard("),
        ("pc115_undefined", "PC115", "return Guard(config)"),
    ],
)
def test_a_finding_points_at_the_line(name: str, code: str, text: str) -> None:
    (finding,) = findings_of(fixture(name), code)
    assert finding.location is not None
    assert finding.location.line is not None
    line = Path(finding.location.path).read_text("utf-8").splitlines()[finding.location.line - 1]
    assert any(option in line for option in text.split("|"))


@pytest.mark.parametrize("name", ["pc101_raises", "pc102_empty", "pc103_dictionary", "pc104_gone"])
def test_rules_after_the_point_of_failure_are_skipped_and_refer_to_it(name: str) -> None:
    provider = fixture(name)
    assert provider.problem is not None
    failing = code_of(provider.problem)
    for record in records_of(provider):
        if record.check.code < failing:
            assert record.result.outcome is Outcome.PASSED
        elif failing < record.check.code < "PC116":
            assert record.result.outcome is Outcome.SKIPPED
            assert failing in record.result.reason


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing-module", "PC101"),
        ("anything else", "PC101"),
        ("not-a-provider", "PC102"),
        ("spec-type", "PC103"),
        ("unknown-api", "PC104"),
        ("module:stack-name", "PC110"),
        ("no-factory", "PC111"),
        ("factory:missing-own-name", "PC115"),
    ],
)
def test_every_problem_has_one_rule_that_tells_it(kind: str, code: str) -> None:
    assert code_of(Problem(kind, "")) == code


def test_a_given_class_has_no_spec_to_judge() -> None:
    provider = load_provider(
        str(FIXTURES / "packages" / "fixture_parts" / "__init__.py"), api="safety", root=FIXTURES
    )
    assert provider.problem is not None  # the package itself provides nothing
    given = load_provider("fixture_parts:ConformingSafety", api="safety", root=FIXTURES)
    codes = {record.check.code for record in records_of(given)}
    assert codes & {"PC105", "PC106", "PC107", "PC109", "PC110", "PC111", "PC112", "PC113", "PC115"} == set()
    assert {"PC101", "PC104", "PC114"} <= codes


def test_a_given_class_of_an_unknown_api_is_a_finding() -> None:
    given = load_provider("fixture_parts:ConformingSafety", api="safty", root=FIXTURES)
    (finding,) = findings_of(given, "PC104")
    assert "`safety`" in finding.fix


def test_a_warning_does_not_fail_a_provider() -> None:
    findings = findings_of(fixture("pc109_dataclass"), "PC109")
    assert [finding.severity for finding in findings] == [Severity.WARNING]


def _judged(name: str, code: str, **changes: Any) -> Any:
    provider = fixture(name)
    contract = dataclasses.replace(builtin_contract(), **changes)
    spec = provider.specs[0]
    subject = Subject(
        provider,
        contract,
        spec,
        contract.apis.get(spec.api),
        implementation=lambda: find_implementation(spec, provider, contract.factories.get(spec.kind)),
    )
    return judged(RULES[code], subject)


PASSING_A_POLICY = {"inline": Factory("get_provider_impl", optional=("policy",))}


def test_a_parameter_in_front_of_what_the_stack_appends_gets_it() -> None:
    judged = _judged("pc112_ok_before_policy", "PC112", factories=PASSING_A_POLICY)
    (finding,) = judged.findings
    assert "gets `policy` for `region`" in finding.message


def test_a_parameter_behind_what_the_stack_appends_is_fine() -> None:
    assert _judged("pc112_ok_policy", "PC112", factories=PASSING_A_POLICY).findings == ()


@pytest.mark.parametrize("name", ["pc112_ok_names", "pc112_ok_anything", "pc112_ok_defaults"])
def test_an_argument_that_a_release_adds_is_only_passed_to_those_who_name_it(name: str) -> None:
    factories = dict(builtin_contract().factories)
    factories["inline"] = dataclasses.replace(factories["inline"], optional=("policy",))
    assert _judged(name, "PC112", factories=factories).findings == ()


def test_an_argument_that_a_release_adds_has_to_be_in_its_place() -> None:
    factories = dict(builtin_contract().factories)
    factories["inline"] = dataclasses.replace(factories["inline"], optional=("registry",))
    assert _judged("pc112_one_too_many", "PC112", factories=factories).findings == ()
    (finding,) = _judged("pc112_ok_defaults", "PC112", factories=factories).findings
    assert "does not take `registry`" in finding.message


def test_attributes_that_a_release_sets_are_the_contracts() -> None:
    attributes = ("shields",)
    assert _judged("pc114_slots", "PC114", attributes=attributes).findings == ()


def test_a_class_that_cannot_be_seen_leaves_its_rules_open() -> None:
    provider = fixture("pc115_ok_helper")
    unseen = Implementation(unseen="needs module `x`, which is not installed here")
    rules = [RULES[code] for code in ("PC110", "PC114", "PC115")]
    report = run([provider], {provider.name: builtin_contract()}, rules, find=lambda *_: unseen)
    assert {record.result.outcome for record in report.records} == {Outcome.INCONCLUSIVE}


def test_without_a_contract_nothing_is_said_of_apis() -> None:
    provider = Provider("x", fixture("pc104_routing_table").specs)
    assert judged(RULES["PC104"], Subject(provider)).findings == ()


@pytest.mark.parametrize("name", ["pc107_itself", "pc107_own_table"])
@pytest.mark.parametrize(("refuses", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)])
def test_a_cycle_through_a_router_may_start_where_none_is_refused(
    name: str, refuses: bool, severity: Severity
) -> None:
    contract = dataclasses.replace(builtin_contract(), refuses_cycles=refuses)
    provider = fixture(name)
    records = run([provider], {provider.name: contract}, [RULES["PC107"]]).records
    assert [f.severity for record in records for f in record.result.findings] == [severity]


def test_a_plain_api_that_depends_on_itself_starts_nowhere() -> None:
    provider = fixture("pc107_itself")
    bare = {name: dataclasses.replace(api, routed_by=None) for name, api in builtin_contract().apis.items()}
    contract = dataclasses.replace(builtin_contract(), refuses_cycles=False, apis=bare)
    records = run([provider], {provider.name: contract}, [RULES["PC107"]]).records
    assert [f.severity for record in records for f in record.result.findings] == [Severity.ERROR]
