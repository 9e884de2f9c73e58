"""What is wrong with an observed registry, and what is not."""

from __future__ import annotations

import pytest

from provider_conformance.evidence.registries.faults import mutates, not_idempotent, unsteady, wrongly_listed
from provider_conformance.evidence.registries.listings import (
    SILENT,
    Call,
    Entry,
    Listing,
    ObservedLeaving,
    ObservedListing,
    ObservedTwice,
)
from provider_conformance.evidence.registries.stored_faults import (
    confuses_names,
    does_not_leave,
    knows_no_stranger,
    wrong_answer,
)
from provider_conformance.evidence.trials.varied import ObservedPair, mixed_up
from provider_conformance.findings import Severity

FINE = Call()
OFFLINE = Call(ConnectionRefusedError("nobody listens"))


def listing(*names: str) -> Listing:
    return Listing(tuple(Entry(name, name) for name in names))


def twice(**seen: object) -> ObservedTwice:
    given: dict[str, object] = {"registered": Entry("x"), "first": FINE, "again": FINE, **seen}
    return ObservedTwice(**given)  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("seen", "severity"),
    [
        (twice(), None),
        (twice(first=Call(ValueError("no")), again=None), None),
        (twice(again=OFFLINE), None),
        (twice(again=Call(ValueError("there already"))), Severity.WARNING),
        (twice(again=Call(NotImplementedError("once only"))), Severity.WARNING),
        (twice(again=Call(KeyError("x"))), Severity.ERROR),
        (twice(again=Call(UnicodeDecodeError("utf-8", b"", 0, 1, "no"))), Severity.ERROR),
        (twice(after=listing("x"), finally_=listing("x")), None),
        (twice(after=listing("x"), finally_=listing("x", "x")), Severity.ERROR),
        (twice(after=listing("a", "x"), finally_=listing("x")), Severity.ERROR),
        (twice(after=listing("x"), finally_=listing("x", "x (2)")), Severity.ERROR),
        (twice(after=listing("x"), finally_=listing("x", "late")), None),
        (twice(after=SILENT, finally_=listing("a")), None),
        (twice(before=listing("x"), after=listing("x", "x"), finally_=listing("x", "x")), Severity.ERROR),
    ],
)
def test_registering_again(seen: ObservedTwice, severity: Severity | None) -> None:
    fault = not_idempotent(seen)
    assert (fault.severity if fault else None) is severity


@pytest.mark.parametrize(
    ("field", "stored", "severity"),
    [
        ("metadata", False, Severity.ERROR),
        ("provider_resource_id", True, Severity.WARNING),
        ("identifier", True, Severity.ERROR),
    ],
)
def test_a_changed_argument_weighs_less_where_the_result_is_stored(
    field: str, stored: bool, severity: Severity
) -> None:
    fault = mutates(twice(changes={field: (1, 2)}), stored=stored)
    assert fault is not None
    assert fault.severity is severity
    assert f"`{field}` is 1 before and 2 after" in fault.message


@pytest.mark.parametrize(
    ("calls", "wrong"),
    [
        ((listing("a"), listing("a")), ""),
        ((listing(), listing("a"), listing("a", "b")), ""),
        ((listing("a", "b"), listing("b", "a")), ""),
        ((SILENT, listing("a")), ""),
        ((listing("a"), listing()), "'a' any more"),
        ((listing("a"), SILENT), "is None"),
        ((listing("a"), Listing(error=RuntimeError("closed"))), "raises RuntimeError"),
        ((listing("a"), listing("b")), "has 'b', which was not there"),
        ((listing("a"), listing("a", "a")), "2 times"),
        ((Listing(error=RuntimeError("not yet")), listing("a")), ""),
    ],
)
def test_listings_in_a_row(calls: tuple[Listing, ...], wrong: str) -> None:
    fault = unsteady(ObservedListing((), calls))
    assert wrong in (fault.message if fault else "")
    assert bool(fault) == bool(wrong)


def test_what_the_table_was_told_must_be_listed_still_under_either_name() -> None:
    table = (Entry("tried-0/a", "a"),)
    assert unsteady(ObservedListing(table, (listing("a"),))) is None
    assert unsteady(ObservedListing(table, (listing("b"),))) is not None


