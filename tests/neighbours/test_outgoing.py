"""What is asked of made-up providers is written down, and judged by their protocols."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest
from pydantic import BaseModel

from provider_conformance.neighbours.outgoing import Outgoing, listening
from provider_conformance.neighbours.standins import stand_in


class Request(BaseModel):
    name: str


class Another(BaseModel):
    size: int


class Alike:
    name = "it"


class Served(Protocol):
    async def ask(self, request: Request, *, size: int | None = None) -> str: ...

    async def count(self, items: list[str]) -> int: ...

    async def maybe(self, word: str = None) -> int: ...  # type: ignore[assignment] # noqa: RUF013 - as some protocols say it

    def flow(self, text: str) -> AsyncIterator[str]: ...


def asked(work: Any) -> list[Outgoing]:
    made = stand_in("Made", [Served], api="served")()

    async def worked() -> None:
        with contextlib.suppress(TypeError):
            await work(made)

    with listening() as found:
        asyncio.run(worked())
    return found


@pytest.mark.parametrize(
    "work",
    [
        lambda made: made.ask(Request(name="it")),
        lambda made: made.ask(request=Request(name="it"), size=1),
        lambda made: made.ask(Request(name="it"), size=None),
        lambda made: made.ask(Alike()),
        lambda made: made.count(["a"]),
        lambda made: made.count(("a", "b")),
        lambda made: made.count([]),
        lambda made: made.maybe(None),
    ],
)
def test_what_the_protocol_takes_is_right(work: Any) -> None:
    (one,) = asked(work)
    assert one.problem == ""


@pytest.mark.parametrize(
    ("work", "problem"),
    [
        (lambda made: made.ask("it"), "`request` is a str, and not Request"),
        (lambda made: made.ask({"name": "it"}), "`request` is a dict, and not Request"),
        (lambda made: made.ask(None), "`request` is None, and not Request"),
        (lambda made: made.ask(Another(size=1)), "`request` is an Another, and not Request"),
        (lambda made: made.ask(Request(name="it"), size="1"), "`size` is a str, and not int or None"),
        (lambda made: made.count([1]), "`items`[0] is an int, and not str"),
        (lambda made: made.ask(), "the call does not bind: missing a required argument: 'request'"),
        (
            lambda made: made.ask(asking=Request(name="it")),
            "the call does not bind: missing a required argument: 'request'",
        ),
    ],
)
def test_what_it_does_not_take_is_wrong(work: Any, problem: str) -> None:
    (one,) = asked(work)
    assert one.problem == problem


def test_a_wrong_call_is_shown_beside_what_is_declared() -> None:
    (one,) = asked(lambda made: made.ask("it", size=3))
    assert one.call == "ask('it', size=3)"
    assert one.declared == "ask(request: Request, size: int | None = None)"


def test_the_line_that_asks_is_known() -> None:
    async def asks(made: Any) -> None:
        await made.ask("it")

    (one,) = asked(asks)
    assert one.module == __name__
    assert one.place is not None
    assert one.place.line == asks.__code__.co_firstlineno + 1


def test_nothing_is_kept_while_nobody_listens() -> None:
    made = stand_in("Made", [Served], api="served")()
    asyncio.run(made.count([1]))
    with listening() as found:
        pass
    assert found == []


def test_methods_keep_their_signatures() -> None:
    made = stand_in("Made", [Served], api="served")()
    assert list(inspect.signature(made.ask).parameters) == ["request", "size"]


def test_what_is_put_in_the_place_of_a_method_stays_there() -> None:
    made = stand_in("Made", [Served], api="served")()
    made.ask = "something else"
    assert made.ask == "something else"
