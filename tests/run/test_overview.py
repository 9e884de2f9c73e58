"""The table of specs, and what is told of what was not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from provider_conformance.findings import Judgement, Outcome, Status
from provider_conformance.package.model import Spec
from provider_conformance.run.checks import Result
from provider_conformance.run.overview import lines
from provider_conformance.run.verdict import of_report
from support.fake_stack import spec
from support.levels import ERROR, UNSEEN, report_of, row

WIDTHS = [60, 80, 120]
LONG = "the server at http://localhost:11434 does not answer within three seconds, and nothing else does"


def shown(said: dict[str, Judgement], specs: Sequence[Spec] = (), width: int = 80) -> list[str]:
    return [line.text for line in lines(of_report(report_of(said, specs=specs)), width)]


def many(count: int, provider_type: str = "remote::foo") -> list[Spec]:
    return [spec(("inference", "safety")[n % 2], f"{provider_type}{n}") for n in range(count)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [1, 12, 13, 40])
@pytest.mark.parametrize("name", ["remote::foo", "remote::a-very-long-name-of-a-type-of-provider-on-" * 2])
def test_no_line_is_wider_than_the_terminal(width: int, count: int, name: str) -> None:
    said = {"PC203.chat": ERROR, "PC501": Judgement(inconclusive=LONG), "PC661.chat": UNSEEN}
    assert max(len(line) for line in shown(said, many(count, name), width)) <= width


def test_a_spec_has_a_row_up_to_twelve() -> None:
    table = shown({}, many(12))
    assert table[0].split() == ["spec", "level", "answered", "passed", "failed", "warn", "not", "seen"]
    assert len(table[: table.index("")]) == 1 + 12


def test_an_api_has_a_row_from_thirteen_on() -> None:
    table = shown({"PC203.run_shield": ERROR}, many(13))
    assert table[: table.index("")] == [
        "api        specs  level    answered  fails  conforms  not seen",
        "safety         6  1 loads    6 of 6      6         -         -",
        "inference      7  5 keeps  21 of 21      -         7         -",
    ]


def test_a_number_that_is_none_is_a_dash() -> None:
    assert shown({})[:2] == [
        "spec                   level    answered  passed  failed  warn  not seen",
        "inference remote::foo  5 keeps    3 of 3      13       -     -         -",
    ]


def test_a_wide_terminal_shows_what_is_missing() -> None:
    head, first, *_ = shown({"PC501": UNSEEN}, width=120)
    assert head.split()[-2:] == ["time", "missing"]
    assert first.endswith(" s  nobody looked")


def test_one_reason_is_told_once_with_all_that_hangs_on_it() -> None:
    seen = {f"PC661.{method}": row(method, Status.NOT_CALLED, "no server") for method in ("chat", "embed")}
    told = shown({**seen, "PC501": Judgement(inconclusive="no server")}, width=120)
    assert told[told.index("not seen: no server") :] == [
        "not seen: no server",
        "    3 checks; chat, embed not answered",
        "",
    ]
    assert "\n".join(told).count("not seen: no server") == 1


def test_what_was_served_over_the_stand_in_is_named_once() -> None:
    answered = row("chat", Status.ANSWERED)
    assert answered.row is not None
    stood_in = replace(answered, row=replace(answered.row, standin=True))
    told = shown({"PC661.chat": stood_in}, width=120)
    (line,) = [line for line in told if "stand-in" in line]
    assert line == (
        "served over the stand-in, not over a real server: remote::foo; see --provider-no-standin"
    )


def test_nothing_is_said_of_a_stand_in_that_served_nothing() -> None:
    assert not any("stand-in" in line for line in shown({"PC661.chat": row("chat", Status.ANSWERED)}))


def test_what_another_finding_hides_is_not_seen() -> None:
    blocked = {code: Judgement(skipped="not started", see=("PC203",)) for code in ("PC501", "PC661.embed")}
    told = shown({"PC203.embed": ERROR, **blocked})
    assert told[1] == "inference remote::foo  1 loads    2 of 3      10       1     -         2"
    assert told[3:] == ["not seen: not started, see PC203", "    2 checks; embed not answered", ""]


def test_a_demanded_method_without_an_answer_is_always_told() -> None:
    told = shown({"PC661.embed": Judgement(skipped="a stack has to run for that")})
    assert told[1].endswith(" -         -")
    assert told[3:] == ["not seen: a stack has to run for that", "    embed not answered", ""]


def test_only_the_first_line_of_a_reason_is_told() -> None:
    told = shown({"PC501": Judgement(inconclusive="no server\nTraceback:")})
    assert "not seen: no server" in told
    assert not any("Traceback" in line for line in told)


def test_of_many_reasons_the_rest_is_counted() -> None:
    specs = many(20, "inline::bar")
    report = report_of({}, specs=specs)
    records = tuple(
        replace(record, result=Result(Outcome.INCONCLUSIVE, reason=f"why {number}"))
        for number, record in enumerate(report.records)
        if record.check.code == "PC602"
    )
    told = [line.text for line in lines(of_report(replace(report, records=records)), 80)]
    assert sum(line.startswith("not seen: why ") for line in told) == 12
    assert told[-2] == "not seen: 8 further reasons; all of them: --provider-report=json:FILE"


def test_nothing_is_told_of_no_spec() -> None:
    assert list(lines((), 80)) == []
