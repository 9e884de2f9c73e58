"""Calls what a route names, by keyword."""

from __future__ import annotations

from typing import Any


def typed_route(func: Any) -> Any:
    async def handler(**kwargs: Any) -> Any:
        value = func(**kwargs)
        return await value

    return handler


def routes_of(impls: dict[Any, Any], routes: dict[Any, Any]) -> list[Any]:
    found = []
    for api, served in routes.items():
        impl = impls[api]
        for route in served:
            impl_method = getattr(impl, route.name)
            found.append(typed_route(impl_method))
    return found
