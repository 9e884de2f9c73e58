"""What vanishes and returns, since releases are in the order of their numbers."""

from __future__ import annotations

from provider_conformance.contracts.snapshots import Release, available, load
from provider_conformance.releases.changes import Comparison, Kind, compare
from provider_conformance.releases.changes.rendering import text


def compared(old: str, new: str) -> Comparison:
    releases = (load(Release("ogx", release)) for release in (old, new))
    return compare(*releases, map(load, available()))


def argument(comparison: Comparison, kind: Kind) -> tuple[str, ...]:
    return next(tuple(map(str, one.again)) for one in comparison.changes if one.kind is kind)


def test_what_goes_is_said_to_come_back() -> None:
    found = compared("1.0.4", "1.1.3")
    assert argument(found, Kind.ARGUMENT_REMOVED) == ("ogx 1.4.1", "ogx 1.5.0")
    assert "is not given route_policy any more; it is there again in ogx 1.4.1, ogx 1.5.0" in text(found)
    assert "not the order in which they were made" in text(found)


def test_a_name_that_goes_is_said_to_come_back() -> None:
    assert "RouteAccessDeniedError is gone; there again in ogx 1.4.1, ogx 1.5.0" in text(
        compared("1.0.4", "1.1.3")
    )


def test_what_comes_is_said_to_have_been_there() -> None:
    assert argument(compared("1.3.1", "1.4.1"), Kind.ARGUMENT_ADDED) == ("ogx 1.0.4",)


def test_what_both_have_and_others_between_them_have_not_is_told_once() -> None:
    found = compared("1.0.4", "1.5.0").gaps
    assert [(gap.fact.noun, gap.fact.name, [*map(str, gap.without)]) for gap in found] == [
        ("argument", "route_policy", ["ogx 1.1.3", "ogx 1.2.5", "ogx 1.3.1"])
    ]


def test_without_a_return_nothing_is_said_of_the_order() -> None:
    assert "order in which" not in text(compared("1.4.1", "1.5.0"))
