"""What a reader at a terminal is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provider_conformance.findings import Finding, Location, Outcome, Severity
from provider_conformance.reports.terminal import lines, render
from provider_conformance.run.blocks import Detail, Telling
from provider_conformance.run.checks import Result
from provider_conformance.run.planning import plan
from provider_conformance.run.report import Record, Report, Subjected
from support import fake_stack

SUBJECT = Subjected(fake_stack.provider("p"), fake_stack.contract())
CHECKS = plan([SUBJECT.provider], {"p": SUBJECT.contract}, fake_stack.RULES)


def report(*results: Result, deselected: int = 0) -> Report:
    found = tuple(Record(check, result) for check, result in zip(CHECKS, results, strict=False))
    return Report((SUBJECT,), found, tuple(CHECKS[-deselected:] if deselected else ()))


def finding(**changes: object) -> Finding:
    return replace(fake_stack.finding("PC201", "chat").of(provider="p", api="inference"), **changes)  # type: ignore[arg-type]


def shown(report: Report, detail: Detail = Detail.BLOCK, **how: Any) -> list[str]:
    return [line.text for line in lines(report, Telling(detail, **how))]


PASSED, UNSEEN = Result(Outcome.PASSED), Result(Outcome.INCONCLUSIVE, reason="why")
BROKEN = Result(Outcome.INCONCLUSIVE, reason="why", broken=True)


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([PASSED], "incomplete, level 0 of 5 (not loaded)"),
        ([PASSED, PASSED], "incomplete, level 2 of 5 (fits); 0 of 0 methods answered"),
        ([PASSED, UNSEEN], "incomplete, level 2 of 5 (fits); 0 of 0 methods answered"),
        (
            [PASSED, Result(Outcome.KNOWN, reason="why")],
            "incomplete, level 2 of 5 (fits); 0 of 0 methods answered",
        ),
        ([UNSEEN], "incomplete, level 0 of 5 (not loaded)"),
        ([Result(Outcome.SKIPPED, reason="why")], "incomplete, level 0 of 5 (not loaded)"),
        ([], "incomplete, level 0 of 5 (not loaded)"),
        ([PASSED, BROKEN], "broken: 1 check not judged to the end"),
        (
            [PASSED, BROKEN, Result(Outcome.FAILED, (finding(),))],
            "fails, level 1 of 5 (loads); 0 of 0 methods answered",
        ),
    ],
)
def test_the_verdict_claims_no_more_than_was_seen(results: list[Result], verdict: str) -> None:
    assert shown(report(*results))[-1] == f"p on fake 1.0: {verdict}"


def test_findings_stand_in_the_order_of_their_places() -> None:
    findings = tuple(
        finding(method=method, location=place)
        for method, place in (
            ("c", Location("b.py", 1)),
            ("b", Location("a.py", 20)),
            ("a", Location("a.py", 3)),
        )
    )
    text = shown(report(Result(Outcome.FAILED, findings)), Detail.LINE)
    places = [line.partition(": ")[0] for line in text if "PC201" in line]
    assert places == ["a.py:3", "a.py:20", "b.py:1"]


def test_errors_stand_before_warnings() -> None:
    warning = finding(severity=Severity.WARNING, location=Location("a.py", 1), message="odd")
    error = finding(location=Location("b.py", 1), method="x")
    text = shown(report(Result(Outcome.FAILED, (warning, error))), Detail.LINE)
    assert [line.split()[1] for line in text if "PC201" in line] == ["error", "warning"]


def test_hidden_warnings_are_counted_by_code() -> None:
    warning = finding(severity=Severity.WARNING, message="odd")
    text = shown(report(Result(Outcome.PASSED, (warning, replace(warning, method="x")))), warnings=False)
    assert "2 warnings hidden (PC201 2): -rw shows them" in text
    assert not any("odd" in line for line in text)


def test_what_several_specs_have_alike_is_told_once() -> None:
    places = [Location("a.py", 3), Location("b.py", 4)]
    alike = tuple(finding(location=place, method=f"m{n}") for n, place in enumerate(places))
    text = shown(report(Result(Outcome.FAILED, alike)))
    assert [line for line in text if "PC201" in line and "error" in line] == [
        "a.py:3: error PC201 importable"
    ]
    assert "  also   b.py:4" in text


def test_the_line_that_is_meant_is_shown_with_those_around_it() -> None:
    source = [f"line {number}" for number in range(1, 10)]
    place = finding(location=Location("a.py", 5))
    text = shown(report(Result(Outcome.FAILED, (place,))), source=lambda _place: source)
    first = text.index("        3 | line 3")
    assert text[first : first + 4] == [
        "        3 | line 3",
        "        4 | line 4",
        "  >     5 | line 5",
        "        6 | line 6",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_text_of_a_finding_is_wider_than_the_terminal(width: int) -> None:
    long = finding(message="what is wrong " * 20, why="who calls it " * 20, fix="what to do " * 20)
    text = shown(report(Result(Outcome.FAILED, (long,))), width=width)
    assert max(len(line) for line in text if "again" not in line and " on fake " not in line) <= width


def test_a_finding_without_a_place_is_told_without_one() -> None:
    text = shown(report(Result(Outcome.FAILED, (finding(location=None),))))
    assert "error PC201 importable" in text


def test_further_lines_of_a_reason_are_aligned() -> None:
    text = shown(report(Result(Outcome.FAILED, (finding(why="one\ntwo"),))))
    assert text[text.index("  why    one") + 1] == "         two"


def test_accepted_findings_are_not_told_as_findings() -> None:
    text = render(report(Result(Outcome.KNOWN, (finding(),), "later")))
    assert "chat is missing" not in text
    assert "p: 1 check known: later" in text


def test_equal_reasons_are_told_once_with_their_number() -> None:
    other = Result(Outcome.INCONCLUSIVE, reason="other")
    text = shown(report(UNSEEN, UNSEEN, other, PASSED))
    first = text.index("not seen: why")
    assert text[first : first + 4] == ["not seen: why", "    2 checks", "not seen: other", "    1 check"]


def test_what_was_deselected_is_counted() -> None:
    last = shown(report(PASSED, deselected=7))[-1]
    assert last == "p on fake 1.0: partial: 1 of 8 checks, 0 failed; no verdict"


def test_what_was_noted_while_loading_is_told_before_the_verdict() -> None:
    noted = Subjected(replace(SUBJECT.provider, notes=("read off its source",)), SUBJECT.contract)
    text = shown(Report((noted,), ()), Detail.VERDICT)
    assert text[0] == "p: note: read off its source"
