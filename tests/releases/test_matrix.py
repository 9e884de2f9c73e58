"""From what each release says to where fitting begins and ends."""

from __future__ import annotations

import pytest

from provider_conformance.contracts.snapshots import Release
from provider_conformance.evidence.fit import Aspect, Fit, Standing
from provider_conformance.findings import Finding, Severity
from provider_conformance.releases.matrix import Matrix, edges, spans, summary

OK, SKIPPED, UNSEEN = (
    Aspect(),
    Aspect(Standing.SKIPPED, reason="left out"),
    Aspect(Standing.UNSEEN, reason="why"),
)
BROKEN = Aspect(Standing.BROKEN, (Finding("PC902", Severity.ERROR, "gone"),))
KINDS = {
    "y": (OK, OK, OK),  # fits
    "m": (OK, OK, BROKEN),  # methods
    "i": (OK, BROKEN, SKIPPED),  # imports
    "a": (BROKEN, OK, SKIPPED),  # API
    "?": (OK, OK, UNSEEN),  # fits as far as could be seen
    "u": (UNSEEN, UNSEEN, UNSEEN),  # nothing could be seen
    "-": (SKIPPED, SKIPPED, SKIPPED),  # left out
}


def fits(kinds: str) -> tuple[Fit, ...]:
    """A release for each letter: ogx 1, ogx 2, ..."""
    return tuple(Fit(Release("ogx", str(n)), *KINDS[kind]) for n, kind in enumerate(kinds, start=1))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("iyym", ["ogx 2 to ogx 3"]),
        ("yyy", ["ogx 1 to ogx 3"]),
        ("aimi", []),
        ("y", ["ogx 1"]),
        ("iyi", ["ogx 2"]),
        ("yiyyay", ["ogx 1", "ogx 3 to ogx 4", "ogx 6"]),
        ("i?yi", ["ogx 2 to ogx 3"]),
        ("yuy", ["ogx 1", "ogx 3"]),
        ("u-", []),
        ("", []),
    ],
)
def test_a_span_is_as_long_as_it_can_be(kinds: str, expected: list[str]) -> None:
    assert [str(span) for span in spans(fits(kinds))] == expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("iyym", ["1 before 2", "4 after 3"]),
        ("yyy", []),
        ("aim", []),
        ("yiiy", ["2 after 1", "3 before 4"]),
        ("i?m", ["1 before 2", "3 after 2"]),
        ("yu-yi", ["5 after 4"]),  # what was not judged is no edge
        ("", []),
    ],
)
def test_an_edge_is_between_what_fits_and_what_is_broken(kinds: str, expected: list[str]) -> None:
    shown = [
        f"{e.broken.release} {'before' if e.opens else 'after'} {e.fitting.release}"
        for e in edges(fits(kinds))
    ]
    assert shown == expected
    assert all(edge.findings for edge in edges(fits(kinds)))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("iyym", "fits ogx 2 to ogx 3 (2 of 4 releases)"),
        ("yy", "fits ogx 1 to ogx 2 (all 2 releases)"),
        ("y", "fits ogx 1"),
        ("i", "does not fit ogx 1"),
        ("im", "fits none of 2 releases"),
        ("iu", "fits none that was judged of 2 releases"),
        ("yiy", "fits ogx 1 and ogx 3, with gaps (2 of 3 releases)"),
        ("y?", "fits ogx 1 to ogx 2 (all 2 releases), as far as could be seen"),
        ("yu", "fits ogx 1 (1 of 2 releases)"),
        ("yau", "fits ogx 1 (1 of 3 releases)"),
    ],
)
def test_a_matrix_in_a_few_words(kinds: str, expected: str) -> None:
    assert summary(Matrix("my_pkg", fits(kinds))) == expected
