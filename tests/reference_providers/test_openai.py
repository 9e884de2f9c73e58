"""The adapter for OpenAI-compatible endpoints, against an endpoint that is played by a function."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from reference_openai.config import OpenAICompatibleConfig
from reference_openai.endpoint import EndpointError
from reference_openai.inference import OpenAICompatibleInference
from reference_openai.provider import get_provider_spec

from provider_conformance.stack.apis.inference import LogProbConfig, ToolCallParseStatus
from provider_conformance.stack.apis.media import URL, ImageMedia
from provider_conformance.stack.apis.messages import (
    CompletionMessage,
    Message,
    StopReason,
    SystemMessage,
    ToolResponseMessage,
    UserMessage,
)
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.stack.apis.sampling import SamplingParams, SamplingStrategy
from provider_conformance.stack.apis.tools import ToolCall, ToolChoice, ToolDefinition, ToolParamDefinition
from provider_conformance.stack.registry import ProviderRegistry
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.run_config import parse_run_config
from provider_conformance.stack.specs import Api

HELLO: list[Message] = [UserMessage(content="hello")]
SMALL = ModelDef(identifier="small", llama_model="org/small")


@dataclass
class Fake:
    """An endpoint; it remembers what it was asked and answers what it was told to."""

    answer: Callable[[httpx.Request], httpx.Response] = lambda _request: httpx.Response(500)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)

    def says(self, body: Any, status: int = 200) -> None:
        self.answer = lambda _request: httpx.Response(status, json=body)

    def streams(self, events: Iterable[Any], end: str = "data: [DONE]\n\n") -> None:
        text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + end
        self.answer = lambda _request: httpx.Response(200, text=text)

    @property
    def body(self) -> Any:
        return json.loads(self.requests[-1].content)


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def adapter(fake: Fake) -> OpenAICompatibleInference:
    return made(fake)


def made(fake: Fake, **config: Any) -> OpenAICompatibleInference:
    settings = {"url": "http://there/v1/", "models": [SMALL], **config}
    provider = OpenAICompatibleInference(OpenAICompatibleConfig(**settings), httpx.MockTransport(fake))
    asyncio.run(provider.initialize())
    return provider


def awaited(result: Any) -> Any:
    async def wait() -> Any:
        assert isinstance(result, Awaitable)
        return await result

    return asyncio.run(wait())


def chunks(result: Any) -> list[Any]:
    async def collect() -> list[Any]:
        assert isinstance(result, AsyncIterator)
        return [chunk async for chunk in result]

    return asyncio.run(collect())


def chat_answer(**message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": None, **message}, "finish_reason": "stop"}]}


def piece(content: str | None = None, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": content, **delta}, "finish_reason": finish}]}


def call_piece(arguments: str, name: str | None = None, call_id: str | None = None) -> dict[str, Any]:
    call = {"index": 0, "id": call_id, "function": {"name": name, "arguments": arguments}}
    return piece(tool_calls=[call])


def test_a_chat_asks_for_the_model_by_the_endpoints_name(
    adapter: OpenAICompatibleInference, fake: Fake
) -> None:
    fake.says(chat_answer(content="good day"))
    message = awaited(adapter.chat_completion("small", HELLO)).completion_message
    assert (message.content, message.stop_reason) == ("good day", StopReason.end_of_turn)
    assert str(fake.requests[0].url) == "http://there/v1/chat/completions"
    assert (fake.body["model"], fake.body["messages"]) == (
        "org/small",
        [{"role": "user", "content": "hello"}],
    )


def test_every_role_is_told(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.says(chat_answer(content="x"))
    call = ToolCall(call_id="1", tool_name="f", arguments={"a": 1})
    conversation: list[Message] = [
        SystemMessage(content="be brief"),
        UserMessage(content="hello", context="it is noon"),
        CompletionMessage(content="", stop_reason=StopReason.end_of_message, tool_calls=[call]),
        ToolResponseMessage(call_id="1", tool_name="f", content="ok"),
    ]
    awaited(adapter.chat_completion("small", conversation))
    function = {"name": "f", "arguments": '{"a": 1}'}
    assert fake.body["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hello\nit is noon"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "ok"},
    ]


def test_an_image_goes_along_in_a_chat(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.says(chat_answer(content="x"))
    image = ImageMedia(image=URL(uri="data:image/png;base64,AA=="))
    awaited(adapter.chat_completion("small", [UserMessage(content=["what is this?", image])]))
    assert fake.body["messages"][0]["content"] == [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]


def test_an_image_is_refused_elsewhere(adapter: OpenAICompatibleInference) -> None:
    with pytest.raises(ValueError, match="only be sent in a chat"):
        adapter.completion("small", ImageMedia(image=URL(uri="data:,")))


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (None, {"temperature": 0.0}),
        (SamplingParams(temperature=0.7, max_tokens=5), {"temperature": 0.0, "max_tokens": 5}),
        (
            SamplingParams(strategy=SamplingStrategy.top_p, temperature=0.7, top_p=0.5),
            {"temperature": 0.7, "top_p": 0.5},
        ),
        (
            SamplingParams(strategy=SamplingStrategy.top_k, temperature=0.7, top_k=3, repetition_penalty=1.1),
            {"temperature": 0.7, "top_k": 3, "repetition_penalty": 1.1},
        ),
    ],
)
def test_sampling_is_told_as_far_as_it_is_set(
    adapter: OpenAICompatibleInference, fake: Fake, sampling: SamplingParams | None, expected: dict[str, Any]
) -> None:
    fake.says({"choices": [{"text": "x"}]})
    awaited(adapter.completion("small", "a", sampling))
    assert fake.body == {"model": "org/small", "prompt": "a", **expected}


def test_tools_are_offered_as_functions(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.says(chat_answer(content="x"))
    city = ToolParamDefinition(param_type="str", description="where")
    days = ToolParamDefinition(param_type="int", required=False, default=1)
    tool = ToolDefinition(tool_name="forecast", description="the weather", parameters={"c": city, "d": days})
    awaited(adapter.chat_completion("small", HELLO, tools=[tool], tool_choice=ToolChoice.required))
    assert fake.body["tool_choice"] == "required"
    assert fake.body["tools"][0]["function"] == {
        "name": "forecast",
        "description": "the weather",
        "parameters": {
            "type": "object",
            "properties": {
                "c": {"type": "string", "description": "where"},
                "d": {"type": "integer", "default": 1},
            },
            "required": ["c"],
        },
    }


def test_a_tool_call_comes_back(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    function = {"name": "forecast", "arguments": '{"city": "Ghent"}'}
    calls = [{"id": "7", "type": "function", "function": function}]
    choice = {"message": {"content": None, "tool_calls": calls}, "finish_reason": "tool_calls"}
    fake.says({"choices": [choice]})
    message = awaited(adapter.chat_completion("small", HELLO)).completion_message
    assert message.tool_calls == [ToolCall(call_id="7", tool_name="forecast", arguments={"city": "Ghent"})]
    assert message.stop_reason is StopReason.end_of_message


def test_a_stream_is_handed_on_piece_by_piece(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    usage: dict[str, Any] = {"choices": [], "usage": {"total_tokens": 3}}
    fake.streams([piece("good "), piece("day"), piece(finish="length"), usage])
    events = [chunk.event for chunk in chunks(adapter.chat_completion("small", HELLO, stream=True))]
    assert [(event.event_type.value, event.delta) for event in events] == [
        ("start", ""),
        ("progress", "good "),
        ("progress", "day"),
        ("complete", ""),
    ]
    assert events[-1].stop_reason is StopReason.out_of_tokens
    assert fake.body["stream"] is True


def test_a_streamed_tool_call_is_put_together(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    pieces = [call_piece("", "forecast", "7"), call_piece('{"city": '), call_piece('"Ghent"}')]
    fake.streams([*pieces, piece(finish="tool_calls")])
    events = chunks(adapter.chat_completion("small", HELLO, stream=True))
    deltas = [chunk.event.delta for chunk in events if chunk.event.delta]
    assert [delta.parse_status.value for delta in deltas] == [
        "started",
        "in_progress",
        "in_progress",
        "success",
    ]
    assert deltas[-1].content == ToolCall(call_id="7", tool_name="forecast", arguments={"city": "Ghent"})


def test_a_streamed_tool_call_that_makes_no_sense_is_a_failure(
    adapter: OpenAICompatibleInference, fake: Fake
) -> None:
    fake.streams([call_piece('{"city', "forecast", "7"), piece(finish="tool_calls")])
    events = chunks(adapter.chat_completion("small", HELLO, stream=True))
    last = [chunk.event.delta for chunk in events if chunk.event.delta][-1]
    assert (last.parse_status, last.content) == (ToolCallParseStatus.failure, '{"city')


def test_a_completion_streams(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.streams([{"choices": [{"text": "a"}]}, {"choices": [{"text": "b", "finish_reason": "stop"}]}])
    received = chunks(adapter.completion("small", "x", stream=True))
    assert [(chunk.delta, chunk.stop_reason) for chunk in received] == [
        ("a", None),
        ("b", None),
        ("", StopReason.end_of_turn),
    ]


def test_a_stream_that_breaks_off_is_an_error(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.streams([piece("good ")], end="")
    with pytest.raises(EndpointError, match="broke off"):
        chunks(adapter.chat_completion("small", HELLO, stream=True))


def test_an_error_within_a_stream_is_raised(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.streams([piece("good "), {"error": {"message": "out of memory"}}])
    with pytest.raises(EndpointError, match="failed on the way: out of memory"):
        chunks(adapter.chat_completion("small", HELLO, stream=True))


def test_a_stream_that_is_refused_does_not_begin(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.says({"error": {"message": "too long"}}, 400)

    async def first() -> Any:
        return await anext(adapter.chat_completion("small", HELLO, stream=True))  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="answers 400: too long"):
        asyncio.run(first())


def test_a_stream_that_is_left_early_is_closed(fake: Fake) -> None:
    closed: list[bool] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield f"data: {json.dumps(piece('again '))}\n\n".encode()

        async def aclose(self) -> None:
            closed.append(True)

    fake.answer = lambda _request: httpx.Response(200, stream=Endless())
    adapter = made(fake)

    async def leave() -> list[bool]:
        stream = adapter.chat_completion("small", HELLO, stream=True)
        await anext(stream)  # type: ignore[arg-type]
        await stream.aclose()  # type: ignore[union-attr]
        return [*closed]  # as it is now: what is closed only with the loop does not count

    assert asyncio.run(leave()) == [True]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ValueError),
        (401, PermissionError),
        (404, ValueError),
        (429, EndpointError),
        (500, EndpointError),
        (501, NotImplementedError),
        (504, TimeoutError),
    ],
)
def test_an_error_of_the_endpoint_is_told_in_its_words(
    adapter: OpenAICompatibleInference, fake: Fake, status: int, error: type[Exception]
) -> None:
    fake.says({"error": {"message": "its own words"}}, status)
    with pytest.raises(error, match=f"/completions answers {status}: its own words"):
        awaited(adapter.completion("small", "x"))


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"choices": []}', '{"choices": [{"text": 1}]}'])
def test_an_answer_of_another_shape_is_an_error(
    adapter: OpenAICompatibleInference, fake: Fake, body: str
) -> None:
    fake.answer = lambda _request: httpx.Response(200, text=body)
    with pytest.raises(EndpointError):
        awaited(adapter.completion("small", "x"))


def test_an_endpoint_that_is_down_is_named(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    fake.answer = refuse
    with pytest.raises(EndpointError, match="http://there/v1/completions cannot be reached: refused"):
        awaited(adapter.completion("small", "x"))


def test_an_endpoint_that_hangs_is_a_timeout(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    fake.answer = hang
    with pytest.raises(TimeoutError, match="does not answer in time"):
        awaited(adapter.completion("small", "x"))


def test_the_key_is_sent_and_never_shown(fake: Fake) -> None:
    fake.says({"error": "no"}, 401)
    adapter = made(fake, api_key="secret")
    with pytest.raises(PermissionError) as caught:
        awaited(adapter.completion("small", "x"))
    assert fake.requests[0].headers["authorization"] == "Bearer secret"
    assert "secret" not in f"{caught.value}{OpenAICompatibleConfig(api_key='secret')!r}"  # type: ignore[arg-type]


def test_embeddings_come_in_the_order_of_the_texts(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.says({"data": [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}]})
    response = asyncio.run(adapter.embeddings("small", ["a", "b"]))
    assert response.embeddings == [[1.0], [2.0]]
    assert fake.body == {"model": "org/small", "input": ["a", "b"]}


def test_an_embedding_too_few_is_an_error(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    fake.says({"data": [{"index": 0, "embedding": [1.0]}]})
    with pytest.raises(EndpointError, match="1 embeddings for 2 texts"):
        asyncio.run(adapter.embeddings("small", ["a", "b"]))


def test_log_probabilities_of_a_chat(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    token = {
        "token": "a",
        "logprob": -0.1,
        "top_logprobs": [{"token": "a", "logprob": -0.1}, {"token": "b", "logprob": -2}],
    }
    fake.says({"choices": [{"message": {"content": "a"}, "logprobs": {"content": [token]}}]})
    response = awaited(adapter.chat_completion("small", HELLO, logprobs=LogProbConfig(top_k=2)))
    assert [item.logprobs_by_token for item in response.logprobs] == [{"a": -0.1, "b": -2.0}]
    assert (fake.body["logprobs"], fake.body["top_logprobs"]) == (True, 2)


def test_log_probabilities_of_a_completion(adapter: OpenAICompatibleInference, fake: Fake) -> None:
    logprobs = {"tokens": ["a"], "token_logprobs": [-0.1], "top_logprobs": [{"a": -0.1}]}
    fake.says({"choices": [{"text": "a", "logprobs": logprobs}]})
    response = awaited(adapter.completion("small", "x", logprobs=LogProbConfig()))
    assert [item.logprobs_by_token for item in response.logprobs] == [{"a": -0.1}]
    assert fake.body["logprobs"] == 1


@pytest.mark.parametrize("stream", [False, True])
def test_an_unknown_model_is_refused_before_anything_is_sent(
    adapter: OpenAICompatibleInference, fake: Fake, stream: bool
) -> None:
    with pytest.raises(ValueError, match="'nobody' is not served here; served models: small"):
        adapter.chat_completion("nobody", HELLO, stream=stream)
    assert fake.requests == []


def test_a_chat_without_messages_is_refused(adapter: OpenAICompatibleInference) -> None:
    with pytest.raises(ValueError, match="at least one message"):
        adapter.chat_completion("small", [])


def identifiers(provider: OpenAICompatibleInference) -> list[str]:
    return [model.identifier for model in asyncio.run(provider.list_models())]


def test_without_discovery_the_endpoint_is_not_asked_for_its_models(
    adapter: OpenAICompatibleInference, fake: Fake
) -> None:
    asyncio.run(
        adapter.register_model(ModelDefWithProvider(identifier="m", llama_model="x", provider_id="p"))
    )
    assert (identifiers(adapter), fake.requests) == (["small", "m"], [])
    assert type(asyncio.run(adapter.list_models())[-1]) is ModelDef


def test_with_discovery_the_endpoints_models_are_listed(fake: Fake) -> None:
    fake.says({"data": [{"id": "org/small"}, {"id": "org/large"}]})
    assert identifiers(made(fake, discover=True)) == ["small", "org/small", "org/large"]


def test_with_discovery_a_model_that_the_endpoint_lacks_is_refused(fake: Fake) -> None:
    fake.says({"data": [{"id": "org/small"}]})
    with pytest.raises(ValueError, match="the endpoint has no 'gone'; it has org/small"):
        asyncio.run(made(fake, discover=True).register_model(ModelDef(identifier="x", llama_model="gone")))


def test_its_type_says_that_it_is_remote() -> None:
    assert get_provider_spec().provider_type == "remote::openai-compatible"


def test_a_stack_starts_where_the_endpoint_is_down() -> None:
    config = {"url": "http://127.0.0.1:9/v1", "models": [SMALL.model_dump()]}
    provider = {"provider_id": "o", "provider_type": "remote::openai-compatible", "config": config}
    run_config = parse_run_config({"providers": {"inference": [provider]}})

    async def served() -> list[str]:
        async with await resolve(run_config, ProviderRegistry.of([get_provider_spec()])) as stack:
            return [model.identifier for model in await stack.impls[Api.models].list_models()]

    assert asyncio.run(served()) == ["small"]
