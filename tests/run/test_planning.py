"""From providers, contracts and rules to checks, and from checks to a report; no pytest in between."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from provider_conformance.contracts.model import ApiContract, Contract, Factory
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Outcome, Severity
from provider_conformance.package.model import Implementation, Problem, Provider, Spec, SpecKind
from provider_conformance.protocols.model import ProtocolAttribute
from provider_conformance.rules.model import Rule, Scope, rule
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.engine import Engine, Policy, execute
from provider_conformance.run.planning import _Once, plan, run
from provider_conformance.run.selection import parse_codes, parse_known_failure
from support import fake_stack
from support.fake_stack import finding, provider, spec
from support.saying import saying

ERROR = finding("PC201", "chat")
WARNING = finding("PC201", "chat", Severity.WARNING)


def ids(
    *providers: Provider, contract: Contract | None = None, rules: tuple[Rule, ...] = fake_stack.RULES
) -> list[str]:
    contracts = dict.fromkeys((p.name for p in providers), contract or fake_stack.contract())
    return [check.id for check in plan(providers, contracts, rules)]


def check_of(judgement: Judgement | Callable[[Subject], Judgement], scope: Scope = Scope.PUBLIC) -> Check:
    """A check whose rule comes to this judgement."""
    subject = Subject(provider("good"), fake_stack.contract(), spec(), method="chat")
    return Check(
        "good::x",
        Rule("PC201", "name", Severity.ERROR, scope, saying(judgement)),
        subject,
        "inference",
        "foo.chat",
    )


def judge(check: Check, policy: Policy) -> Result:
    """What becomes of a check that is alone in its run."""
    return Engine((check,), policy, frozenset([check.id])).judge(check)


class TestPlan:
    def test_goes_from_the_whole_provider_to_the_methods(self) -> None:
        assert ids(provider("p", spec())) == [
            "p::PC101",
            "p::inference::PC110[remote::foo]",
            "p::inference::PC201[remote::foo.chat]",
            "p::inference::PC201[remote::foo.complete]",
            "p::inference::PC201[remote::foo.embed]",
            "p::inference::PC207[remote::foo.complete]",
            "p::inference::PC207[remote::foo.embed]",
        ]

    def test_applies_no_rule_where_the_rule_says_so(self) -> None:
        assert "p::inference::PC207[remote::foo.chat]" not in ids(provider("p", spec()))

    def test_takes_attributes_of_the_protocol_too(self) -> None:
        protocol = replace(fake_stack.protocol("P", ()), attributes={"store": ProtocolAttribute("store")})
        contract = Contract("fake", "1", {"inference": ApiContract("inference", public=protocol)})
        assert "p::inference::PC201[remote::foo.store]" in ids(provider("p", spec()), contract=contract)

    def test_applies_rules_about_private_protocols_to_these(self) -> None:
        private = rule("PC301", "private", scope=Scope.PRIVATE)(saying(PASS))
        api = ApiContract("inference", private=fake_stack.protocol("Private", ("register_model",)))
        contract = Contract("fake", "1", {"inference": api})
        assert ids(provider("p", spec()), contract=contract, rules=(private,)) == [
            "p::inference::PC301[remote::foo.register_model]"
        ]

    def test_of_a_provider_that_cannot_be_loaded_asks_why_and_nothing_else(self) -> None:
        beyond = rule("PC801", "packaging", scope=Scope.PROVIDER)(saying(PASS))
        broken = replace(provider("p", spec()), problem=Problem("import-error", "no"))
        assert ids(broken, rules=(*fake_stack.RULES, beyond)) == ["p::PC101"]

    def test_of_an_api_that_the_contract_does_not_know_stays_with_the_spec(self) -> None:
        assert ids(provider("p", spec("telepathy"))) == ["p::PC101", "p::telepathy::PC110[remote::foo]"]

    def test_keeps_specs_of_one_api_together(self) -> None:
        specs = (spec(), spec("safety", "a"), spec("inference", "b"))
        found = ids(provider("p", *specs), rules=(fake_stack.spec_complete,))
        assert found == ["p::inference::PC110[remote::foo]", "p::inference::PC110[b]", "p::safety::PC110[a]"]

    def test_gives_specs_of_one_type_ids_of_their_own(self) -> None:
        found = ids(provider("p", spec(), spec()), rules=(fake_stack.spec_complete,))
        assert found == ["p::inference::PC110[remote::foo]", "p::inference::PC110[remote::foo#2]"]

    @pytest.mark.parametrize(
        ("api", "provider_type", "expected"),
        [
            ("", "", "p::(no api)::PC110[(no provider_type)]"),
            ("a::b", "x[0]", "p::a:b::PC110[x(0)]"),
            ("inference", "x\ny", "p::inference::PC110[x\\ny]"),
        ],
    )
    def test_gives_odd_specs_ids_on_one_line(self, api: str, provider_type: str, expected: str) -> None:
        odd = provider("p", spec(api, provider_type))
        assert ids(odd, rules=(fake_stack.spec_complete,)) == [expected]

    def test_finds_no_class_before_a_check_asks(self) -> None:
        def find(*_arguments: object) -> Implementation:
            raise AssertionError("too early")

        assert plan([provider("p")], {"p": fake_stack.contract()}, fake_stack.RULES, find=find)

    def test_finds_a_class_once_for_all_checks_of_a_spec(self) -> None:
        asked: list[tuple[Spec, Factory | None]] = []

        def find(spec: Spec, _provider: Provider, factory: Factory | None) -> Implementation:
            asked.append((spec, factory))
            return Implementation(int)

        factory = Factory("get_adapter_impl")
        contract = replace(fake_stack.contract(), factories={SpecKind.REMOTE: factory})
        checks = plan([provider("p", spec())], {"p": contract}, fake_stack.RULES, find=find)
        assert {check.subject.implementation().cls for check in checks[1:]} == {int}
        assert asked == [(spec(), factory)]

    def test_finds_a_class_once_even_if_that_fails(self) -> None:
        asked = []

        def find(*_arguments: object) -> Implementation:
            asked.append(1)
            raise RuntimeError("a fault of the tool")

        checks = plan([provider("p", spec())], {"p": fake_stack.contract()}, fake_stack.RULES, find=find)
        for check in checks[1:]:
            with pytest.raises(RuntimeError, match="a fault of the tool"):
                check.subject.implementation()
        assert asked == [1]

    def test_lets_no_warning_filter_into_the_search_for_a_class(self) -> None:
        def find(*_arguments: object) -> Implementation:
            warnings.warn("old", DeprecationWarning, stacklevel=1)
            return Implementation(int)

        check = plan([provider("p", spec())], {"p": fake_stack.contract()}, fake_stack.RULES, find=find)[1]
        assert check.subject.implementation().cls is int


class TestExecute:
    @pytest.mark.parametrize(
        ("judgement", "expected"),
        [
            (PASS, Result(Outcome.PASSED)),
            (Judgement(inconclusive="unseen"), Result(Outcome.INCONCLUSIVE, reason="unseen")),
            (Judgement(skipped="no need"), Result(Outcome.SKIPPED, reason="no need")),
        ],
    )
    def test_takes_over_what_the_rule_says(self, judgement: Judgement, expected: Result) -> None:
        assert execute(check_of(judgement)) == expected

    @pytest.mark.parametrize(
        ("findings", "expected"),
        [((ERROR,), Outcome.FAILED), ((WARNING,), Outcome.PASSED), ((WARNING, ERROR), Outcome.FAILED)],
    )
    def test_weighs_findings(self, findings: tuple[Finding, ...], expected: Outcome) -> None:
        assert execute(check_of(Judgement(findings))).outcome is expected

    def test_fails_by_an_error_whatever_else_could_not_be_seen(self) -> None:
        assert execute(check_of(Judgement((ERROR,), inconclusive="unseen"))).outcome is Outcome.FAILED

    def test_does_not_pass_with_a_warning_where_something_could_not_be_seen(self) -> None:
        assert execute(check_of(Judgement((WARNING,), inconclusive="unseen"))).outcome is Outcome.INCONCLUSIVE

    def test_attributes_findings_to_the_spec(self) -> None:
        (found,) = execute(check_of(Judgement((replace(ERROR, method=""),)))).findings
        assert found.key == "PC201:good:inference[remote::foo]:chat"

    @pytest.mark.parametrize("error", [RuntimeError("oh"), SystemExit(3), RecursionError("deep")])
    def test_takes_a_crash_of_the_rule_for_a_fault_of_the_tool(self, error: BaseException) -> None:
        def crash(_subject: Subject) -> Judgement:
            raise error

        result = execute(check_of(crash))
        assert (result.outcome, result.findings, result.broken) == (Outcome.INCONCLUSIVE, (), True)
        assert "internal error in the check, please report" in result.reason
        assert type(error).__name__ in result.reason

    def test_takes_what_the_providers_own_code_raises_for_something_that_cannot_be_seen(self) -> None:
        looked_at: dict[str, Any] = {"__name__": "good.impl"}
        exec("def look(_subject):\n    raise LookupError('not for you')", looked_at)  # noqa: S102 - a module in short
        check = check_of(looked_at["look"])
        owner = replace(check.subject.provider, package="good")
        owned = replace(check, subject=replace(check.subject, provider=owner))
        result = execute(owned)
        assert (result.outcome, result.broken) == (Outcome.INCONCLUSIVE, False)
        assert "raises LookupError" in result.reason

    def test_takes_a_rule_that_returns_something_else_for_a_fault_of_the_tool(self) -> None:
        check = check_of(PASS)
        nothing = replace(check.rule, check=lambda: None)  # type: ignore[arg-type, return-value]
        assert execute(replace(check, rule=nothing)).broken

    def test_refuses_a_rule_whose_function_yields_nothing(self) -> None:
        with pytest.raises(TypeError, match="PC201"):
            rule("PC201", "name", scope=Scope.PUBLIC)(lambda: iter(()))

    def test_lets_the_user_interrupt(self) -> None:
        def interrupted(_subject: Subject) -> Judgement:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            execute(check_of(interrupted))


def accepting(entry: str, **others: bool) -> Policy:
    return Policy(known=(parse_known_failure(entry, ["PC201"], "option"),), **others)


class TestJudge:
    def test_strictly_fails_by_warnings(self) -> None:
        assert judge(check_of(Judgement((WARNING,))), Policy(strict=True)).outcome is Outcome.FAILED

    def test_strictly_fails_by_what_could_not_be_seen(self) -> None:
        result = judge(check_of(Judgement(inconclusive="unseen")), Policy(strict=True))
        assert (result.outcome, result.reason) == (Outcome.FAILED, "inconclusive: unseen")

    def test_strictly_does_not_fail_what_does_not_apply(self) -> None:
        assert judge(check_of(Judgement(skipped="no need")), Policy(strict=True)).outcome is Outcome.SKIPPED

    @pytest.mark.parametrize("found", [ERROR, WARNING])
    def test_accepts_a_known_failure_and_keeps_its_findings(self, found: Finding) -> None:
        result = judge(check_of(Judgement((found,))), accepting("PC201: later"))
        assert (result.outcome, result.reason, len(result.findings)) == (Outcome.KNOWN, "later", 1)

    def test_accepts_in_a_strict_run_what_could_not_be_seen(self) -> None:
        result = judge(check_of(Judgement(inconclusive="unseen")), accepting("PC201: later", strict=True))
        assert result.outcome is Outcome.KNOWN

    @pytest.mark.parametrize(
        "judgement", [PASS, Judgement(inconclusive="unseen"), Judgement(skipped="no need")]
    )
    def test_accepts_nothing_where_nothing_failed(self, judgement: Judgement) -> None:
        check = check_of(judgement)
        assert judge(check, accepting("PC201: later")) == execute(check)

    def test_never_accepts_a_fault_of_the_tool(self) -> None:
        def crash(_subject: Subject) -> Judgement:
            raise RuntimeError

        result = judge(check_of(crash), accepting("PC201: later", strict=True))
        assert (result.outcome, result.broken) == (Outcome.INCONCLUSIVE, True)


class TestRun:
    def test_reports_every_check_that_was_wanted(self) -> None:
        policy = Policy(ignore=parse_codes(["PC207"], ["PC207"], "option"))
        report = run([provider("bad")], {"bad": fake_stack.contract()}, fake_stack.RULES, policy)
        assert (report.counts.failed, report.counts.passed, report.deselected) == (1, 6, 3)
        assert [found.method for found, _record in report.findings] == ["chat"]

    def test_keeps_providers_apart(self) -> None:
        providers = [provider("good"), provider("worse")]
        report = run(providers, dict.fromkeys(("good", "worse"), fake_stack.contract()), fake_stack.RULES)
        failed = {p.name: sum(r.result.outcome is Outcome.FAILED for r in report.of(p)) for p in providers}
        assert failed == {"good": 0, "worse": 2}


def test_an_error_that_many_checks_meet_keeps_its_own_frames() -> None:
    def fails() -> Implementation:
        raise ValueError("broken")

    find = _Once(fails)
    lengths = set()
    for _ in range(4):
        with pytest.raises(ValueError, match="broken") as caught:
            find()
        lengths.add(len(caught.traceback))
    assert len(lengths) <= 2
