"""Where a protocol's method is served over HTTP: a frozen route on the function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

HttpMethod = Literal["GET", "POST", "PUT", "DELETE"]

_MARKER: Final = "__webmethod__"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP path and the method that it answers to."""

    route: str
    method: HttpMethod = "POST"


def webmethod(route: str, method: HttpMethod = "POST") -> Callable[[F], F]:
    """Mark a protocol's method as served at ``route``.

    The function itself is returned, not a wrapper, so that what is called and what is
    compared stay one and the same.

    Args:
        route: The path, with a leading slash.
        method: The HTTP method.

    Returns:
        A decorator that stores a :class:`Route` on the function.

    Raises:
        ValueError: ``route`` has no leading slash.
    """
    if not route.startswith("/"):
        raise ValueError(f"a route starts with a slash, {route!r} does not")
    marker = Route(route, method)

    def mark(function: F) -> F:
        setattr(function, _MARKER, marker)
        return function

    return mark


def route_of(function: object) -> Route | None:
    """The route that ``function`` was marked with, None where it was not."""
    marker = getattr(function, _MARKER, None)
    return marker if isinstance(marker, Route) else None


def routes_of(protocol: type) -> Mapping[str, Route]:
    """The routes of a protocol's methods by method name, in declaration order, bases first."""
    found: dict[str, Route] = {}
    for cls in reversed(inspect.getmro(protocol)):
        for name, member in vars(cls).items():
            if route := route_of(member):
                found[name] = route
    return found
