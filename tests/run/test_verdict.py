"""How far a provider got, what stopped it, and the word and the line that come of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_conformance.contracts.model import Contract
from provider_conformance.findings import Finding, Judgement, Level, Outcome, Severity, Status
from provider_conformance.package.model import Provider
from provider_conformance.rules.model import Rule, Scope
from provider_conformance.run.checks import Result
from provider_conformance.run.engine import Policy
from provider_conformance.run.last_line import last_line, line
from provider_conformance.run.planning import plan_stack
from provider_conformance.run.report import Record, Report, Subjected
from provider_conformance.run.selection import (
    parse_codes,
    parse_known_failure,
    parse_requirement,
    parse_unsupported,
)
from provider_conformance.run.verdict import Verdict, not_evaluated, of_report, overall, shortfalls
from support.fake_stack import spec
from support.levels import ERROR, SKIPPED, UNSEEN, WARNING, report_of, row, rules, said_of
from support.saying import saying

CODES = [rule.code for rule in rules({})]


def last(report: Report) -> str:
    said = of_report(report)
    strict = report.policy.strict
    return last_line(report, said, strict=strict, short=shortfalls(report, said))


def knowing(*entries: str) -> Policy:
    return Policy(known=tuple(parse_known_failure(entry, CODES, "option") for entry in entries))


def requiring(*texts: str) -> Policy:
    return Policy(require=tuple(parse_requirement(text, "option") for text in texts))


def declaring(*texts: str) -> Policy:
    return Policy(unsupported=tuple(parse_unsupported(text, "option") for text in texts))


class TestLevel:
    def test_is_the_last_where_nothing_stops_it(self) -> None:
        one = said_of()
        assert (one.level, one.specs[0].stopped, one.verdict) == (Level.KEEPS, "", Verdict.CONFORMS)

    @pytest.mark.parametrize(
        ("said", "level", "stopped"),
        [
            ({"PC101": ERROR}, Level.NONE, "PC101 failed"),
            ({"PC102": ERROR}, Level.NONE, "PC102 failed"),
            ({"PC203.chat": ERROR}, Level.LOADS, "PC203 failed"),
            ({"PC203.chat": ERROR, "PC204.embed": ERROR}, Level.LOADS, "PC203, PC204 failed"),
            ({"PC501": ERROR}, Level.FITS, "PC501 failed"),
            ({"PC602": ERROR}, Level.STARTS, "PC602 failed"),
            ({"PC661.chat": ERROR}, Level.STARTS, "PC661 failed"),
            ({"PC801": ERROR}, Level.SERVES, "PC801 failed"),
        ],
    )
    def test_stops_below_what_failed(self, said: dict[str, Judgement], level: Level, stopped: str) -> None:
        one = said_of(said)
        assert (one.level, one.specs[0].stopped, one.verdict) == (level, stopped, Verdict.FAILS)

    @pytest.mark.parametrize("unseen", [UNSEEN, SKIPPED])
    @pytest.mark.parametrize(
        ("proof", "level", "word"),
        [
            ("PC203.chat", Level.LOADS, Verdict.INCOMPLETE),
            ("PC501", Level.FITS, Verdict.INCOMPLETE),
            ("PC801", Level.SERVES, Verdict.CONFORMS),
        ],
    )
    def test_stops_below_a_proof_that_was_not_seen(
        self, proof: str, unseen: Judgement, level: Level, word: Verdict
    ) -> None:
        one = said_of({proof: unseen})
        assert (one.level, one.verdict) == (level, word)
        assert one.specs[0].stopped == (unseen.inconclusive or unseen.skipped)

    @pytest.mark.parametrize("code", ["PC204.chat", "PC602"])
    def test_does_not_wait_for_what_proves_nothing(self, code: str) -> None:
        assert said_of({code: UNSEEN}).level is Level.KEEPS

    @pytest.mark.parametrize("code", ["PC203.chat", "PC501", "PC801"])
    def test_is_not_lowered_by_a_warning(self, code: str) -> None:
        assert said_of({code: WARNING}).level is Level.KEEPS

    def test_does_not_start_where_nothing_looked_at_the_start(self) -> None:
        report = report_of(policy=Policy(ignore=parse_codes(["PC501"], CODES, "option")))
        (one,) = of_report(report)
        assert (one.level, one.specs[0].stopped) == (Level.FITS, "not looked at")

    @pytest.mark.parametrize("status", [Status.REFUSED, Status.NOT_CALLED])
    def test_does_not_serve_where_a_demanded_method_is_open(self, status: Status) -> None:
        one = said_of({"PC661.chat": row("chat", status, "set MY_KEY")})
        assert (one.level, one.specs[0].stopped) == (Level.STARTS, "set MY_KEY")
        assert (one.verdict, one.answered) == (Verdict.INCOMPLETE, (2, 3))

    def test_does_not_serve_where_a_demanded_method_was_not_seen(self) -> None:
        one = said_of({"PC661.chat": SKIPPED})
        assert (one.level, one.specs[0].stopped) == (Level.STARTS, "not here")
        assert [c.row.status for c in one.specs[0].rows].count(Status.NOT_CALLED) == 1

    def test_serves_without_what_is_not_supported(self) -> None:
        one = said_of({"PC661.chat": row("chat", Status.UNSUPPORTED, "not offered")})
        assert (one.level, one.answered) == (Level.KEEPS, (2, 3))

    def test_does_not_serve_where_nothing_is_answered(self) -> None:
        methods = ("chat", "complete", "embed")
        one = said_of({f"PC661.{method}": row(method, Status.UNSUPPORTED) for method in methods})
        assert (one.level, one.specs[0].stopped) == (Level.STARTS, "no method is answered")
        assert one.verdict is Verdict.INCOMPLETE

    def test_of_a_provider_is_that_of_its_lowest_spec(self) -> None:
        (one,) = of_report(report_of({"PC203.chat": UNSEEN}, specs=(spec(), spec("safety", "inline::bar"))))
        assert [of.level for of in one.specs] == [Level.LOADS, Level.KEEPS]
        assert one.level is Level.LOADS


class TestKnownFailures:
    def test_do_not_lower_the_level(self) -> None:
        one = said_of({"PC203.chat": ERROR}, knowing("PC203: later"))
        assert (one.level, one.verdict) == (Level.KEEPS, Verdict.CONFORMS)

    def test_hide_what_could_not_be_seen_because_of_them(self) -> None:
        hidden = Judgement(skipped="it does not bind", see=("PC203",))
        one = said_of({"PC203.chat": ERROR, "PC661.chat": hidden}, knowing("PC203: later"))
        assert (one.level, one.verdict, one.answered) == (Level.STARTS, Verdict.INCOMPLETE, (2, 3))


class TestVerdict:
    @pytest.mark.parametrize(
        ("said", "line"),
        [
            ({}, "conforms, level 5 of 5 (keeps); 3 of 3 methods answered"),
            ({"PC801": UNSEEN}, "conforms, level 4 of 5 (serves); 3 of 3 methods answered"),
            ({"PC501": UNSEEN}, "incomplete, level 2 of 5 (fits); 3 of 3 methods answered"),
            ({"PC203.chat": ERROR}, "fails, level 1 of 5 (loads); 3 of 3 methods answered"),
            ({"PC101": ERROR}, "fails, level 0 of 5 (not loaded)"),
            ({"PC501": replace(UNSEEN, broken=True)}, "broken: 1 check not judged to the end"),
        ],
    )
    def test_is_a_word_a_level_and_a_count(self, said: dict[str, Judgement], line: str) -> None:
        assert last(report_of(said)) == f"p on fake 1.0: {line}"

    def test_of_what_failed_outweighs_what_broke(self) -> None:
        said = {"PC203.chat": ERROR, "PC501": replace(UNSEEN, broken=True)}
        assert said_of(said).verdict is Verdict.FAILS

    def test_of_a_selection_is_none(self) -> None:
        report = report_of(policy=Policy(select=parse_codes(["PC2"], CODES, "option")))
        assert last(report) == "p on fake 1.0: partial: 6 of 14 checks, 0 failed; no verdict"

    def test_of_a_selection_that_fails_is_a_failure(self) -> None:
        report = report_of({"PC203.chat": ERROR}, Policy(select=parse_codes(["PC2"], CODES, "option")))
        assert last(report).startswith("p on fake 1.0: fails, ")

    def test_says_that_a_strict_run_fails_for_what_is_unseen(self) -> None:
        report = report_of({"PC501": UNSEEN}, Policy(strict=True))
        assert last(report) == (
            "p on fake 1.0: incomplete, level 2 of 5 (fits); 3 of 3 methods answered (strict)"
        )

    def test_fails_for_a_warning_in_a_strict_run(self) -> None:
        report = report_of({"PC203.chat": WARNING}, Policy(strict=True))
        assert last(report) == "p on fake 1.0: fails, level 1 of 5 (loads); 3 of 3 methods answered"

    def test_says_that_the_source_alone_was_read(self) -> None:
        report = report_of({"PC501": SKIPPED})
        provider = replace(report.subjects[0].provider, not_imported="read off its source")
        subject = replace(report.subjects[0], provider=provider)
        (one,) = of_report(replace(report, subjects=(subject,)))
        assert line(one) == (
            "p on fake 1.0: incomplete by source, level 2 of 5 (fits); 3 of 3 methods answered"
        )

    def test_of_several_is_the_one_that_says_least(self) -> None:
        report = report_of(names=("p", "q"))
        records = tuple(
            replace(record, result=Result(Outcome.INCONCLUSIVE, reason="why"))
            if record.check.id.startswith("q") and record.check.code == "PC501"
            else record
            for record in report.records
        )
        said = of_report(replace(report, records=records))
        assert ([one.verdict for one in said], overall(said)) == (
            [Verdict.CONFORMS, Verdict.INCOMPLETE],
            Verdict.INCOMPLETE,
        )
        assert last(replace(report, records=records)) == (
            "2 providers (2 specs) on fake 1.0: incomplete, level 2 of 5 (fits); 6 of 6 methods answered"
        )

    def test_of_one_provider_does_not_wait_for_what_is_left_out_of_another(self) -> None:
        report = report_of(names=("p", "q"))
        (ours, *more) = (record for record in report.records if record.check.provider == "q")
        rest = tuple(record for record in report.records if record.check.provider == "p")
        said = of_report(replace(report, records=(*rest, *more), left_out=(ours.check,)))
        assert [one.verdict for one in said] == [Verdict.CONFORMS, Verdict.PARTIAL]
        assert [one.left_out for one in said] == [0, 1]

    def test_of_no_check_at_all_is_incomplete(self) -> None:
        assert overall(()) is Verdict.INCOMPLETE


class TestStack:
    @pytest.mark.parametrize(
        ("result", "word"),
        [
            (Result(Outcome.PASSED), "conforms"),
            (Result(Outcome.SKIPPED, reason="not of this release"), "conforms"),
            (Result(Outcome.INCONCLUSIVE, reason="why"), "incomplete"),
            (Result(Outcome.FAILED, (Finding("PC551", Severity.ERROR, "wrong"),)), "fails"),
        ],
    )
    def test_itself_has_a_verdict_and_no_level(self, result: Result, word: str) -> None:
        contract = Contract("fake", "1.0", {})
        stack = Subjected(Provider("fake", stack="fake"), contract)
        rule = Rule("PC551", "order", Severity.ERROR, Scope.STACK, saying(Judgement()))
        (check,) = plan_stack(stack.provider, contract, lambda: None, [rule])  # type: ignore[arg-type, return-value]
        report = Report((stack,), (Record(check, result),), policy=requiring("keeps"))
        assert last(report) == f"fake 1.0 itself: {word}; 1 check"


class TestRequirement:
    @pytest.mark.parametrize("level", ["loads", "fits"])
    def test_that_is_reached_says_nothing(self, level: str) -> None:
        report = report_of({"PC501": UNSEEN}, requiring(level))
        assert shortfalls(report, of_report(report)) == ()
        assert "required" not in last(report)

    @pytest.mark.parametrize(("level", "told"), [("starts", "3 (starts)"), ("keeps", "5 (keeps)")])
    def test_that_is_not_reached_ends_the_line(self, level: str, told: str) -> None:
        assert last(report_of({"PC501": UNSEEN}, requiring(level))).endswith(
            f"; 3 of 3 methods answered, below the required level {told}"
        )

    @pytest.mark.parametrize(
        ("texts", "short"),
        [
            (["keeps"], ["remote::foo"]),
            (["remote::*=keeps"], ["remote::foo"]),
            (["inline::*=keeps"], []),
            (["keeps", "remote::foo=loads"], []),
            (["remote::foo=loads", "keeps"], ["remote::foo"]),
        ],
    )
    def test_is_asked_of_provider_types_and_the_last_that_fits_counts(
        self, texts: list[str], short: list[str]
    ) -> None:
        specs = (spec(), spec("safety", "inline::bar"))
        report = report_of({"PC203.chat": UNSEEN}, requiring(*texts), specs)
        assert [one.provider_type for one in shortfalls(report, of_report(report))] == short

    def test_is_not_reached_by_what_could_not_be_loaded(self) -> None:
        report = report_of(policy=requiring("loads"), names=())
        subject = Subjected(Provider("p"), report_of().subjects[0].contract)
        assert shortfalls(
            replace(report, subjects=(subject,)), of_report(replace(report, subjects=(subject,)))
        )

    def test_is_not_reached_by_what_releases_alone_have_judged(self) -> None:
        alone = Subjected(Provider("p", not_imported="by releases"), None)
        assert last(Report((alone,), (), policy=requiring("fits"))) == (
            "p: judged by releases alone, below the required level 2 (fits)"
        )

    def test_is_not_evaluated_where_checks_are_left_out(self) -> None:
        policy = replace(requiring("keeps"), select=parse_codes(["PC2"], CODES, "option"))
        report = report_of(policy=policy)
        said = of_report(report)
        assert shortfalls(report, said) == ()
        assert not_evaluated(report, said) == "the required level is not evaluated: 8 of 14 checks left out"


class TestUnsupported:
    ENTRY = "remote::foo.chat: the server has no such call"

    @pytest.mark.parametrize(
        "seen", [row("chat", Status.REFUSED, "no"), row("chat", Status.NOT_CALLED, "why"), SKIPPED, UNSEEN]
    )
    def test_is_a_row_that_is_not_demanded(self, seen: Judgement) -> None:
        report = report_of({"PC661.chat": seen}, declaring(self.ENTRY))
        (one,) = of_report(report)
        (chat,) = (covered.row for covered in one.specs[0].rows if covered.row.method == "chat")
        assert (chat.status, chat.demanded) == (Status.UNSUPPORTED, False)
        assert chat.reason == "declared as not supported: the server has no such call"
        assert (one.level, one.answered, report.unmatched) == (Level.KEEPS, (2, 2), ())

    def test_needs_no_signature_either(self) -> None:
        assert said_of({"PC203.chat": UNSEEN}).level is Level.LOADS
        said = {"PC203.chat": UNSEEN, "PC661.chat": SKIPPED}
        assert said_of(said, declaring(self.ENTRY)).level is Level.KEEPS

    def test_is_no_excuse_for_a_crash(self) -> None:
        one = said_of({"PC661.chat": ERROR}, declaring(self.ENTRY))
        assert (one.level, one.verdict) == (Level.STARTS, Verdict.FAILS)

    @pytest.mark.parametrize("entry", [ENTRY, "remote::foo.nothing: why", "remote::other.chat: why"])
    def test_is_stale_where_it_is_answered_or_there_is_none(self, entry: str) -> None:
        report = report_of(policy=declaring(entry))
        assert [one.text for one in report.unmatched] == [entry]
        assert last(report).startswith("p on fake 1.0: fails, ")

    def test_is_alive_where_one_of_its_methods_is_not_answered(self) -> None:
        said = {"PC661.chat": row("chat", Status.UNSUPPORTED)}
        assert report_of(said, declaring("remote::foo.*: why")).unmatched == ()

    def test_is_left_alone_where_the_method_was_not_tried(self) -> None:
        policy = replace(declaring(self.ENTRY), select=parse_codes(["PC2"], CODES, "option"))
        assert report_of(policy=policy).unmatched == ()
