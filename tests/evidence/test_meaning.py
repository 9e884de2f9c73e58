"""Errors that are no fault of the provider: a requirement is not here, a caller has an answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.calling.calling import Seen
from provider_conformance.contracts.model import ApiContract, StackCall
from provider_conformance.evidence.meaning import understood
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.exceptions import Nature
from provider_conformance.package.model import Provider, Spec, SpecKind

DECLARED = ["a-requirement-that-nobody-has"]
MISSING = ModuleNotFoundError("No module named 'nobody_has_it'", name="nobody_has_it")


def meaning(error: BaseException, nature: Nature, *calls: StackCall, declared: Any = ()) -> Nature | None:
    """What the error of a call on `fetch` comes to."""
    raw = SimpleNamespace(pip_packages=list(declared))
    spec = Spec("shelves", "inline::mine", SpecKind.INLINE, "mine_and_nobodys", None, raw=raw)
    api = ApiContract("shelves", calls={"fetch": calls} if calls else {})
    subject = Subject(Provider("mine_and_nobodys", package="mine_and_nobodys"), spec=spec, api=api)
    seen = Seen("fetch", "usual", "provider.fetch()", {}, error=error, nature=nature)
    return understood(subject, [seen])[0].nature


def test_a_declared_requirement_that_is_not_installed_is_no_crash() -> None:
    assert meaning(MISSING, Nature.CRASH, declared=DECLARED) is Nature.NO_BACK_END


def test_an_error_that_was_made_of_a_missing_requirement_is_no_crash() -> None:
    error = RuntimeError("it needs nobody_has_it")
    error.__cause__ = MISSING
    assert meaning(error, Nature.CRASH, declared=DECLARED) is Nature.NO_BACK_END


def test_a_module_that_nothing_declares_is_a_crash() -> None:
    assert meaning(MISSING, Nature.CRASH) is Nature.CRASH


def test_a_module_of_the_provider_itself_is_a_crash() -> None:
    own = ModuleNotFoundError("No module named 'mine_and_nobodys.part'", name="mine_and_nobodys.part")
    assert meaning(own, Nature.CRASH, declared=DECLARED) is Nature.CRASH


@pytest.mark.parametrize("answered", ["KeyError", "LookupError"])
def test_an_error_that_every_caller_answers_is_a_refusal(answered: str) -> None:
    call = StackCall("fetch", 0, answered=(answered,))
    assert meaning(KeyError("x"), Nature.CRASH, call) is Nature.REFUSAL


def test_an_error_that_one_caller_does_not_answer_is_a_crash() -> None:
    calls = (StackCall("fetch", 0, answered=("KeyError",)), StackCall("fetch", 0))
    assert meaning(KeyError("x"), Nature.CRASH, *calls) is Nature.CRASH


def test_an_error_of_another_class_than_the_answered_one_is_a_crash() -> None:
    call = StackCall("fetch", 0, answered=("KeyError",))
    assert meaning(IndexError("x"), Nature.CRASH, call) is Nature.CRASH


def test_an_error_of_a_method_that_nobody_calls_is_a_crash() -> None:
    assert meaning(KeyError("x"), Nature.CRASH) is Nature.CRASH


def test_an_error_that_was_understood_before_keeps_its_meaning() -> None:
    call = StackCall("fetch", 0, answered=("NotImplementedError",))
    assert meaning(NotImplementedError(), Nature.UNSUPPORTED, call) is Nature.UNSUPPORTED
