"""What a rule leaves to another counts only where that one is part of the run and has something to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import (
    PASS,
    Finding,
    Judgement,
    Location,
    Outcome,
    Row,
    Severity,
    Status,
    left_to,
)
from provider_conformance.package.model import Provider, Spec, SpecKind
from provider_conformance.rules.model import Rule, Scope
from provider_conformance.run.checks import Check, decode_judgement, encode_judgement
from provider_conformance.run.engine import Engine, Policy, judged
from support.saying import saying

PROVIDER = Provider("mine")
SPEC = Spec("inference", "remote::mine", SpecKind.REMOTE, None, None)
BLOCKED = left_to("PC501", why="it was not started")


def error(code: str, method: str = "") -> Finding:
    return Finding(code, Severity.ERROR, f"{code} is broken", method)


def warning(code: str, method: str = "") -> Finding:
    return Finding(code, Severity.WARNING, f"{code} is odd", method)


def check(code: str, judgement: Judgement, method: str = "", after: tuple[str, ...] = ()) -> Check:
    rule = Rule(code, code.lower(), Severity.ERROR, Scope.SPEC, saying(judgement), after=after)
    target = f"remote::mine.{method}" if method else "remote::mine"
    subject = Subject(PROVIDER, spec=SPEC, method=method)
    return Check(f"mine::inference::{code}[{target}]", rule, subject, "inference", target)


def outcome(asked: Check, *others: Check, without: tuple[str, ...] = ()) -> tuple[Outcome, str]:
    planned = (asked, *others)
    collected = frozenset(c.id for c in planned if c.code not in without)
    result = Engine(planned, Policy(), collected).judge(asked)
    return result.outcome, result.reason


class TestBlocked:
    def test_what_another_check_reports_is_left_to_it(self) -> None:
        teller = check("PC501", Judgement((error("PC501"),)))
        assert outcome(check("PC601", BLOCKED), teller) == (Outcome.SKIPPED, "it was not started, see PC501")

    def test_without_the_reporting_check_nothing_is_known(self) -> None:
        teller = check("PC501", Judgement((error("PC501"),)))
        got, reason = outcome(check("PC601", BLOCKED), teller, without=("PC501",))
        assert got is Outcome.INCONCLUSIVE
        assert "PC501 would tell more" in reason

    def test_a_check_that_passes_reports_nothing(self) -> None:
        assert outcome(check("PC601", BLOCKED), check("PC501", PASS))[0] is Outcome.INCONCLUSIVE

    def test_the_reason_of_an_inconclusive_reporter_is_given_on(self) -> None:
        teller = check("PC501", Judgement(inconclusive="numpy is not installed"))
        assert outcome(check("PC601", BLOCKED), teller) == (Outcome.INCONCLUSIVE, "numpy is not installed")

    def test_a_reporter_may_leave_it_to_a_third(self) -> None:
        second, third = (
            check("PC501", left_to("PC110", why="no module")),
            check("PC110", Judgement((error("PC110"),))),
        )
        assert outcome(check("PC601", BLOCKED), second, third) == (
            Outcome.SKIPPED,
            "it was not started, see PC110",
        )

    def test_two_checks_that_point_at_each_other_report_nothing(self) -> None:
        other = check("PC501", left_to("PC601", why="the same"))
        assert outcome(check("PC601", BLOCKED), other)[0] is Outcome.INCONCLUSIVE

    def test_the_check_that_shows_the_finding_is_named(self) -> None:
        teller = check("PC501", Judgement((replace(error("PC501"), after=("PC705",)),)))
        better = check("PC705", Judgement((error("PC705"),)))
        assert outcome(check("PC601", BLOCKED), teller, better)[1] == "it was not started, see PC705"

    def test_another_spec_of_the_provider_reports_nothing(self) -> None:
        other = Check(
            "mine::safety::PC501[inline::other]",
            check("PC501", Judgement((error("PC501"),))).rule,
            Subject(PROVIDER, spec=Spec("safety", "inline::other", SpecKind.INLINE, None, None)),
        )
        assert outcome(check("PC601", BLOCKED), other)[0] is Outcome.INCONCLUSIVE

    def test_another_method_reports_nothing(self) -> None:
        asked = check("PC203", left_to("PC201", why="there is no method to judge"), "chat")
        assert (
            outcome(asked, check("PC201", Judgement((error("PC201"),)), "embed"))[0] is Outcome.INCONCLUSIVE
        )


class TestShadowed:
    def test_what_another_check_tells_better_is_left_to_it(self) -> None:
        asked = check("PC651", Judgement((error("PC651", "chat"),)), "chat", ("PC402",))
        assert outcome(asked, check("PC402", Judgement((error("PC402", "chat"),)), "chat")) == (
            Outcome.SKIPPED,
            "see PC402",
        )

    def test_without_that_check_the_finding_is_its_own(self) -> None:
        asked = check("PC651", Judgement((error("PC651", "chat"),)), "chat", ("PC402",))
        better = check("PC402", Judgement((error("PC402", "chat"),)), "chat")
        assert outcome(asked, better, without=("PC402",))[0] is Outcome.FAILED

    def test_a_warning_tells_no_error(self) -> None:
        asked = check("PC651", Judgement((error("PC651", "chat"),)), "chat", ("PC402",))
        assert (
            outcome(asked, check("PC402", Judgement((warning("PC402", "chat"),)), "chat"))[0]
            is Outcome.FAILED
        )

    @pytest.mark.parametrize(
        ("method", "expected"),
        [("chat", Outcome.SKIPPED), ("chats", Outcome.FAILED), ("embed", Outcome.FAILED)],
    )
    def test_what_is_about_no_method_is_left_to_one_that_it_names(
        self, method: str, expected: Outcome
    ) -> None:
        refused = Finding("PC507", Severity.ERROR, "the stack refuses it: `chat` has no `model`")
        better = check("PC203", Judgement((error("PC203", method),)), method)
        assert outcome(check("PC507", Judgement((refused,)), after=("PC2",)), better)[0] is expected

    def test_only_the_findings_of_the_method_are_left(self) -> None:
        asked = check("PC660", Judgement((error("PC660", "chat"), error("PC660", "embed"))), after=("PC203",))
        planned = (asked, check("PC203", Judgement((error("PC203", "chat"),)), "chat"))
        result = Engine(planned, Policy(), frozenset(c.id for c in planned)).judge(asked)
        assert [finding.method for finding in result.findings] == ["embed"]

    @pytest.mark.parametrize(("method", "expected"), [("chat", Outcome.SKIPPED), ("embed", Outcome.FAILED)])
    def test_what_several_methods_lack_is_left_to_what_tells_it_of_all_of_them(
        self, method: str, expected: Outcome
    ) -> None:
        whole = Finding("PC210", Severity.ERROR, "the bases", methods=("chat", "rerank"))
        asked = check("PC202", Judgement((error("PC202", method),)), method, ("PC210",))
        assert outcome(asked, check("PC210", Judgement((whole,))))[0] is expected

    @pytest.mark.parametrize(("method", "expected"), [("embed", Outcome.SKIPPED), ("rerank", Outcome.FAILED)])
    def test_a_call_that_went_through_a_broken_method_is_left_to_that(
        self, method: str, expected: Outcome
    ) -> None:
        failed = Finding("PC660", Severity.ERROR, "it crashes", "chat", through=("chat", "embed"))
        better = check("PC203", Judgement((error("PC203", method),)), method)
        assert outcome(check("PC660", Judgement((failed,)), after=("PC203",)), better)[0] is expected

    def test_an_error_is_not_left_to_a_warning_of_a_method_that_it_went_through(self) -> None:
        failed = Finding("PC660", Severity.ERROR, "it crashes", "chat", through=("chat", "embed"))
        other = check("PC203", Judgement((warning("PC203", "embed"),)), "embed")
        assert outcome(check("PC660", Judgement((failed,)), after=("PC203",)), other)[0] is Outcome.FAILED

    def test_a_finding_of_no_method_is_left_to_what_tells_of_one_that_it_names(self) -> None:
        whole = Finding("PC210", Severity.ERROR, "the bases", methods=("chat", "rerank"))
        refused = Finding("PC507", Severity.ERROR, "the stack refuses it: `rerank` is empty")
        other = Finding("PC507", Severity.ERROR, "the stack refuses it: `embed` is empty")
        better = check("PC210", Judgement((whole,)))
        assert outcome(check("PC507", Judgement((refused,)), after=("PC2",)), better)[0] is Outcome.SKIPPED
        assert outcome(check("PC507", Judgement((other,)), after=("PC2",)), better)[0] is Outcome.FAILED


def test_a_rule_is_applied_once() -> None:
    applied: list[str] = []

    def note(asked: Check) -> Judgement:
        applied.append(asked.code)
        return BLOCKED if asked.code == "PC601" else Judgement((error("PC501"),))

    planned = (check("PC601", BLOCKED), check("PC501", PASS))
    engine = Engine(planned, Policy(), frozenset(c.id for c in planned), note)
    for one in (*planned, *planned):
        engine.judge(one)
    assert applied == ["PC601", "PC501"]


JUDGEMENTS = [
    PASS,
    BLOCKED,
    Judgement((Finding("PC501", Severity.ERROR, "no", location=Location("a.py", 3)),)),
    Judgement((Finding("PC210", Severity.ERROR, "no", methods=("a", "b"), through=("c",)),)),
    Judgement((Finding("PC401", Severity.ERROR, "no", after=("PC203",)),)),
    Judgement(inconclusive="unseen", row=Row("chat", "public", True, Status.REFUSED, 2, "no key")),
]


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_a_judgement_survives_the_way_between_processes(judgement: Judgement) -> None:
    assert decode_judgement(encode_judgement(judgement)) == judgement


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_a_judgement_of_another_process_is_repeated_whole(judgement: Judgement) -> None:
    rule = Rule("PC999", "other", Severity.ERROR, Scope.SPEC, saying(judgement))
    assert judged(rule, Subject(PROVIDER)) == judgement


def test_one_that_did_not_come_to_its_end_there_does_not_here() -> None:
    rule = Rule(
        "PC999", "other", Severity.ERROR, Scope.SPEC, saying(Judgement(inconclusive="?", broken=True))
    )
    with pytest.raises(RuntimeError, match=r"\?"):
        judged(rule, Subject(PROVIDER))


def test_a_finding_without_a_code_has_that_of_its_rule() -> None:
    rule = Rule("PC999", "own", Severity.ERROR, Scope.SPEC, saying(Judgement((error(""),))))
    assert [finding.code for finding in judged(rule, Subject(PROVIDER)).findings] == ["PC999"]