@pytest.mark.parametrize(
    ("after", "wrong"),
    [
        (listing("a", "x"), ""),
        (listing("a"), ""),
        (SILENT, ""),
        (Listing(error=TimeoutError("slow")), ""),
        (Listing((Entry("a", "a"), Entry("tried-0/x", "x"))), ""),
        (listing("a", "x", "x"), "2 times"),
        (listing("x"), "'a' any more"),
        (listing("a", "X"), "lists 'X' instead"),
        (Listing(error=UnicodeEncodeError("ascii", "ä", 0, 1, "no")), "raises UnicodeEncodeError"),
        (Listing((Entry("a", "a"), Entry("", cls="dict"))), "a dict without an identifier"),
        (Listing((Entry("a", "a"), Entry("x", "x", "other"))), "listed with 'other'"),
    ],
)
def test_a_listing_after_a_registration(after: Listing, wrong: str) -> None:
    told = wrongly_listed(Entry("x", "x"), listing("a"), after)
    assert wrong in told
    assert bool(told) == bool(wrong)


def leaving(**seen: object) -> ObservedLeaving:
    given: dict[str, object] = {
        "registered": Entry("x", "r"),
        "first": FINE,
        "left": FINE,
        "back": FINE,
        **seen,
    }
    return ObservedLeaving(**given)  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (leaving(), ""),
        (leaving(first=Call(ValueError("no")), left=None, back=None), ""),
        (leaving(left=OFFLINE, back=None), ""),
        (leaving(left=Call(NotImplementedError("never")), back=None), ""),
        (leaving(left=Call(ValueError("no such")), back=None), "no such"),
        (leaving(there=listing("x"), gone=listing("x")), "still"),
        (leaving(before=listing("x"), there=listing("x"), gone=listing("x"), returned=listing("x")), ""),
        (leaving(there=listing("x", "a"), gone=listing()), "takes 'a' away"),
        (leaving(back=Call(ValueError("deleted"))), "deleted"),
        (leaving(back=OFFLINE), ""),
        (leaving(there=listing("x"), gone=listing(), returned=listing()), "does not list 'x'"),
    ],
)
def test_leaving(seen: ObservedLeaving, wrong: str) -> None:
    fault = does_not_leave(seen)
    assert wrong in (fault.message if fault else "")
    assert bool(fault) == bool(wrong)


@pytest.mark.parametrize(
    ("error", "wrong"),
    [(None, False), (ValueError("unknown"), True), (KeyError("x"), True), (ConnectionError("gone"), False)],
)
def test_a_stack_that_starts_again_has_strangers_unregistered(error: Exception | None, wrong: bool) -> None:
    assert bool(knows_no_stranger(Call(error), "x")) is wrong


@pytest.mark.parametrize(
    ("returned", "wrong"),
    [
        (Entry("x", "r"), ""),
        (Entry("x", "r:latest"), ""),
        (Entry("r", "r"), "returned as 'r'"),
        (Entry("x", "x"), "is the identifier"),
    ],
)
def test_what_is_returned_has_both_names(returned: Entry, wrong: str) -> None:
    model = type("Model", (), {"identifier": returned.identifier, "provider_resource_id": returned.resource})
    fault = confuses_names(leaving(first=Call(returned=model())), stored=True)
    assert wrong in (fault.message if fault else "")
    assert bool(fault) == bool(wrong)


@pytest.mark.parametrize(
    ("answers", "severity"),
    [
        ((True, False), None),
        ((None,), Severity.WARNING),
        (("false",), Severity.ERROR),
        ((1,), Severity.ERROR),
    ],
)
def test_an_answer_is_yes_or_no(answers: tuple[object, ...], severity: Severity | None) -> None:
    fault = wrong_answer([Call(returned=answer) for answer in answers])
    assert (fault.severity if fault else None) is severity


@pytest.mark.parametrize(
    ("together", "mixed"),
    [
        (({"q": "1"}, {"q": "2"}), False),
        (({"q": "1"}, {"q": "1"}), True),
        (({"q": "2"}, {"q": "2"}), True),
        (({"q": "1 and 2"}, {"q": "1 and 2"}), False),
        (({}, {}), False),
    ],
)
def test_instances_are_mixed_up_where_one_answers_as_the_other(
    together: tuple[dict[str, str], dict[str, str]], mixed: bool
) -> None:
    assert bool(mixed_up(ObservedPair(({"q": "1", "r": "0"}, {"q": "2", "r": "0"}), together))) is mixed
