"""The client for ``remote`` providers: stacks elsewhere that speak the same routes.

Needs the extra ``server``. The methods are made from the protocols' routes, so that there is nothing
to write for an API.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import to_json, to_jsonable_python

from provider_conformance.stack.endpoints import Endpoint, endpoints_of
from provider_conformance.stack.naming import describe, listed
from provider_conformance.stack.plan import TABLE_OF
from provider_conformance.stack.remote_errors import (
    RemoteError,
    RemoteNotImplementedError,
    RemoteRefusedError,
    RemoteTimeoutError,
    RemoteUnreachableError,
)
from provider_conformance.stack.specs import Api, additional_protocols_map

_ERRORS: Final[Mapping[int, type[RemoteError]]] = {
    400: RemoteRefusedError,
    404: RemoteRefusedError,
    501: RemoteNotImplementedError,
    504: RemoteTimeoutError,
}


class PassthroughConfig(BaseModel):
    """Where the remote listens: a ``url``, or ``host`` and ``port``."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern=r"^https?://", description="The remote's base URL")
    timeout: float = Field(default=60.0, gt=0, description="How many seconds an answer may take to begin")
    provider_id: str | None = Field(
        default=None,
        description="The provider there that registrations are for; not needed where it has only one",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_host_and_port(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "port" not in data or "url" in data:
            return data
        rest = {key: value for key, value in data.items() if key not in ("host", "port")}
        return {**rest, "url": f"http://{data.get('host', 'localhost')}:{data['port']}"}


async def get_client_impl(config: Any, deps: Mapping[Api, Any], api: Api) -> Any:
    """Make the client of a remote stack for one API.

    Args:
        config: A PassthroughConfig, or anything else that has a ``url``.
        deps: Not used: what the remote needs, it has.
        api: The API to speak.

    Returns:
        An object that keeps the protocols of ``api``. The remote is not called before it is used.
    """
    return client_class(api)(config)


@cache
def client_class(api: Api) -> type[RemoteClient]:
    """The class of the clients for an API, with a method for each route of its protocols."""
    methods: dict[str, Any] = {endpoint.name: _method(endpoint) for endpoint in endpoints_of(api)}
    private = additional_protocols_map().get(api)
    for endpoint in endpoints_of(TABLE_OF[api]) if private else ():
        if hasattr(private, endpoint.name):
            methods[endpoint.name] = _listing(endpoint) if _is_listing(endpoint) else _registration(endpoint)
    return type(f"Remote{api.name.title()}", (RemoteClient,), {"api": api, **methods})


class RemoteClient:
    """What the clients of all APIs share."""

    api: Api

    def __init__(self, config: Any) -> None:
        self._url: str = config.url.rstrip("/")
        self._provider_id: str | None = getattr(config, "provider_id", None)
        self._http = httpx.AsyncClient(timeout=getattr(config, "timeout", 60.0))

    async def shutdown(self) -> None:
        """Close the connections; may be called twice."""
        await self._http.aclose()

    async def call(self, endpoint: Endpoint, arguments: Mapping[str, Any]) -> Any:
        """Ask the remote, and read the answer as the protocol promises it.

        Raises:
            RemoteError: It answers with an error, with something else, or not at all.
        """
        url = self._url + endpoint.route.route
        with _told_errors(url):
            response = await self._http.request(endpoint.route.method, url, **_sent(endpoint, arguments))
            _check(url, response)
            return endpoint.response.validate_json(response.content or b"null")

    async def stream(self, endpoint: Endpoint, arguments: Mapping[str, Any]) -> AsyncIterator[Any]:
        """Ask the remote, and yield the chunks of its answer as they come.

        Raises:
            RemoteError: It answers with an error, at once or after some chunks, or not at all.
        """
        url = self._url + endpoint.route.route
        with _told_errors(url):
            request = self._http.stream(endpoint.route.method, url, **_sent(endpoint, arguments))
            async with request as response:
                if not response.is_success:
                    await response.aread()
                _check(url, response)
                async for line in response.aiter_lines():
                    if line.startswith("data:"):
                        yield _chunk(url, endpoint, line.removeprefix("data:"))

    async def provider_there(self) -> str:
        """The id of the remote's provider that registrations are for.

        Raises:
            RemoteRefusedError: The remote has several, and the configuration names none.
        """
        if self._provider_id is None:
            url = f"{self._url}/providers/list"
            with _told_errors(url):
                response = await self._http.get(url)
                _check(url, response)
                ids = [provider["provider_id"] for provider in response.json().get(self.api.value, [])]
            if len(ids) != 1:
                problem = f"say by `provider_id` which of its providers registrations are for: {listed(ids)}"
                raise RemoteRefusedError(url, problem)
            self._provider_id = str(ids[0])
        return self._provider_id


def _method(endpoint: Endpoint) -> Callable[..., Any]:
    if endpoint.chunk is None:

        async def method(self: RemoteClient, *args: Any, **kwargs: Any) -> Any:
            return await self.call(endpoint, _bound(endpoint, args, kwargs))

        return _named(method, endpoint)

    def streaming_method(self: RemoteClient, *args: Any, **kwargs: Any) -> Any:
        arguments = _bound(endpoint, args, kwargs)
        if endpoint.streams(arguments):
            return self.stream(endpoint, arguments)
        return self.call(endpoint, arguments)

    return _named(streaming_method, endpoint)


def _is_listing(endpoint: Endpoint) -> bool:
    return not endpoint.request.model_fields


def _listing(endpoint: Endpoint) -> Callable[..., Any]:
    async def method(self: RemoteClient) -> Any:
        """What the remote serves; once, though several of its providers may serve it."""
        objects = await self.call(endpoint, {})
        return list({obj.identifier: obj for obj in reversed(objects)}.values())[::-1]

    return _named(method, endpoint)


def _registration(endpoint: Endpoint) -> Callable[..., Any]:
    async def method(self: RemoteClient, *args: Any, **kwargs: Any) -> None:
        """Have the remote's own provider serve an object."""
        ((name, obj),) = _bound(endpoint, args, kwargs).items()
        there = {**obj.model_dump(), "provider_id": await self.provider_there()}
        await self.call(endpoint, {name: there})

    return _named(method, endpoint)


def _named(method: Callable[..., Any], endpoint: Endpoint) -> Callable[..., Any]:
    method.__name__ = endpoint.name
    method.__qualname__ = f"{RemoteClient.__qualname__}.{endpoint.name}"
    return method


def _bound(endpoint: Endpoint, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by name, as Python binds them."""
    names = list(endpoint.request.model_fields)
    if len(args) > len(names):
        raise TypeError(f"{endpoint.name}() takes {len(names)} arguments but {len(args)} were given")
    by_position = dict(zip(names, args, strict=False))
    for name in kwargs:
        if name in by_position or name not in names:
            problem = "multiple values for" if name in by_position else "an unexpected keyword"
            raise TypeError(f"{endpoint.name}() got {problem} argument {name!r}")
    arguments = {**by_position, **kwargs}
    required = [name for name, field in endpoint.request.model_fields.items() if field.is_required()]
    if missing := [name for name in required if name not in arguments]:
        raise TypeError(f"{endpoint.name}() is missing the arguments {listed(missing)}")
    return arguments


def _sent(endpoint: Endpoint, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if endpoint.route.method == "GET":
        return {"params": {name: to_jsonable_python(value) for name, value in arguments.items()}}
    return {"content": to_json(dict(arguments)), "headers": {"Content-Type": "application/json"}}


def _check(url: str, response: httpx.Response) -> None:
    if not response.is_success:
        raise _error(url, response.status_code, _message(response))


def _message(response: httpx.Response) -> str:
    try:
        return _told(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"answers {response.status_code} {response.reason_phrase}".strip()


def _told(error: Any) -> str:
    """The text of an error, in this stack's shape or in those of others."""
    if isinstance(error, dict):
        return str(error.get("message") or error.get("detail") or error)
    return str(error)


def _error(url: str, status: int, message: str) -> RemoteError:
    return _ERRORS.get(status, RemoteError)(url, message, status)


def _chunk(url: str, endpoint: Endpoint, data: str) -> Any:
    error = json.loads(data)
    if isinstance(error, dict) and set(error) == {"error"}:
        told = error["error"]
        raise _error(url, told.get("status", 500) if isinstance(told, dict) else 500, _told(told))
    assert endpoint.chunk is not None  # noqa: S101 - only what can stream is streamed
    return endpoint.chunk.validate_json(data)


@contextmanager
def _told_errors(url: str) -> Iterator[None]:
    """Tell of what httpx and pydantic raise as errors of the remote."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise RemoteTimeoutError(url, f"does not answer in time ({type(error).__name__})") from error
    except httpx.HTTPError as error:
        raise RemoteUnreachableError(url, f"cannot be reached: {describe(error)}") from error
    except (ValidationError, json.JSONDecodeError) as error:
        raise RemoteError(url, f"answers with something else than promised: {describe(error)}") from error
