"""Looking at objects that lie or raise when they are looked at."""

from __future__ import annotations

from typing import Any

from provider_conformance.protocols import careful


class Raising:
    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)

    def __repr__(self) -> str:
        raise ZeroDivisionError

    @property
    def __class__(self) -> Any:
        raise ZeroDivisionError


class LyingMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise ZeroDivisionError(name)


class Lying(metaclass=LyingMeta):
    pass


def test_an_attribute_that_raises_is_an_absent_one() -> None:
    assert careful.attribute(Raising(), "anything", 3) == 3


def test_what_cannot_be_shown_is_shown_by_its_class() -> None:
    assert careful.short_repr(Raising()) == f"<{__name__}.Raising object>"
    assert careful.text(Raising()) == f"<{__name__}.Raising object>"


def test_a_class_is_known_by_its_type_and_not_by_what_it_says() -> None:
    assert careful.is_class(Lying)
    assert not careful.is_class(Raising())


def test_names_come_past_a_lying_metaclass() -> None:
    assert careful.class_name(Lying) == "Lying"
    assert careful.class_title(Lying) == f"{__name__}.Lying"


def test_a_builtin_class_is_named_without_its_module() -> None:
    assert careful.class_title(dict) == "dict"


def test_long_text_is_cut() -> None:
    assert len(careful.text("x" * 5000)) < 400
