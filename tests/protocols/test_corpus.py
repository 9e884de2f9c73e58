"""The comparison finds every defect of the corpus, names it once, and raises no false alarm."""

from __future__ import annotations

import pytest

from protocols.corpus.all_cases import CASES
from protocols.corpus.case import Case, Expected
from provider_conformance import Finding, check_protocol

DEFECTS = {case.id for case in CASES if case.expected}
LOOKALIKES = {case.id for case in CASES if not case.expected}
FEWEST_DEFECTS = 320
FEWEST_LOOKALIKES = 380


def findings_of(case: Case) -> list[Finding]:
    return check_protocol(case.subject(), case.protocol, calls=case.calls)


def summary(findings: list[Finding]) -> set[Expected]:
    return {Expected(found.code, str(found.severity), found.method) for found in findings}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_the_listed_findings(case: Case) -> None:
    found = findings_of(case)
    assert summary(found) == case.expected, "\n".join(map(str, found))
    assert len({finding.key for finding in found}) == len(found)


@pytest.mark.parametrize("case", [case for case in CASES if case.expected], ids=lambda case: case.name)
def test_a_finding_says_what_and_where(case: Case) -> None:
    for finding in findings_of(case):
        assert finding.message.strip()
        assert (case.called or finding.method) in finding.message
        if case.located:
            assert finding.location is not None
            assert finding.location.path in {case.file, case.culprit}
            assert finding.location.line


def test_the_corpus_does_not_shrink() -> None:
    assert len(DEFECTS) >= FEWEST_DEFECTS
    assert len(LOOKALIKES) >= FEWEST_LOOKALIKES
    assert not DEFECTS & LOOKALIKES


def test_every_code_has_cases_both_ways_of_calling() -> None:
    codes = {expected.code for case in CASES for expected in case.expected}
    assert codes >= {f"PC20{number}" for number in range(1, 10)}
    assert codes >= {f"PC30{number}" for number in (1, 2, 3, 4, 5, 6)}
