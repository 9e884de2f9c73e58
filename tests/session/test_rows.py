"""Progress: which row a check belongs to, and which letter stands there."""

from __future__ import annotations

from provider_conformance.findings import Outcome, Row, Status
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.planning import plan
from provider_conformance.session.rows import Rows
from support import fake_stack
from support.fake_stack import provider, spec

PASSED, FAILED = Result(Outcome.PASSED), Result(Outcome.FAILED)
UNSEEN = Result(Outcome.INCONCLUSIVE, reason="why")


def checks(count: int) -> list[Check]:
    many = [spec(("inference", "safety")[n % 2], f"remote::foo{n}") for n in range(count)]
    return plan([provider("p", *many)], {"p": fake_stack.contract()}, fake_stack.RULES)


def letters(count: int, result: Result) -> list[str]:
    """What is shown for the checks of the first spec, of which the first comes to ``result``."""
    planned = checks(count)
    rows = Rows(planned)
    first = next(check.subject.spec for check in planned if check.subject.spec)
    own = [check for check in planned if check.subject.spec is first]
    return [rows.letter(check, result if n == 0 else PASSED, "u") for n, check in enumerate(own)]


def test_a_spec_has_a_row_up_to_twelve() -> None:
    planned = checks(12)
    rows = Rows(planned)
    assert {rows.row(check.id) for check in planned if check.api == "safety"} == {
        f"safety remote::foo{n}" for n in range(1, 12, 2)
    }


def test_an_api_has_a_row_from_thirteen_on() -> None:
    planned = checks(13)
    rows = Rows(planned)
    assert {rows.row(check.id) for check in planned} == {"p", "inference (7)", "safety (6)"}


def test_an_authors_own_test_has_no_row() -> None:
    assert Rows(checks(1)).row("test_own.py::test_own") == ""


def test_of_few_specs_each_check_has_its_usual_letter() -> None:
    assert set(letters(12, FAILED)) == {"u"}


def test_of_many_specs_the_last_check_alone_has_a_letter() -> None:
    shown = letters(13, PASSED)
    assert shown == [""] * (len(shown) - 1) + ["."]


def test_one_failure_is_the_letter_of_its_spec() -> None:
    assert letters(13, FAILED)[-1] == "F"


def test_one_check_that_saw_nothing_is_the_letter_of_its_spec() -> None:
    assert letters(13, UNSEEN)[-1] == "i"


def test_a_demanded_method_without_an_answer_is_the_letter_of_its_spec() -> None:
    row = Row("chat", "public", demanded=True, status=Status.NOT_CALLED, reason="no server")
    assert letters(13, Result(Outcome.SKIPPED, reason="why", row=row))[-1] == "i"
