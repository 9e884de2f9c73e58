"""A file of accepted failures: what may stand in it, and what a run makes of it."""

from __future__ import annotations

import datetime

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.findings import Outcome
from provider_conformance.run import baseline
from provider_conformance.run.engine import Policy
from provider_conformance.run.report import Report, meant
from support import levels

TODAY = datetime.date(2027, 1, 31)
CODES = ("PC203", "PC204")
SAID = {"PC203.chat": levels.ERROR}
ENTRY = """
[[accepted]]
code = "PC203"
provider = "p"
target = "remote::foo.chat"
reason = "the back end has none"
expires = 2027-01-31
link = "https://tracker.example/7"
"""


def report_of(text: str, today: datetime.date = TODAY, said: dict[str, object] | None = None) -> Report:
    entries = baseline.parse(text, CODES, today)
    return levels.report_of(SAID if said is None else said, Policy(known=entries))  # type: ignore[arg-type]


def outcome(report: Report) -> Outcome:
    (found,) = [
        r.result.outcome for r in report.records if r.check.id == "p::inference::PC203[remote::foo.chat]"
    ]
    return found


def test_an_entry_accepts_with_its_reason_its_date_and_its_link() -> None:
    report = report_of(ENTRY)
    assert outcome(report) is Outcome.KNOWN
    (reason,) = [record.result.reason for record in report.records if record.result.findings]
    assert reason == "the back end has none (until 2027-01-31, https://tracker.example/7)"
    assert report.unmatched == ()


def test_an_entry_that_has_expired_accepts_nothing_and_fails() -> None:
    report = report_of(ENTRY, TODAY + datetime.timedelta(days=1))
    assert outcome(report) is Outcome.FAILED
    (entry,) = report.unmatched
    assert entry.fault.startswith("This entry has expired.")
    assert entry.text == "p::PC203[remote::foo.chat], until 2027-01-31"
    assert meant(report, entry) == ""


def test_an_entry_that_matches_nothing_fails() -> None:
    (entry,) = report_of(ENTRY, said={}).unmatched
    assert entry.fault.startswith("This entry matches nothing.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[accepted]", "that is no TOML"),
        ("known = 1", r"a baseline has tables \[\[accepted\]\], nothing else"),
        ("accepted = [1]", "entry 1 is no table"),
        ("[[accepted]]\nreason = 'x'", "entry 1 has no code"),
        ("[[accepted]]\ncode = 'PC203'", r"entry 1 gives no reason: say why PC203 is accepted"),
        ("[[accepted]]\ncode = 'PC203'\nreason = ' '", "entry 1 gives no reason"),
        ("[[accepted]]\ncode = 'PC999'\nreason = 'x'", "entry 1: no rule has the code 'PC999'"),
        ("[[accepted]]\ncode = 'PC203'\nreasn = 'x'", "entry 1: there is no 'reasn'; did you mean reason"),
        ("[[accepted]]\ncode = 'PC203'\nreason = 'x'\nexpires = 'May'", "'expires' has to be a date"),
        (
            "[[accepted]]\ncode = 'PC203'\nreason = 'x'\nexpires = 2027-01-31T00:00:00",
            "'expires' has to be a date",
        ),
        ("[[accepted]]\ncode = 203\nreason = 'x'", "'code' has to be a text"),
    ],
)
def test_what_is_no_baseline_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"--provider-baseline: (entry 1: )?{message}"):
        baseline.parse(text, CODES, TODAY)


class TestUpdated:
    def test_what_fails_is_added_and_wants_a_reason(self) -> None:
        text = baseline.render(baseline.updated(levels.report_of(SAID), ()))
        with pytest.raises(UsageError, match=r"gives no reason: say why p::PC203\[remote::foo.chat\]"):
            baseline.parse(text, CODES, TODAY)
        assert report_of(text.replace('reason = ""', 'reason = "x"')).unmatched == ()
        assert outcome(report_of(text.replace('reason = ""', 'reason = "x"'))) is Outcome.KNOWN

    def test_what_is_accepted_stays_as_it_is(self) -> None:
        report = report_of(ENTRY)
        entries = baseline.parse(ENTRY, CODES, TODAY)
        assert ENTRY.strip() in baseline.render(baseline.updated(report, entries))

    def test_what_fails_no_longer_goes(self) -> None:
        report = report_of(ENTRY, said={})
        assert baseline.updated(report, baseline.parse(ENTRY, CODES, TODAY)) == ()

    def test_what_has_expired_stays_for_somebody_to_decide(self) -> None:
        late = TODAY + datetime.timedelta(days=1)
        entries = baseline.parse(ENTRY, CODES, late)
        assert baseline.updated(report_of(ENTRY, late), entries) == entries

    def test_what_is_written_is_read_again(self) -> None:
        nasty = 'a "b" \\ \n \x7f \x1b ü [x]'
        (entry,) = baseline.parse(ENTRY, CODES, TODAY)
        given = (("code", "PC203"), ("target", nasty), ("reason", nasty))
        text = baseline.render([type(entry)("", entry.code, "", given=given)])
        (again,) = baseline.parse(text, CODES, TODAY)
        assert again.given == given
