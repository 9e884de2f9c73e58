"""A finding about what is inherited points to the class that inherits it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provider_conformance.evidence.locating import in_its_own_code
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package.model import Implementation, Provider, Spec, SpecKind

THEIRS = Location(json.__file__, 12)
FOUND = Finding("PC203", Severity.ERROR, "it does not bind", location=THEIRS, why="a call raises")
SPEC = Spec("safety", "mine", SpecKind.INLINE, "mine", None, location=Location(__file__, 3))


class Mine(json.JSONDecoder):
    """Inherits all."""


def subject(**changes: object) -> Subject:
    provider = Provider("mine", places=(Path(__file__).resolve().parent,))
    made = Subject(provider, spec=SPEC, implementation=lambda: Implementation(Mine))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_it_goes_to_the_class_and_says_where_the_thing_is() -> None:
    found = in_its_own_code(FOUND, subject())
    line = next(
        n for n, text in enumerate(Path(__file__).read_text("utf-8").splitlines(), 1) if "class Mine" in text
    )
    assert found.location == Location(__file__, line)
    assert found.why == "a call raises; it is defined in json/__init__.py:12"


def test_without_a_class_of_its_own_it_goes_to_the_spec() -> None:
    found = in_its_own_code(FOUND, subject(implementation=lambda: Implementation(json.JSONDecoder)))
    assert found.location == SPEC.location


def test_without_anything_of_its_own_there_is_no_place() -> None:
    found = in_its_own_code(FOUND, subject(implementation=Implementation, spec=None))
    assert found.location is None


@pytest.mark.parametrize("place", [Location(__file__, 3), None])
def test_what_points_to_the_provider_stays(place: Location | None) -> None:
    assert in_its_own_code(replace(FOUND, location=place), subject()) == replace(FOUND, location=place)


def test_where_nobody_knows_what_is_the_provider_s_all_places_stay() -> None:
    assert in_its_own_code(FOUND, subject(provider=Provider("mine"))) == FOUND
