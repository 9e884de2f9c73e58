"""A route is stored on the function, frozen, and nothing else about the function changes."""

from dataclasses import FrozenInstanceError
from typing import Protocol

import pytest

from provider_conformance.stack.apis.inspect import Inspect
from provider_conformance.stack.apis.webmethod import Route, route_of, routes_of, webmethod


def plain() -> None:
    """A function without a route."""


def test_the_function_itself_is_returned() -> None:
    def function() -> None: ...

    assert webmethod("/x")(function) is function


def test_without_a_method_a_route_answers_to_post() -> None:
    assert route_of(webmethod("/x")(lambda: None)) == Route("/x", "POST")


def test_the_method_is_kept() -> None:
    assert route_of(webmethod("/x", method="GET")(lambda: None)) == Route("/x", "GET")


def test_an_unmarked_function_has_no_route() -> None:
    assert route_of(plain) is None


def test_a_foreign_marker_is_no_route() -> None:
    def function() -> None: ...

    function.__dict__["__webmethod__"] = "/x"
    assert route_of(function) is None


def test_a_route_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Route("/x").route = "/y"  # type: ignore[misc]


def test_a_route_without_a_leading_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' does not"):
        webmethod("x")


def test_routes_come_in_declaration_order() -> None:
    assert list(routes_of(Inspect)) == ["list_providers", "list_routes", "health"]


def test_routes_of_bases_are_included_and_overridden() -> None:
    class Base(Protocol):
        @webmethod("/a")
        async def a(self) -> None: ...

        @webmethod("/b")
        async def b(self) -> None: ...

    class Derived(Base, Protocol):
        @webmethod("/b2")
        async def b(self) -> None: ...

    assert routes_of(Derived) == {"a": Route("/a"), "b": Route("/b2")}
