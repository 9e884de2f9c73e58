"""How a method of a protocol is read, and which arguments come of values."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest
from pydantic import BaseModel, ValidationError

from provider_conformance.calling.asking import Asked, asked, shown
from provider_conformance.errors import NoValueError
from provider_conformance.stack.apis.inference import Inference
from provider_conformance.stack.apis.memory import Memory


class Request(BaseModel):
    model: str
    input: str | list[str]
    stream: bool | None = False


class Answer(BaseModel):
    data: list[int]


class Other(Protocol):
    async def ask(self, params: Request) -> Answer | AsyncIterator[str]: ...

    async def plain(self, count: int, *more: int, late: str = "", **rest: Any) -> None: ...

    def endless(self) -> AsyncIterator[int]: ...

    async def impossible(self, thing: Other) -> None: ...


def paths(method: Asked) -> list[str]:
    return [".".join(slot.path) for slot in method.slots]


def test_parameters_are_places_for_values() -> None:
    found = asked(Memory, "query_documents")
    assert paths(found) == ["bank_id", "query", "params"]
    assert found.arguments(found.likely({("bank_id",): "b"})) == {"bank_id": "b", "query": "conformance"}
    assert (found.request, found.chunk, found.streams_on_demand) == ("", None, None)


def test_the_fields_of_a_request_object_are_places_too() -> None:
    found = asked(Other, "ask")
    assert paths(found) == ["params.model", "params.input", "params.stream"]
    assert (found.request, found.whole, found.chunk) == ("params", Answer, str)
    stream = found.streams_on_demand
    assert stream is not None
    made = found.arguments({**found.likely({("params", "model"): "m"}), stream.path: True})
    assert made == {"params": Request(model="m", input="conformance", stream=True)}


def test_what_a_router_makes_of_the_request_is_what_is_passed() -> None:
    found = asked(Other, "ask", passed=("model", "stream"))
    assert found.arguments({("params", "model"): "m", ("params", "input"): "i"}) == {
        "model": "m",
        "stream": False,
    }


def test_where_it_passes_what_nobody_knows_the_protocol_is_kept_to() -> None:
    found = asked(Other, "ask", passed=("model", "owner"))
    assert list(found.arguments({("params", "model"): "m", ("params", "input"): "i"})) == ["params"]


def test_a_request_object_that_refuses_its_values_says_so() -> None:
    with pytest.raises(ValidationError):
        asked(Other, "ask").arguments({("params", "model"): 5})


def test_variadic_parameters_are_left_out() -> None:
    assert paths(asked(Other, "plain")) == ["count", "late"]
    assert asked(Other, "plain").likely({}) == {("count",): 1}
    assert asked(Other, "plain").likely({}, small=True) == {("count",): 0}


def test_a_method_that_always_streams_promises_no_whole() -> None:
    found = asked(Other, "endless")
    assert (found.whole, found.chunk, found.streams_on_demand) == (None, int, None)


def test_what_has_no_value_is_told() -> None:
    with pytest.raises(NoValueError, match="Other"):
        asked(Other, "impossible").likely({})


def test_lists_of_inputs_are_those_that_callers_fill() -> None:
    assert [slot.name for slot in asked(Inference, "embeddings").lists()] == ["contents"]
    assert [slot.name for slot in asked(Inference, "chat_completion").lists()] == ["messages"]
    assert [slot.name for slot in asked(Other, "ask").lists()] == ["input"]


def test_a_call_is_shown_as_the_stack_makes_it() -> None:
    by_name = asked(Memory, "query_documents")
    by_place = asked(Memory, "query_documents", positional=True)
    arguments = {"bank_id": "b", "query": "q" * 20}
    assert shown(by_name, arguments, most=20) == "provider.query_documents(bank_id='b', query='...)"
    assert shown(by_place, {"bank_id": "b"}) == "provider.query_documents('b')"
