"""What an exception means: by its class, its status, its text, who raised it, and what is behind it."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import time
from collections.abc import Callable
from enum import IntEnum
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, model_validator

from provider_conformance.neighbours.standins import stand_in
from provider_conformance.package.backends import missing_backend
from provider_conformance.package.chains import chain
from provider_conformance.package.exceptions import Nature, is_on_purpose, nature, reason

CRASH, REFUSAL, OFFLINE = Nature.CRASH, Nature.REFUSAL, Nature.NO_BACK_END


def is_ours(module: str) -> bool:
    return module == __name__


class Status(IntEnum):
    GONE = 404
    AWAY = 503


def of_library(
    name: str, base: type[Exception] = Exception, module: str = "client", **more: Any
) -> Exception:
    error: Exception = type(name, (base,), {"__module__": module})("what the library says")
    vars(error).update(more)
    return error


def behind(cause: BaseException, error: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def while_handling(handled: BaseException, error: BaseException) -> BaseException:
    error.__context__ = handled
    return error


def circle() -> BaseException:
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__cause__, other.__cause__ = other, one
    return one


def nested(depth: int) -> BaseException:
    error: Exception = KeyError("x")
    for _ in range(depth):
        error = ExceptionGroup("tasks", [error])
    return error


def raised(work: Callable[[], Any]) -> BaseException:
    try:
        work()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


CLOSED = RuntimeError("Event loop is closed")
OTHER_LOOP = RuntimeError(f"Task <{'x' * 400}> got Future attached to a different loop")


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (NotImplementedError(), Nature.UNSUPPORTED),
        (of_library("Answer", status_code=501), Nature.UNSUPPORTED),
        (ValueError("x"), REFUSAL),
        (raised(lambda: int("x")), REFUSAL),
        (raised(lambda: json.loads("{")), REFUSAL),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "y"), CRASH),
        (of_library("Bad", status_code=400), REFUSAL),
        (of_library("Busy", status=429), REFUSAL),
        (of_library("Enumerated", status_code=Status.GONE), REFUSAL),
        (of_library("InResponse", response=SimpleNamespace(status_code=422)), REFUSAL),
        (of_library("ResourceNotFoundError", module="ogx_api.common"), REFUSAL),
        (of_library("Key", status_code=401), OFFLINE),
        (of_library("Forbidden", status_code=403), OFFLINE),
        (of_library("ServiceNotEnabledError", ValueError, status_code=Status.AWAY), OFFLINE),
        (of_library("Broken", status_code=500), OFFLINE),
        (of_library("Unset", TypeError, status_code=True), CRASH),
        (KeyError("x"), CRASH),
        (TypeError("x"), CRASH),
        (AttributeError("x"), CRASH),
        (AssertionError(), CRASH),
        (ZeroDivisionError(), CRASH),
        (RecursionError(), CRASH),
        (RuntimeError("x"), CRASH),
        (SystemExit(1), CRASH),
        (FileNotFoundError(errno.ENOENT, "x"), CRASH),
        (PermissionError(errno.EACCES, "x"), CRASH),
        (IsADirectoryError(errno.EISDIR, "x"), CRASH),
        (OSError(errno.ENOSPC, "x"), CRASH),
        (of_library("ConnectedTwice"), CRASH),
        (ConnectionRefusedError(), OFFLINE),
        (TimeoutError(), OFFLINE),
        (socket.gaierror(-2, "x"), OFFLINE),
        (OSError(errno.ENETUNREACH, "x"), OFFLINE),
        (of_library("ConnectError", module="httpx"), OFFLINE),
        (behind(ConnectionRefusedError(), RuntimeError("x")), OFFLINE),
        (behind(FileNotFoundError(), RuntimeError("x")), CRASH),
        (of_library("OpenAIError", module="openai"), CRASH),
        (TypeError("Could not resolve authentication method. Expected api_key to be set"), REFUSAL),
        (CLOSED, CRASH),
        (OTHER_LOOP, CRASH),
        (behind(CLOSED, of_library("APIConnectionError", module="openai")), CRASH),
        (while_handling(CLOSED, of_library("APIConnectionError", module="openai")), CRASH),
        (behind(CLOSED, ValueError("x")), CRASH),
        (while_handling(CLOSED, ConnectionRefusedError()), OFFLINE),
        (circle(), CRASH),
        (nested(5), CRASH),
        (nested(3000), CRASH),
        (ExceptionGroup("tasks", [ValueError("x"), KeyError("x")]), CRASH),
        (ExceptionGroup("tasks", [ConnectionRefusedError(), TimeoutError()]), OFFLINE),
        (ExceptionGroup("tasks", [ValueError("x")] * 5000), REFUSAL),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_exception_means_by_itself(error: BaseException, wanted: Nature) -> None:
    assert nature(error) is wanted


def test_what_a_client_library_says_is_for_the_service_of_a_remote_provider() -> None:
    error = of_library("IndexMissing", module="some_database")
    assert nature(error) is CRASH
    assert nature(error, remote=True) is OFFLINE
    assert nature(of_library("Odd", TypeError, module="some_database"), remote=True) is CRASH
    assert nature(RuntimeError("x"), remote=True) is CRASH


def says_so() -> None:
    raise RuntimeError(
        "the bank is "
        "closed"
    )  # fmt: skip


def says_nothing() -> None:
    raise RuntimeError("closed")


class BankClosedError(Exception):
    pass


def has_a_class_for_it() -> None:
    raise BankClosedError("b1")


def asserts() -> None:
    assert not says_so, "the bank is closed"


def fails_in_its_raise() -> None:
    missing: Any = None
    raise ValueError(missing.name)


def misses_a_key() -> None:
    raise RuntimeError("the API key is not set")


def forbids() -> None:
    raise PermissionError("not for you")


def handles_badly() -> None:
    try:
        raise ConnectionRefusedError
    except OSError:
        {}["x"]


def wraps() -> None:
    try:
        raise ConnectionRefusedError
    except OSError as error:
        raise RuntimeError("nobody answers") from error


@pytest.mark.parametrize(
    ("work", "wanted"),
    [
        (says_so, REFUSAL),
        (says_nothing, CRASH),
        (has_a_class_for_it, REFUSAL),
        (asserts, CRASH),
        (fails_in_its_raise, CRASH),
        (misses_a_key, REFUSAL),
        (forbids, REFUSAL),
        (handles_badly, CRASH),
        (wraps, OFFLINE),
    ],
)
def test_what_a_provider_raises_on_purpose_refuses(work: Callable[[], None], wanted: Nature) -> None:
    assert nature(raised(work), is_theirs=is_ours) is wanted


def test_nobody_else_raises_on_purpose() -> None:
    assert is_on_purpose(raised(says_so), is_ours)
    assert not is_on_purpose(raised(says_so), lambda _module: False)
    assert not is_on_purpose(raised(lambda: int("x")), is_ours)


class Wanted(BaseModel):
    number: int


@pytest.mark.parametrize("make", [lambda: Wanted(number="x"), lambda: Wanted.model_validate({})])
def test_what_a_class_of_the_stack_refuses_is_a_mistake(make: Callable[[], Any]) -> None:
    assert nature(raised(make)) is CRASH
    assert nature(raised(make), is_theirs=is_ours) is REFUSAL


class AskRequest(BaseModel):
    text: str | None = None

    @model_validator(mode="after")
    def no_null(self) -> AskRequest:
        if "text" in self.model_fields_set and self.text is None:
            raise ValueError("null is nothing to ask")
        return self


def makes_again(request: AskRequest) -> AskRequest:
    return AskRequest(text=request.text)


def makes_of_a_line(line: str) -> AskRequest:
    return AskRequest.model_validate_json(line)


def test_a_valid_request_that_is_made_again_wrongly_is_a_mistake() -> None:
    assert nature(raised(lambda: makes_again(AskRequest())), is_theirs=is_ours) is CRASH


def test_a_request_that_is_made_of_what_a_client_sent_is_refused() -> None:
    assert nature(raised(lambda: makes_of_a_line('{"text": null}')), is_theirs=is_ours) is REFUSAL


class Talking:
    async def talk(self, text: str) -> str:
        raise NotImplementedError


def test_what_comes_up_in_a_dependency_that_is_made_up_is_not_the_provider_s() -> None:
    async def answer(_arguments: Any) -> Any:
        return {}["x"]

    made = stand_in("Made", [Talking], answer)()
    error = raised(lambda: asyncio.run(made.talk("x")))
    assert nature(error, is_theirs=lambda module: module == "theirs") is Nature.NEIGHBOUR
    badly_called = raised(made.talk)
    assert nature(badly_called, is_theirs=is_ours) is CRASH


def test_a_crash_after_something_made_up_answered_may_be_for_the_answer() -> None:
    assert nature(IndexError(), helped=True) is Nature.NEIGHBOUR
    assert nature(CLOSED, helped=True) is CRASH
    assert nature(ValueError("x"), helped=True) is REFUSAL


class SilentError(Exception):
    def __str__(self) -> str:
        raise SystemExit(self.args[0])


def test_a_reason_is_one_short_line() -> None:
    assert reason(KeyError("x")) == "KeyError: 'x'"
    assert reason(TimeoutError()) == "TimeoutError"
    assert reason(RuntimeError("a\nb")) == "RuntimeError: a b"
    assert len(reason(RuntimeError("x" * 10_000))) < 400
    assert reason(SilentError("x")).startswith("SilentError: <")
    assert nature(SilentError("x")) is CRASH


def test_a_chain_has_each_exception_once_and_ends() -> None:
    assert len(list(chain(circle()))) == 2
    many = [RuntimeError(str(number)) for number in range(5000)]
    for one, other in pairwise(many):
        one.__cause__ = other
    begun = time.monotonic()
    assert 0 < len(list(chain(many[0]))) < 1000
    assert len(list(chain(nested(3000)))) < 1000
    assert len(list(chain(ExceptionGroup("x", [KeyError(n) for n in range(5000)])))) < 1000
    assert time.monotonic() - begun < 5
    assert list(chain(None)) == []


def test_no_back_end_is_missing_where_the_loop_is_gone() -> None:
    assert missing_backend(behind(CLOSED, of_library("APIConnectionError", module="openai"))) == ""
