"""The HTTP side of the protocols: what each route takes and gives; server and client both read it here."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model

from provider_conformance.stack.apis.webmethod import Route, routes_of
from provider_conformance.stack.specs import Api, api_protocol_map

_CONFIG: Final = ConfigDict(extra="forbid", protected_namespaces=())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route of an API.

    Attributes:
        api: The API.
        name: The method of its protocol.
        route: Path and HTTP method.
        request: The parameters as one model; those with a default may be left out.
        response: Reads and writes what the method returns.
        chunk: Reads and writes one piece of a streamed result, None where nothing is streamed.
    """

    api: Api
    name: str
    route: Route
    request: type[BaseModel]
    response: TypeAdapter[Any]
    chunk: TypeAdapter[Any] | None

    def arguments(self, request: BaseModel) -> dict[str, Any]:
        """The parameters of a request by name, as the method takes them."""
        return {name: getattr(request, name) for name in type(request).model_fields}

    def streams(self, arguments: Mapping[str, Any]) -> bool:
        """Whether a call with these arguments returns a stream."""
        return self.chunk is not None and bool(arguments.get("stream"))


@cache
def endpoints_of(api: Api) -> tuple[Endpoint, ...]:
    """The routes of an API, in the order in which its protocol declares the methods."""
    protocol = api_protocol_map()[api]
    return tuple(_endpoint(api, protocol, name, route) for name, route in routes_of(protocol).items())


def _endpoint(api: Api, protocol: type, name: str, route: Route) -> Endpoint:
    function = getattr(protocol, name)
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    }
    request = create_model(f"{protocol.__name__}_{name}", __config__=_CONFIG, **fields)
    response, chunk = _results(hints.get("return"))
    return Endpoint(api, name, route, request, TypeAdapter(response), TypeAdapter(chunk) if chunk else None)


def _results(annotation: Any) -> tuple[Any, Any]:
    """The type of the whole result and that of a piece of it, None where it is never streamed."""
    choices = {get_origin(choice): get_args(choice) for choice in get_args(annotation)}
    if AsyncIterator not in choices or Awaitable not in choices:
        return annotation, None
    return choices[Awaitable][0], choices[AsyncIterator][0]
