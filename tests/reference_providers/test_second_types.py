"""The second provider types for inference and memory: alone, and beside the first ones in a stack."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from reference_inference_scripted import get_provider_impl as make_scripted
from reference_inference_scripted.config import ScriptedInferenceConfig
from reference_inference_scripted.inference import ScriptedInference
from reference_memory_volatile import get_provider_impl as make_volatile
from reference_memory_volatile.config import VolatileMemoryConfig
from reference_memory_volatile.memory import VolatileMemory
from reference_memory_volatile.shelf import Shelf

from provider_conformance.stack.apis.inference import ChatCompletionResponse, ToolCallDelta
from provider_conformance.stack.apis.media import URL
from provider_conformance.stack.apis.memory import MemoryBankDocument
from provider_conformance.stack.apis.memory_banks import (
    GraphMemoryBankDef,
    KeyValueMemoryBankDef,
    KeywordMemoryBankDef,
    MemoryBankDef,
)
from provider_conformance.stack.apis.messages import CompletionMessage, StopReason, UserMessage
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.stack.apis.sampling import SamplingParams
from provider_conformance.stack.apis.tools import ToolCall, ToolChoice, ToolDefinition
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.run_config import parse_run_config
from provider_conformance.stack.specs import Api

RULES: list[dict[str, Any]] = [
    {"pattern": "(?i)weather", "tool": {"tool_name": "forecast", "arguments": {"city": "Ghent"}}},
    {"pattern": "(?i)weather", "answer": "I cannot look outside."},
    {"pattern": "^hello$", "answer": "good day to you"},
]
FORECAST = [ToolDefinition(tool_name="forecast")]


@pytest.fixture
def scripted() -> ScriptedInference:
    return asyncio.run(make_scripted(ScriptedInferenceConfig.model_validate({"rules": RULES}), {}))


def chat(provider: ScriptedInference, text: str, **kwargs: Any) -> CompletionMessage:
    async def ask() -> CompletionMessage:
        answer = provider.chat_completion("scripted", [UserMessage(content=text)], **kwargs)
        assert isinstance(answer, Awaitable)
        whole = await answer
        assert isinstance(whole, ChatCompletionResponse)
        return whole.completion_message

    return asyncio.run(ask())


def streamed(answer: Any) -> list[Any]:
    async def collect() -> list[Any]:
        assert isinstance(answer, AsyncIterator)
        return [chunk async for chunk in answer]

    return asyncio.run(collect())


def test_the_first_rule_that_fits_answers(scripted: ScriptedInference) -> None:
    message = chat(scripted, "hello")
    assert (message.content, message.stop_reason) == ("good day to you", StopReason.end_of_turn)


def test_without_a_rule_that_fits_the_answer_is_empty(scripted: ScriptedInference) -> None:
    assert chat(scripted, "what?").content == ""


def test_a_limit_cuts_an_answer_off(scripted: ScriptedInference) -> None:
    message = chat(scripted, "hello", sampling_params=SamplingParams(max_tokens=2))
    assert (message.content, message.stop_reason) == ("good day", StopReason.out_of_tokens)


def test_a_tool_that_is_offered_is_called(scripted: ScriptedInference) -> None:
    message = chat(scripted, "the weather?", tools=FORECAST)
    assert [(c.tool_name, c.arguments) for c in message.tool_calls] == [("forecast", {"city": "Ghent"})]
    assert message.stop_reason is StopReason.end_of_message


def test_a_tool_that_is_not_offered_is_not_called(scripted: ScriptedInference) -> None:
    assert chat(scripted, "the weather?").content == "I cannot look outside."


def test_a_tool_call_that_is_required_and_not_scripted_is_refused(scripted: ScriptedInference) -> None:
    with pytest.raises(ValueError, match="a tool call is required"):
        chat(scripted, "hello", tools=FORECAST, tool_choice=ToolChoice.required)


def test_a_stream_is_the_answer_in_pieces(scripted: ScriptedInference) -> None:
    messages = [UserMessage(content="hello")]
    events = streamed(scripted.chat_completion("scripted", messages, stream=True))  # type: ignore[arg-type]
    assert [e.event.delta for e in events] == ["", "good", " day", " to", " you", ""]


def test_a_tool_call_is_streamed_whole(scripted: ScriptedInference) -> None:
    messages = [UserMessage(content="weather")]
    events = streamed(
        scripted.chat_completion("scripted", messages, tools=FORECAST, stream=True)  # type: ignore[arg-type]
    )
    (delta,) = [e.event.delta for e in events if isinstance(e.event.delta, ToolCallDelta)]
    assert isinstance(delta.content, ToolCall)


def test_a_completion_streams_and_says_why_it_stopped(scripted: ScriptedInference) -> None:
    chunks = streamed(scripted.completion("scripted", "hello", stream=True))
    assert ("".join(c.delta for c in chunks), chunks[-1].stop_reason) == (
        "good day to you",
        StopReason.end_of_turn,
    )


def test_a_completion_calls_no_tools(scripted: ScriptedInference) -> None:
    with pytest.raises(ValueError, match="ask it in a chat"):
        scripted.completion("scripted", "weather")


def test_a_script_makes_no_embeddings(scripted: ScriptedInference) -> None:
    with pytest.raises(NotImplementedError, match="makes no embeddings"):
        asyncio.run(scripted.embeddings("scripted", ["x"]))


def test_an_unknown_model_is_refused_before_anything_is_awaited(scripted: ScriptedInference) -> None:
    with pytest.raises(ValueError, match="'nobody' is not served here; served models: scripted"):
        scripted.completion("nobody", "x", stream=True)


def test_a_model_may_bring_its_own_script(scripted: ScriptedInference) -> None:
    metadata = {"rules": [{"pattern": "x", "answer": "mine"}]}
    model = ModelDefWithProvider(identifier="own", llama_model="script", metadata=metadata, provider_id="p")
    asyncio.run(scripted.register_model(model))
    chunks = streamed(scripted.completion("own", "x", stream=True))
    assert chunks[0].delta == "mine"
    assert type(asyncio.run(scripted.list_models())[-1]) is ModelDef


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ModelDef(identifier="m", llama_model="gpt"), "'gpt' is not served here; there is 'script'"),
        (
            ModelDef(identifier="m", llama_model="script", metadata={"rules": [{"pattern": "("}]}),
            "no regular expression",
        ),
        (
            ModelDef(identifier="m", llama_model="script", metadata={"rules": [{"pattern": "x"}]}),
            "either an `answer` or a `tool`",
        ),
    ],
)
def test_a_model_that_cannot_be_served_is_refused_and_not_listed(
    scripted: ScriptedInference, model: ModelDef, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        asyncio.run(scripted.register_model(model))
    assert [m.identifier for m in asyncio.run(scripted.list_models())] == ["scripted"]


@pytest.fixture
def volatile() -> VolatileMemory:
    banks: list[MemoryBankDef] = [
        KeywordMemoryBankDef(identifier="words"),
        KeyValueMemoryBankDef(identifier="keys"),
    ]
    return asyncio.run(make_volatile(VolatileMemoryConfig(banks=banks), {}))


def insert(provider: VolatileMemory, bank: str, ttl: int | None = None, **texts: Any) -> None:
    documents = [MemoryBankDocument(document_id=name, content=text) for name, text in texts.items()]
    asyncio.run(provider.insert_documents(bank, documents, ttl))


def found(provider: VolatileMemory, bank: str, query: str, **params: Any) -> list[str]:
    response = asyncio.run(provider.query_documents(bank, query, params or None))
    return [chunk.document_id for chunk in response.chunks]


def test_words_are_found_best_first(volatile: VolatileMemory) -> None:
    insert(volatile, "words", one="a cat", two="Cat and cat", none="a dog")
    assert found(volatile, "words", "cat?") == ["two", "one"]


def test_a_query_gets_as_many_as_it_wants(volatile: VolatileMemory) -> None:
    insert(volatile, "words", one="cat", two="cat", three="cat")
    assert found(volatile, "words", "cat", max_chunks=2) == ["one", "two"]


def test_a_key_finds_its_document(volatile: VolatileMemory) -> None:
    insert(volatile, "keys", one="a", two="b")
    assert found(volatile, "keys", "two") == ["two"]


def test_several_keys_find_theirs_in_the_order_of_the_keys(volatile: VolatileMemory) -> None:
    insert(volatile, "keys", one="a", two="b", three="c")
    assert found(volatile, "keys", "whatever", keys=["three", "gone", "one"]) == ["three", "one"]


def test_a_keyword_bank_has_no_keys(volatile: VolatileMemory) -> None:
    with pytest.raises(ValueError, match="it has no keys"):
        found(volatile, "words", "x", keys=["one"])


def test_a_document_that_comes_again_replaces_itself(volatile: VolatileMemory) -> None:
    insert(volatile, "words", one="cat")
    insert(volatile, "words", one="dog")
    assert (found(volatile, "words", "cat"), found(volatile, "words", "dog")) == ([], ["one"])


def test_what_has_expired_is_not_found() -> None:
    now = [0.0]
    shelf = Shelf(lambda: now[0])
    shelf.put({"brief": "cat"}, ttl=10)
    shelf.put({"lasting": "cat"}, ttl=None)
    now[0] = 10.0
    assert [document.document_id for document, _ in shelf.about("cat")] == ["lasting"]


def test_a_document_that_is_no_text_leaves_all_out(volatile: VolatileMemory) -> None:
    with pytest.raises(ValueError, match="nothing is fetched by URL"):
        insert(volatile, "words", good="cat", bad=URL(uri="https://example.com"))
    assert found(volatile, "words", "cat") == []


def test_an_unknown_bank_is_refused(volatile: VolatileMemory) -> None:
    with pytest.raises(ValueError, match="'nowhere' is not kept here; banks: keys, words"):
        found(volatile, "nowhere", "x")


def test_a_wrong_parameter_is_refused(volatile: VolatileMemory) -> None:
    with pytest.raises(ValueError, match="params of the query are wrong: max_chunk:"):
        found(volatile, "words", "x", max_chunk=1)


def test_a_bank_of_another_kind_is_refused(volatile: VolatileMemory) -> None:
    with pytest.raises(ValueError, match="only keyword and keyvalue banks are kept here, not graph banks"):
        asyncio.run(volatile.register_memory_bank(GraphMemoryBankDef(identifier="g")))


def test_a_bank_does_not_change_its_kind(volatile: VolatileMemory) -> None:
    with pytest.raises(ValueError, match="is kept already, as a keyword bank"):
        asyncio.run(volatile.register_memory_bank(KeyValueMemoryBankDef(identifier="words")))


def test_a_bank_that_comes_again_keeps_its_documents(volatile: VolatileMemory) -> None:
    insert(volatile, "words", one="cat")
    asyncio.run(volatile.register_memory_bank(KeywordMemoryBankDef(identifier="words", provider_id="p")))
    assert found(volatile, "words", "cat") == ["one"]
    assert asyncio.run(volatile.list_memory_banks())[0] == KeywordMemoryBankDef(identifier="words")


def test_a_stack_routes_between_both_types() -> None:
    run_config = parse_run_config(
        {
            "providers": {
                "inference": [
                    {"provider_id": "a", "provider_type": "reference", "module": "reference_inference"},
                    {
                        "provider_id": "b",
                        "provider_type": "scripted",
                        "module": "reference_inference_scripted",
                        "config": {"rules": RULES},
                    },
                ]
            }
        }
    )

    async def ask_both() -> list[str]:
        async with await resolve(run_config) as stack:
            inference = stack.impls[Api.inference]
            return [
                (await inference.completion(model, "hello")).completion_message.content
                for model in ("reference-echo", "scripted")
            ]

    assert asyncio.run(ask_both()) == ["hello", "good day to you"]
