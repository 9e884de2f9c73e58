"""Evidence is collected once, and so is why it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.model import Provider
from provider_conformance.sandbox.progress import TooBusyError


@dataclass(frozen=True)
class Name:
    """Evidence that is there for a provider with a name."""

    text: str
    asked: ClassVar[list[str]] = []

    @classmethod
    def collect(cls, subject: Subject) -> Name:
        cls.asked.append(subject.provider.name)
        if subject.provider.name == "busy":
            raise TooBusyError(1)
        if not subject.provider.name:
            raise NotJudged("it has no name")
        return cls(subject.provider.name)


@dataclass(frozen=True)
class Title:
    """Evidence that is made of other evidence."""

    text: str

    @classmethod
    def collect(cls, name: Name) -> Title:
        return cls(name.text.title())


@pytest.fixture(autouse=True)
def _nothing_asked() -> None:
    Name.asked.clear()


def subject(name: str) -> Subject:
    return Subject(Provider(name))


def test_evidence_is_made_of_what_it_names() -> None:
    one = subject("mine")
    assert one.store.get(Title, one) == Title("Mine")


def test_it_is_collected_once() -> None:
    one = subject("mine")
    assert one.store.get(Name, one) is one.store.get(Name, one)
    assert Name.asked == ["mine"]


def test_why_it_is_not_there_is_found_out_once() -> None:
    one = subject("")
    for _ in range(2):
        with pytest.raises(NotJudged, match="it has no name"):
            one.store.get(Title, one)
    assert Name.asked == [""]


def test_a_machine_that_is_too_busy_is_not_waited_for_again() -> None:
    one = subject("busy")
    for _ in range(2):
        with pytest.raises(NotJudged) as absent:
            one.store.get(Name, one)
        assert absent.value.inconclusive
    assert Name.asked == ["busy"]


@pytest.mark.parametrize(("name", "found"), [("mine", Title("Mine")), ("", None)])
def test_what_is_only_looked_for_may_be_absent(name: str, found: Title | None) -> None:
    one = subject(name)
    assert one.store.find(Title, one) == found
