"""What a provider's author says of calls goes before what is known of the API."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, Protocol

from provider_conformance.calling.asking import asked
from provider_conformance.calling.calling import Caller
from provider_conformance.calling.notes import Notes
from provider_conformance.calling.sampled import guided
from provider_conformance.calling.stalls import LoopWatch
from provider_conformance.calling.walking import Walk, in_order
from provider_conformance.configuration.sampling import SampleCall, Samples
from provider_conformance.laws.model import Guide, Way


class Talking(Protocol):
    async def say(self, model: str, text: str, loud: bool = False) -> str: ...

    async def list_tools(self) -> list[Any]: ...

    async def invoke_tool(self, tool_name: str, kwargs: dict[str, Any]) -> int: ...


class Provider:
    def __init__(self) -> None:
        self.said: list[tuple[str, str, bool]] = []
        self.invoked: list[tuple[str, Any]] = []

    async def say(self, model: str, text: str, loud: bool = False) -> str:
        self.said.append((model, text, loud))
        if not text:
            raise ValueError("there is nothing to say")
        return text

    async def list_tools(self) -> list[Any]:
        schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
        return [SimpleNamespace(name=name, input_schema=schema) for name in ("add", "run_shell", "take")]

    async def invoke_tool(self, tool_name: str, kwargs: dict[str, Any]) -> int:
        self.invoked.append((tool_name, kwargs))
        return 0


GUIDE = Guide("talking", ways=(Way("say", {"text": "hello"}, ({"loud": True},)),))


def walked(samples: Samples) -> tuple[Provider, Notes]:
    async def objects() -> list[Any]:
        return []

    running: Any = SimpleNamespace(api="talking", listing="", kinds=(), objects=objects)
    provider = Provider()

    async def walk() -> Notes:
        notes, guide = Notes(), guided(GUIDE, samples)
        async with LoopWatch(lambda name: name == __name__, 5) as watch:
            caller = Caller(provider, lambda name: name == __name__, watch, 0.5)
            names = ("say", "list_tools", "invoke_tool")
            methods = in_order((asked(Talking, name) for name in names), guide)
            draw: Any = lambda _schema, likely: likely[:1]  # noqa: E731 - as short as that
            await Walk(running, caller, notes, {}, draw, guide=guide).through(methods)
        return notes

    return provider, asyncio.run(walk())


def test_the_first_call_is_the_usual_one() -> None:
    _, notes = walked(Samples(calls={"say": (SampleCall({"model": "tiny", "text": "good day"}),)}))
    usual = next(seen for seen in notes.seen if seen.method == "say")
    assert (usual.label, usual.values["model",], usual.values["text",]) == ("usual", "tiny", "good day")


def test_further_calls_are_made_beside_those_that_are_known() -> None:
    own = (SampleCall({"text": "good day"}), SampleCall({"text": "good night"}))
    provider, _ = walked(Samples(calls={"say": own}))
    assert ("conformance", "good night", False) in provider.said
    assert ("conformance", "good day", True) in provider.said


def test_a_name_stands_in_its_place_in_every_usual_call() -> None:
    provider, _ = walked(Samples(names={"model": "tiny"}))
    assert provider.said[0] == ("tiny", "hello", False)


def test_a_call_goes_before_a_name() -> None:
    samples = Samples({"model": "tiny"}, {"say": (SampleCall({"model": "large"}),)})
    provider, _ = walked(samples)
    assert provider.said[0] == ("large", "hello", False)


def test_a_refusal_that_is_expected_is_not_a_usual_call() -> None:
    _, notes = walked(Samples(calls={"say": (SampleCall({"text": ""}, refused=True),)}))
    labels = {seen.label for seen in notes.seen if seen.method == "say" and seen.values["text",] == ""}
    assert "refused" in labels
    assert "usual" not in labels


def test_a_tool_is_called_as_the_author_says_even_where_it_acts() -> None:
    own = SampleCall({"tool_name": "run_shell", "kwargs": {"a": 7}})
    provider, _ = walked(Samples(calls={"invoke_tool": (own,)}))
    assert provider.invoked[0] == ("run_shell", {"a": 7})
    assert ("add", {"a": 1}) in provider.invoked


def test_without_samples_a_guide_stays_as_it_is() -> None:
    assert guided(GUIDE, Samples()) == GUIDE
