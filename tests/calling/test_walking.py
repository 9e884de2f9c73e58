"""Which calls are made on a provider, in which order, and what is written down of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any, Protocol

import pytest
from pydantic import BaseModel

from provider_conformance.calling.asking import asked
from provider_conformance.calling.calling import Caller, Reading, Seen
from provider_conformance.calling.notes import Notes
from provider_conformance.calling.objects import names_object
from provider_conformance.calling.stalls import LoopWatch
from provider_conformance.calling.tools import Draw, nothing_drawn
from provider_conformance.calling.walking import Walk, in_order
from provider_conformance.hosts.running import FIRST
from provider_conformance.laws.model import Guide
from provider_conformance.stack.apis.agents import Agents


class Made(BaseModel):
    thing_id: str


class Things(Protocol):
    async def read_thing(self, thing_id: str) -> str: ...

    async def delete_thing(self, thing_id: str) -> None: ...

    async def create_thing(self, name: str) -> Made: ...

    async def say(self, model: str, texts: list[str], stream: bool | None = False) -> Any: ...

    async def speak(self, text: str, stream: bool | None = False) -> str | AsyncIterator[str]: ...

    async def invoke_tool(self, tool_name: str, kwargs: dict[str, Any]) -> int: ...

    async def list_tools(self) -> list[Any]: ...


class Provider:
    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    async def create_thing(self, name: str) -> Made:
        self.calls.append(("create_thing", name))
        return Made(thing_id="t-1")

    async def read_thing(self, thing_id: str) -> str:
        self.calls.append(("read_thing", thing_id))
        if thing_id != "t-1":
            raise ValueError(f"no thing {thing_id!r}")
        return "read"

    async def delete_thing(self, thing_id: str) -> None:
        self.calls.append(("delete_thing", thing_id))

    async def say(self, model: str, texts: list[str], stream: bool | None = False) -> Any:
        self.calls.append(("say", (model, len(texts))))
        texts.clear()

    async def speak(self, text: str, stream: bool | None = False) -> Any:
        return self.pieces(text) if stream else text

    async def pieces(self, text: str) -> AsyncIterator[str]:
        for letter in text:
            yield letter


def running(objects: list[Any]) -> Any:
    async def listed() -> list[Any]:
        return objects

    return SimpleNamespace(listing="list_models", kinds=(), objects=listed)


NO_GUIDE = Guide("")
MODELS = [
    SimpleNamespace(identifier="other", provider_id="another"),
    SimpleNamespace(identifier="known", provider_id=FIRST, provider_resource_id="theirs"),
]


def walked(
    provider: Any,
    *methods: str,
    objects: list[Any] = MODELS,
    draw: Draw = nothing_drawn,
    guide: Guide = NO_GUIDE,
    **generated: Any,
) -> Notes:
    async def walk() -> Notes:
        notes = Notes()
        async with LoopWatch(lambda name: name == __name__, 5) as watch:
            caller = Caller(provider, lambda name: name == __name__, watch, 0.3)
            caller.listen()
            several = in_order(asked(Things, name) for name in methods)
            await Walk(running(objects), caller, notes, generated, draw, guide=guide).through(several)
        return notes

    return asyncio.run(walk())


class Tooled(Provider):
    async def list_tools(self) -> list[Any]:
        schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
        return [SimpleNamespace(name="add", input_schema=schema)]

    async def invoke_tool(self, tool_name: str, kwargs: dict[str, Any]) -> int:
        self.calls.append((tool_name, kwargs))
        return 0


def test_a_tool_is_called_once_tools_are_listed() -> None:
    provider = Tooled()
    walked(provider, "invoke_tool", "list_tools", draw=lambda _schema, likely: likely)
    assert provider.calls == [("add", {"a": 1})] * 2


class Searching(Tooled):
    async def invoke_tool(self, tool_name: str, kwargs: dict[str, Any]) -> int:
        self.calls.append((tool_name, kwargs))
        if "where" not in kwargs:
            raise ValueError("say where")
        return 0


ADDED = Guide("things", beside={"where": ["here"]})


def test_a_tool_that_refuses_what_a_model_says_gets_what_agents_add() -> None:
    provider = Searching()
    notes = walked(provider, "invoke_tool", "list_tools", draw=lambda _schema, likely: likely, guide=ADDED)
    assert provider.calls[-1] == ("add", {"a": 1, "where": ["here"]})
    assert notes.seen[-1].answered


def test_a_tool_that_answers_gets_nothing_else() -> None:
    provider = Tooled()
    walked(provider, "invoke_tool", "list_tools", draw=lambda _schema, likely: likely, guide=ADDED)
    assert all("where" not in kwargs for _, kwargs in provider.calls)


def test_without_a_listed_tool_none_is_called() -> None:
    provider = Tooled()
    notes = walked(provider, "invoke_tool")
    assert provider.calls == []
    assert notes.unseen == {"invoke_tool": "no tool is known: the provider lists none"}


def labels(notes: Notes) -> list[str]:
    return [seen.label for seen in notes.seen]


def one(notes: Notes, label: str) -> Seen:
    return next(seen for seen in notes.seen if seen.label == label)


def test_what_makes_something_comes_first_and_what_ends_it_last() -> None:
    provider = Provider()
    notes = walked(provider, "delete_thing", "read_thing", "create_thing")
    order = list(dict.fromkeys(name for name, _ in provider.calls))
    assert order == ["create_thing", "read_thing", "delete_thing"]
    assert notes.walked == order
    assert ("read_thing", "t-1") in provider.calls
    assert ("read_thing", "conformance-not-registered") in provider.calls


def test_sessions_end_before_the_agents_that_they_belong_to() -> None:
    names = [a.name for a in in_order(asked(Agents, n) for n in vars(Agents) if n.startswith("delete"))]
    assert names == ["delete_agents_session", "delete_agents"]


def test_the_provider_is_called_by_the_name_that_it_knows_itself() -> None:
    provider = Provider()
    walked(provider, "say")
    assert {model for _, (model, _) in provider.calls} == {"theirs", "conformance-not-registered"}


def test_lists_are_tried_empty_and_large_and_changes_are_seen() -> None:
    provider = Provider()
    notes = walked(provider, "say")
    assert {0, 1, 100} <= {count for _, (_, count) in provider.calls}
    assert one(notes, "usual").changed == "texts"
    assert one(notes, "empty").changed == ""


def test_a_method_that_streams_is_read_closed_and_left() -> None:
    notes = walked(Provider(), "speak")
    found = labels(notes)
    assert found[:5] == ["usual", "full", "whole", "streamed", "streamed"]
    assert found[5:9] == ["closed", "after", "left", "after"]
    assert one(notes, "streamed").chunks == tuple("conformance")
    assert one(notes, "closed").chunks == one(notes, "left").chunks == ("H",)
    assert len(notes.together) == 2
    assert [seen.answer for seen in notes.together[0].together] == ["alpha", "beta", "gamma", "delta"]


def test_generated_values_are_called_with_what_is_known() -> None:
    provider = Provider()
    walked(provider, "say", say=[{("model",): "?", ("texts",): ["a", "b", "c"]}])
    assert ("say", ("theirs", 3)) in provider.calls


def test_a_method_that_is_not_there_or_does_not_bind_is_not_called() -> None:
    notes = walked(SimpleNamespace(say=lambda: None), "say", "speak")
    assert "PC201" in notes.unseen["speak"]
    assert "PC203" in notes.unseen["say"]
    assert notes.seen == []


class Hanging(Provider):
    async def read_thing(self, thing_id: str) -> str:
        await asyncio.Event().wait()
        return "never"


def test_a_call_that_hangs_is_left_alone_with_its_place() -> None:
    notes = walked(Hanging(), "read_thing")
    assert [seen.late for seen in notes.seen] == [True]
    place = notes.seen[0].place
    assert place is not None
    assert place.path == __file__


class Failing(Provider):
    async def speak(self, text: str, stream: bool | None = False) -> Any:
        if text == "conformance":
            return {}["missing"]
        raise ValueError("say conformance")


def test_what_is_raised_is_told_apart_from_what_happens() -> None:
    notes = walked(Failing(), "speak", speak=[{("text",): "else"}])
    assert [(type(s.error), s.deliberate) for s in notes.seen if s.label in ("usual", "generated")] == [
        (KeyError, False),
        (KeyError, False),
        (ValueError, True),
        (ValueError, True),
    ]


class BadlyClosed(Provider):
    async def pieces(self, text: str) -> AsyncIterator[str]:
        try:
            yield "a"
            yield "b"
        finally:
            yield "c"


def test_an_error_of_a_stream_that_is_left_reaches_us() -> None:
    async def leave() -> Seen:
        async with LoopWatch(lambda _: False, 5) as watch:
            caller = Caller(BadlyClosed(), lambda name: name == __name__, watch)
            caller.listen()
            values: Mapping[tuple[str, ...], Any] = {("text",): "a", ("stream",): True}
            return await caller.call(asked(Things, "speak"), values, "left", Reading.LEAVE)

    seen = asyncio.run(leave())
    assert seen.doing == "left"
    assert "GeneratorExit" in str(seen.error)


@pytest.mark.parametrize(
    ("parameter", "noun", "answer"),
    [
        ("model", "model", True),
        ("model_id", "model", True),
        ("bank_id", "memory_bank", True),
        ("shield_type", "shield", True),
        ("vector_store_id", "vector_store_with_owner", True),
        ("messages", "model", False),
        ("file_id", "vector_store", False),
    ],
)
def test_parameters_that_name_an_object(parameter: str, noun: str, answer: bool) -> None:
    assert names_object(parameter, [noun]) is answer
