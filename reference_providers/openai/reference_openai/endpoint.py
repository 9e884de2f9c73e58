"""The endpoint: JSON goes out, JSON comes back, at once or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx

from reference_openai.config import OpenAICompatibleConfig


class EndpointError(RuntimeError):
    """The endpoint cannot be reached, fails, or answers with something else than it should."""


_REFUSED: Final[Mapping[int, type[Exception]]] = {
    400: ValueError,
    401: PermissionError,
    403: PermissionError,
    404: ValueError,
    408: TimeoutError,
    422: ValueError,
    501: NotImplementedError,
    504: TimeoutError,
}
"""What an error of the endpoint is to the caller; any other is an EndpointError."""


class Endpoint:
    """An OpenAI-compatible endpoint.

    ``transport`` takes the place of the network, for tests.
    """

    def __init__(
        self, config: OpenAICompatibleConfig, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        key = config.api_key
        self._url = config.url.rstrip("/")
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            timeout=config.timeout,
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections; may be called twice."""
        await self._http.aclose()

    async def get(self, path: str) -> dict[str, Any]:
        """What the endpoint has at ``path``.

        Raises:
            EndpointError: It fails; or another error, as its status says.
        """
        return await self._call("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the endpoint answers to ``body``.

        Raises:
            EndpointError: It fails; or another error, as its status says.
        """
        return await self._call("POST", path, body)

    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The events that the endpoint answers to ``body``, as they come.

        Raises:
            EndpointError: It fails, or breaks off before it is done; or another error, as its status says.
        """
        url = self._url + path
        with _told(url):
            request = self._http.stream("POST", url, json={**body, "stream": True})
            async with request as response:
                if not response.is_success:
                    await response.aread()
                _check(response)
                async for line in response.aiter_lines():
                    data = line.removeprefix("data:").strip()
                    if not line.startswith("data:") or not data:
                        continue
                    if data == "[DONE]":
                        return
                    yield _event(url, data)
        raise EndpointError(f"{url} broke off: its stream has no end")

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        url = self._url + path
        with _told(url):
            response = await self._http.request(method, url, json=body)
            _check(response)
            return _object(url, response.json())


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Tell of what httpx and json raise as errors of the endpoint."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise TimeoutError(f"{url} does not answer in time") from error
    except httpx.HTTPError as error:
        raise EndpointError(f"{url} cannot be reached: {error or type(error).__name__}") from error
    except json.JSONDecodeError as error:
        raise EndpointError(f"{url} answers with something else than JSON: {error}") from error


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        kind = _REFUSED.get(response.status_code, EndpointError)
        raise kind(f"{response.request.url} answers {response.status_code}: {_reason(response)}")


def _reason(response: httpx.Response) -> str:
    """The endpoint's own words, or the start of whatever it sent."""
    try:
        return _message(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200].strip() or response.reason_phrase


def _message(error: Any) -> str:
    return str(error.get("message", error) if isinstance(error, dict) else error)


def _event(url: str, data: str) -> dict[str, Any]:
    event = _object(url, json.loads(data))
    if "error" in event:
        raise EndpointError(f"{url} failed on the way: {_message(event['error'])}")
    return event


def _object(url: str, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise EndpointError(f"{url} answers with {type(data).__name__} where an object is expected")
    return data
