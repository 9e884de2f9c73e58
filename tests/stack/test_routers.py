"""Routers hand each call to the provider that serves what is asked for, with all its arguments."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance import check_protocol
from provider_conformance.stack.apis.inference import Inference
from provider_conformance.stack.apis.memory import Memory
from provider_conformance.stack.apis.messages import UserMessage
from provider_conformance.stack.apis.safety import Safety
from provider_conformance.stack.apis.sampling import SamplingParams
from provider_conformance.stack.apis.tools import ToolChoice, ToolPromptFormat
from provider_conformance.stack.errors import NotServedError
from provider_conformance.stack.routers import InferenceRouter, MemoryRouter, SafetyRouter
from support.workshop import run


class Recorder:
    """Writes down how it is called, and returns itself."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def method(*args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, args, kwargs))
            return answer() if name in ASYNC else self

        return method


ASYNC = {"embeddings", "run_shield", "insert_documents", "query_documents"}


async def answer() -> str:
    return "answer"


class Table:
    """Serves "known"."""

    def __init__(self) -> None:
        self.provider = Recorder()

    def get_provider_impl(self, routing_key: str) -> Any:
        if routing_key != "known":
            raise NotServedError("thing", routing_key, {"known": ("p",)})
        return self.provider


HELLO = [UserMessage(content="hello")]
PARAMS = SamplingParams()


@pytest.mark.parametrize(
    ("router", "protocol"), [(InferenceRouter, Inference), (SafetyRouter, Safety), (MemoryRouter, Memory)]
)
def test_a_router_conforms_to_its_protocol(router: type, protocol: type) -> None:
    assert check_protocol(router(Table()), protocol, calls="both") == []


def test_chat_completion_is_handed_on_as_it_comes() -> None:
    table = Table()
    result: Any = InferenceRouter(table).chat_completion("known", HELLO, PARAMS, stream=True)
    assert result is table.provider
    expected = {
        "model": "known",
        "messages": HELLO,
        "sampling_params": PARAMS,
        "tools": [],
        "tool_choice": ToolChoice.auto,
        "tool_prompt_format": ToolPromptFormat.json,
        "stream": True,
        "logprobs": None,
    }
    assert table.provider.calls == [("chat_completion", (), expected)]


def test_completion_is_handed_on_as_it_comes() -> None:
    table = Table()
    result: Any = InferenceRouter(table).completion("known", "text", PARAMS)
    assert result is table.provider
    expected = {
        "model": "known",
        "content": "text",
        "sampling_params": PARAMS,
        "stream": False,
        "logprobs": None,
    }
    assert table.provider.calls == [("completion", (), expected)]


def test_embeddings_are_awaited() -> None:
    table = Table()
    result: Any = run(InferenceRouter(table).embeddings("known", ["a"]))
    assert result == "answer"
    assert table.provider.calls == [("embeddings", (), {"model": "known", "contents": ["a"]})]


def test_a_shield_is_run_by_its_provider() -> None:
    table = Table()
    result: Any = run(SafetyRouter(table).run_shield("known", []))
    assert result == "answer"
    expected = {"shield_type": "known", "messages": [], "params": None}
    assert table.provider.calls == [("run_shield", (), expected)]


def test_documents_go_to_the_provider_of_the_bank() -> None:
    table = Table()
    run(MemoryRouter(table).insert_documents("known", [], 3))
    result: Any = run(MemoryRouter(table).query_documents("known", "words"))
    assert result == "answer"
    assert table.provider.calls == [
        ("insert_documents", ("known", [], 3), {}),
        ("query_documents", ("known", "words", None), {}),
    ]


@pytest.mark.parametrize("name", ["completion", "chat_completion"])
def test_what_is_not_served_is_told_at_the_call_and_not_at_the_first_chunk(name: str) -> None:
    with pytest.raises(NotServedError, match=r"`unknown` is not served"):
        getattr(InferenceRouter(Table()), name)("unknown", [], stream=True)


def test_what_is_not_served_is_told_when_awaited() -> None:
    with pytest.raises(NotServedError):
        run(InferenceRouter(Table()).embeddings("unknown", []))
    with pytest.raises(NotServedError):
        run(SafetyRouter(Table()).run_shield("unknown", []))
    with pytest.raises(NotServedError):
        run(MemoryRouter(Table()).query_documents("unknown", "words"))
