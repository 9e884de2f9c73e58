"""What one stack leaves on its classes is not there for the next."""

from __future__ import annotations

from typing import ClassVar

from provider_conformance.hosts.class_state import own_state


def table() -> type:
    class Base:
        listed: ClassVar[set[str]] = set()

    class Table(Base):
        kinds: ClassVar[dict[str, int]] = {"model": 1}

    return Table


def test_a_second_object_begins_as_the_first_did() -> None:
    cls = table()
    first, second = cls(), cls()
    own_state(first)
    first.listed.add("tried-0")
    own_state(second)
    assert second.listed == set()


def test_what_the_class_itself_was_given_since_is_not_there_either() -> None:
    cls = table()
    own_state(cls())
    cls.listed.add("tried-0")  # type: ignore[attr-defined]
    second = cls()
    own_state(second)
    assert second.listed == set()


def test_what_was_there_at_the_beginning_is_there_still() -> None:
    made = table()()
    own_state(made)
    assert made.kinds == {"model": 1}


def test_what_has_no_place_of_its_own_stays_as_it_is() -> None:
    class Slotted:
        __slots__ = ()
        kept: ClassVar[list[int]] = [1]

    made = Slotted()
    own_state(made)
    assert made.kept is Slotted.kept
