"""Implementations that are made up from a protocol keep it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, NoReturn, Protocol

import pytest
from pydantic import BaseModel, Field

from provider_conformance.hosts.generated import nothing
from provider_conformance.neighbours.standins import stand_in
from provider_conformance.protocols.compare import check_protocol
from provider_conformance.stack.specs import additional_protocols_map, api_protocol_map
from support.answers import misfits


class Odd(Protocol):
    async def only_positional(self, a: int, /, b: int = 1) -> list[int]: ...

    async def only_keyword(self, *, a: int, b: int = 2) -> list[int]: ...

    async def any_number(self, *a: int, b: int = 3, **c: int) -> list[int]: ...

    def plain(self, a: int = 4) -> Any: ...


@pytest.mark.parametrize("protocol", [*api_protocol_map().values(), *additional_protocols_map().values()])
def test_the_built_in_protocols_are_kept(protocol: type) -> None:
    assert check_protocol(stand_in("Made", [protocol], nothing), protocol) == []


def test_odd_parameters_are_kept() -> None:
    assert check_protocol(stand_in("Made", [Odd], nothing), Odd) == []


def test_every_method_answers() -> None:
    made = stand_in("Made", [Odd], nothing)()
    assert asyncio.run(made.only_keyword(a=1)) == []
    assert asyncio.run(made.any_number(1, 2, c=3)) == []


class Reply(BaseModel):
    text: str
    size: int = Field(ge=3)


class Talking(Protocol):
    async def talk(self, text: str, stream: bool = False) -> Reply | AsyncIterator[Reply]: ...

    async def ask(self, request: Any) -> Reply | AsyncIterator[Reply]: ...

    async def flow(self) -> AsyncIterator[Reply]: ...

    def yields(self) -> AsyncIterator[Reply]: ...

    async def nothing(self) -> None: ...

    async def unknown(self): ...  # type: ignore[no-untyped-def]  # noqa: ANN201 - that is the case

    async def never(self) -> NoReturn: ...

    async def by_name(self) -> Reply: ...


@pytest.fixture
def talking() -> Any:
    return stand_in("Talking", [Talking])()


async def collected(stream: AsyncIterator[Any]) -> list[Any]:
    return [chunk async for chunk in stream]


def test_an_answer_is_the_smallest_that_is_promised(talking: Any) -> None:
    assert asyncio.run(talking.talk("a")) == Reply(text="", size=3)
    assert asyncio.run(talking.by_name()) == Reply(text="", size=3)
    assert asyncio.run(talking.nothing()) is None


def test_a_stream_is_given_where_one_is_asked_for(talking: Any) -> None:
    async def work() -> list[Any]:
        request = SimpleNamespace(stream=True)
        streams = (await talking.talk("a", stream=True), await talking.ask(request), await talking.flow())
        return [await collected(stream) for stream in (*streams, talking.yields())]

    assert asyncio.run(work()) == [[Reply(text="", size=3)]] * 4


def test_a_request_that_asks_for_no_stream_gets_a_value(talking: Any) -> None:
    assert isinstance(asyncio.run(talking.ask(SimpleNamespace(stream=False))), Reply)


def test_where_nothing_is_promised_the_answer_is_empty(talking: Any) -> None:
    assert asyncio.run(talking.unknown()) == []
    assert asyncio.run(talking.never()) == []


def test_two_answers_share_nothing(talking: Any) -> None:
    assert asyncio.run(talking.talk("a")) is not asyncio.run(talking.talk("a"))


@pytest.mark.parametrize("protocol", [*api_protocol_map().values(), *additional_protocols_map().values()])
def test_every_answer_of_the_built_in_protocols_fits(protocol: type) -> None:
    assert misfits([protocol]) == []
