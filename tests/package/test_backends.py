"""Which errors are for want of a back end: told by the names that client libraries give them."""

from __future__ import annotations

import errno
import socket
import sqlite3
from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.package.backends import missing_backend
from provider_conformance.sandbox.constructing import FactoryTimeoutError


def of_library(module: str, name: str, base: type[Exception] = Exception, **attributes: Any) -> Exception:
    """An error as a client library raises it."""
    cls = type(name, (base,), {"__module__": module})
    error = cls("what the library says")
    vars(error).update(attributes)
    return error


def raised_from(cause: BaseException, error: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def raised_while(handled: BaseException, error: BaseException) -> BaseException:
    error.__context__ = handled
    return error


REQUEST = SimpleNamespace(url="http://user:secret@localhost:8080/v1/models?key=secret")
WANTING = {
    "refused": ConnectionRefusedError(111, "refused"),
    "reset": ConnectionResetError(),
    "late": TimeoutError("timed out"),
    "asyncio": TimeoutError(),
    "unknown name": socket.gaierror(-2, "Name or service not known"),
    "no route": OSError(errno.EHOSTUNREACH, "No route to host"),
    "httpx": of_library("httpx", "ConnectError"),
    "httpx below": of_library("httpx._transports", "Special", type(of_library("httpx", "ConnectTimeout"))),
    "openai": of_library("openai", "APIConnectionError"),
    "openai key": of_library("openai", "AuthenticationError", status_code=401),
    "aiohttp": of_library("aiohttp.client_exceptions", "ClientConnectionError"),
    "aiohttp status": of_library("aiohttp", "ClientResponseError", status=403),
    "requests": of_library("requests.exceptions", "ConnectionError", OSError),
    "urllib3": of_library("urllib3.exceptions", "MaxRetryError"),
    "grpc": of_library("grpc.aio", "AioRpcError", code=lambda: SimpleNamespace(name="UNAVAILABLE")),
    "psycopg": of_library("psycopg.errors", "OperationalError"),
    "response": of_library("httpx", "HTTPStatusError", response=SimpleNamespace(status_code=503)),
    "cause": raised_from(ConnectionRefusedError(), RuntimeError("could not list models")),
    "context": raised_while(ConnectionRefusedError(), ValueError("could not list models")),
    "deep": raised_from(raised_while(TimeoutError(), KeyError("x")), RuntimeError("gave up")),
    "group": ExceptionGroup("tasks", [ValueError("x"), ConnectionRefusedError()]),
}


def without_extensions(name: str) -> AttributeError:
    """What a connection of SQLite says whose Python was built without extensions."""
    return AttributeError("no attribute", name=name, obj=sqlite3.connect(":memory:"))


WANTING["no extensions"] = without_extensions("enable_load_extension")
OWN = {
    "no such attribute": without_extensions("enable_loading"),
    "nothing": None,
    "value": ValueError("connection refused, it says"),
    "import": ModuleNotFoundError("No module named 'openai'"),
    "file": FileNotFoundError(errno.ENOENT, "no such file"),
    "denied": PermissionError(errno.EACCES, "a file"),
    "sqlite": of_library("sqlite3", "OperationalError"),
    "bad request": of_library("openai", "BadRequestError", status_code=400),
    "absent route": of_library("httpx", "HTTPStatusError", response=SimpleNamespace(status_code=404)),
    "grpc of another kind": of_library(
        "grpc", "RpcError", code=lambda: SimpleNamespace(name="UNIMPLEMENTED")
    ),
    "our limit": raised_from(TimeoutError(), FactoryTimeoutError("it did not finish")),
    "caused by our limit": raised_from(FactoryTimeoutError("it did not finish"), RuntimeError("late")),
    "exit": SystemExit(401),
}


@pytest.mark.parametrize("name", WANTING)
def test_an_error_of_a_client_is_for_want_of_a_back_end(name: str) -> None:
    assert missing_backend(WANTING[name])


@pytest.mark.parametrize("name", OWN)
def test_an_error_of_the_provider_s_own_is_not(name: str) -> None:
    assert missing_backend(OWN[name]) == ""


def test_the_reason_names_the_endpoint_without_its_secrets() -> None:
    error = of_library("openai", "APIConnectionError", request=REQUEST)
    assert missing_backend(error) == (
        "its back end is not there: nothing answers at http://localhost:8080 (APIConnectionError)"
    )


def test_the_endpoint_may_be_told_by_another_error_of_the_chain() -> None:
    error = raised_from(of_library("aiohttp", "ClientConnectorError", host="db", port=5432), TimeoutError())
    assert "at db:5432" in missing_backend(error)


def test_credentials_that_are_refused_are_told_as_such() -> None:
    error = of_library("openai", "AuthenticationError", status_code=401, request=REQUEST)
    assert missing_backend(error).startswith("its back end refuses the credentials with 401")


def test_errors_that_lead_back_to_themselves_come_to_an_end() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__context__ = second, first
    assert missing_backend(first) == ""


def test_an_error_that_raises_when_it_is_asked_is_no_back_end() -> None:
    class AskedError(Exception):
        @property
        def request(self) -> Any:
            raise RuntimeError("there is no request")

        @property
        def status_code(self) -> int:
            raise ValueError("nor a status")

    assert missing_backend(AskedError()) == ""


@pytest.mark.parametrize(
    "error",
    [
        of_library("openai", "NotFoundError", status_code=404),
        of_library("httpx", "HTTPStatusError", response=SimpleNamespace(status_code=404, text="")),
    ],
)
def test_a_refusal_of_a_server_is_no_want_of_it(error: Exception) -> None:
    assert missing_backend(error) == ""


UNANSWERED = "the stand-in does not answer GET /v2/things"
SAYING = '{"error": {"message": "' + UNANSWERED + '", "code": "unknown_route"}}'


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"Error code: 404 - {SAYING}"),
        of_library("httpx", "HTTPStatusError", response=SimpleNamespace(status_code=404, text=SAYING)),
        raised_from(RuntimeError(UNANSWERED), ValueError("could not list models")),
    ],
)
def test_what_the_stand_in_does_not_answer_is_named(error: Exception) -> None:
    assert missing_backend(error) == UNANSWERED
