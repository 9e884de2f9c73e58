"""Serve a running stack over HTTP, at the routes of its protocols; needs the extra ``server``."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Annotated, Any, Final

import uvicorn
from fastapi import Body, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from provider_conformance.stack.endpoints import Endpoint, endpoints_of
from provider_conformance.stack.errors import NotServedError, UnknownProviderIdError
from provider_conformance.stack.remote_errors import (
    RemoteError,
    RemoteNotImplementedError,
    RemoteRefusedError,
    RemoteTimeoutError,
)
from provider_conformance.stack.resolver import Stack
from provider_conformance.stack.specs import Api

__all__ = ["create_app", "serve"]

_log: Final = logging.getLogger(__name__)

_SHORT_ROUTES: Final = {"/providers/list": "/providers", "/routes/list": "/routes"}

_STATUS: Final[tuple[tuple[type[BaseException], int], ...]] = (
    (NotServedError, 404),
    (UnknownProviderIdError, 404),
    (RemoteRefusedError, 400),
    (RemoteNotImplementedError, 501),
    (RemoteTimeoutError, 504),
    (RemoteError, 502),
    (ValidationError, 500),  # a ValueError too, but of the provider's own making: requests are valid here
    (ValueError, 400),
    (PermissionError, 403),
    (TimeoutError, 504),
    (NotImplementedError, 501),
)
"""What an error says to the client; the first class that fits counts, anything else is a 500."""


def create_app(stack: Stack) -> FastAPI:
    """The HTTP application of a running stack.

    Each API that the stack answers for is served at the routes of its protocol; ``/providers`` and
    ``/routes`` are short for the listings of the same name. With ``stream`` set, an answer is a
    stream of server-sent events, each the JSON of a chunk. Every failure is the JSON
    ``{"error": {"status", "type", "message", "details"}}``; within a stream it is an event.

    Args:
        stack: The stack; it is shut down when the application is.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await stack.shutdown()

    app = FastAPI(title="Stack", lifespan=lifespan)
    for api in stack.plan.served:
        for endpoint in endpoints_of(api):
            _add(app, endpoint, getattr(stack.impls[api], endpoint.name))
    app.add_exception_handler(RequestValidationError, _refuse_request)
    app.add_exception_handler(HTTPException, _refuse_route)
    return app


async def serve(stack: Stack, *, host: str = "127.0.0.1", port: int = 5000) -> None:
    """Serve a stack until the process is told to stop, then shut the stack down.

    Args:
        stack: The running stack.
        host: The address to listen at.
        port: The port; 0 for any that is free.
    """
    server = uvicorn.Server(uvicorn.Config(create_app(stack), host=host, port=port, log_level="info"))
    try:
        await server.serve()
    finally:
        await stack.shutdown()


def _add(app: FastAPI, endpoint: Endpoint, method: Callable[..., Any]) -> None:
    route = endpoint.route
    handler = _handler(endpoint, method)
    options: dict[str, Any] = {"methods": [route.method], "response_model": None}
    app.add_api_route(route.route, handler, name=endpoint.name, tags=[endpoint.api.value], **options)
    if endpoint.api is Api.inspect and route.route in _SHORT_ROUTES:
        app.add_api_route(_SHORT_ROUTES[route.route], handler, include_in_schema=False, **options)


def _handler(endpoint: Endpoint, method: Callable[..., Any]) -> Callable[..., Awaitable[Response]]:
    """What FastAPI calls: it reads the request as the annotation says, which is made for each route."""
    if not endpoint.request.model_fields:

        async def handle_nothing() -> Response:
            return await _answer(endpoint, method, {})

        return handle_nothing

    async def handle(request: BaseModel) -> Response:
        return await _answer(endpoint, method, endpoint.arguments(request))

    place = Query() if endpoint.route.method == "GET" else Body()
    handle.__annotations__["request"] = Annotated[endpoint.request, place]
    return handle


async def _answer(endpoint: Endpoint, method: Callable[..., Any], arguments: dict[str, Any]) -> Response:
    try:
        result = method(**arguments)
        if isawaitable(result):
            result = await result
        if endpoint.streams(arguments):
            return await _streamed(aiter(result))
        return Response(to_json(result), media_type="application/json")
    except (Exception, SystemExit) as error:
        return _failed(error)


async def _streamed(chunks: AsyncIterator[Any]) -> Response:
    """The response begins with the first chunk, so that a failure before it still has its own status."""
    end = object()
    first = await anext(chunks, end)
    events = _events(None if first is end else first, chunks)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


async def _events(first: Any, chunks: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    try:
        if first is not None:
            yield _event(first)
            async for chunk in chunks:
                yield _event(chunk)
    except (Exception, SystemExit) as error:
        yield _event(_told(error))
    finally:
        # Also where the client has gone: the provider may hold a connection for the stream.
        if close := getattr(chunks, "aclose", None):
            await close()


def _event(data: Any) -> bytes:
    return b"data: " + to_json(data) + b"\n\n"


def _failed(error: BaseException) -> Response:
    return _error_response(_told(error))


def _told(error: BaseException) -> dict[str, Any]:
    """The error as the client sees it: what went wrong within the stack stays in its log."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        _log.error("a request failed", exc_info=error)
    if status == 500:
        return _shape(500, "InternalServerError", "the stack failed to answer; its log says why")
    return _shape(status, type(error).__name__, str(error))


def _shape(status: int, kind: str, message: str, details: list[Any] | None = None) -> dict[str, Any]:
    return {"error": {"status": status, "type": kind, "message": message, "details": details or []}}


def _error_response(body: dict[str, Any]) -> Response:
    return Response(to_json(body), status_code=body["error"]["status"], media_type="application/json")


async def _refuse_request(_request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    details = [{"loc": list(p["loc"]), "msg": p["msg"], "type": p["type"]} for p in problems]
    message = "; ".join(f"{'.'.join(map(str, p['loc'][1:])) or 'request'}: {p['msg']}" for p in details)
    return _error_response(_shape(400, "InvalidRequest", message, details))


async def _refuse_route(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    what = f"{request.method} {request.url.path}"
    if status == 404:
        return _error_response(_shape(404, "NoSuchRoute", f"there is no route {what}; /routes lists them"))
    return _error_response(_shape(status, "BadRequest", f"{what}: {getattr(error, 'detail', error)}"))
