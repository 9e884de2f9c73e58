"""The client of remote stacks: what is reached through it behaves as if it were inline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from provider_conformance import check_protocol
from provider_conformance.stack.apis.inference import (
    ChatCompletionResponseEventType,
    ChatCompletionResponseStreamChunk,
)
from provider_conformance.stack.apis.memory import MemoryBankDocument
from provider_conformance.stack.apis.memory_banks import KeywordMemoryBankDef, MemoryBankDef
from provider_conformance.stack.apis.messages import UserMessage
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.stack.apis.sampling import SamplingParams
from provider_conformance.stack.apis.telemetry import LogSeverity, UnstructuredLogEvent
from provider_conformance.stack.errors import NotServedError, RegistrationRefusedError
from provider_conformance.stack.passthrough import (
    PassthroughConfig,
    client_class,
    get_client_impl,
)
from provider_conformance.stack.remote_errors import (
    RemoteError,
    RemoteNotImplementedError,
    RemoteRefusedError,
    RemoteTimeoutError,
    RemoteUnreachableError,
)
from provider_conformance.stack.resolver import Stack, resolve
from provider_conformance.stack.specs import (
    Api,
    RemoteProviderConfig,
    additional_protocols_map,
    api_protocol_map,
    providable_apis,
)
from support.serving import served
from support.workshop import Behaviour, Workshop, run, run_config

APIS = ("inference", "memory", "safety")
Check = Callable[[Stack], Awaitable[None]]


def reference(api: str, provider_id: str) -> Mapping[str, Any]:
    return {"provider_id": provider_id, "provider_type": "reference", "module": f"reference_{api}"}


def remote(url: str, **config: Any) -> Mapping[str, Any]:
    return {"provider_id": "here", "provider_type": "remote", "config": {"url": url, **config}}


@asynccontextmanager
async def inline() -> AsyncIterator[Stack]:
    """The reference providers."""
    async with await resolve(run_config({api: [reference(api, "here")] for api in APIS})) as stack:
        yield stack


@asynccontextmanager
async def through_http() -> AsyncIterator[Stack]:
    """The reference providers of another stack, which knows them by another id."""
    there = await resolve(run_config({api: [reference(api, "there")] for api in APIS}))
    async with served(there) as url, await resolve(run_config({api: [remote(url)] for api in APIS})) as stack:
        yield stack


@pytest.fixture(params=[inline, through_http])
def check(request: pytest.FixtureRequest) -> Callable[[Check], None]:
    """Runs a check against the same providers, inline and behind HTTP."""

    def run_check(checked: Check) -> None:
        async def open_and_check() -> None:
            async with request.param() as stack:
                await checked(stack)

        run(open_and_check())

    return run_check


# The same for both


def test_models_are_listed_under_the_providers_id_here(check: Callable[[Check], None]) -> None:
    async def listed(stack: Stack) -> None:
        models = await stack.impls[Api.models].list_models()
        assert [(m.identifier, m.provider_id) for m in models] == [
            ("reference-echo", "here"),
            ("reference-markov", "here"),
        ]

    check(listed)


def test_a_model_is_registered_and_called(check: Callable[[Check], None]) -> None:
    async def registered(stack: Stack) -> None:
        model = ModelDefWithProvider(identifier="mine", llama_model="echo", provider_id="here")
        await stack.impls[Api.models].register_model(model)
        assert await stack.impls[Api.models].get_model("mine") == model
        response = await stack.impls[Api.inference].completion("mine", "so it is")
        assert response.completion_message.content == "so it is"

    check(registered)


def test_a_model_that_is_refused_is_refused(check: Callable[[Check], None]) -> None:
    async def refused(stack: Stack) -> None:
        model = ModelDefWithProvider(identifier="mine", llama_model="none", provider_id="here")
        with pytest.raises(RegistrationRefusedError, match=r"no engine is called 'none'"):
            await stack.impls[Api.models].register_model(model)

    check(refused)


def test_a_model_that_is_not_served_is_told(check: Callable[[Check], None]) -> None:
    async def unknown(stack: Stack) -> None:
        with pytest.raises(NotServedError, match=r"Did you mean `reference-echo`"):
            await stack.impls[Api.inference].embeddings("reference-eco", ["a"])

    check(unknown)


def test_a_chat_is_answered_whole(check: Callable[[Check], None]) -> None:
    async def chat(stack: Stack) -> None:
        answer = stack.impls[Api.inference].chat_completion(
            "reference-echo", [UserMessage(content="tell me more")], SamplingParams(max_tokens=2)
        )
        assert (await answer).completion_message.content == "tell me"

    check(chat)


def test_a_chat_is_streamed(check: Callable[[Check], None]) -> None:
    async def chat(stack: Stack) -> None:
        answer = stack.impls[Api.inference].chat_completion(
            "reference-echo", [UserMessage(content="tell me more")], stream=True
        )
        chunks = [chunk async for chunk in answer]
        assert all(isinstance(chunk, ChatCompletionResponseStreamChunk) for chunk in chunks)
        assert chunks[0].event.event_type is ChatCompletionResponseEventType.start
        assert "".join(chunk.event.delta for chunk in chunks) == "tell me more"

    check(chat)


def test_a_stream_may_be_left_early(check: Callable[[Check], None]) -> None:
    async def leave(stack: Stack) -> None:
        answer = stack.impls[Api.inference].completion("reference-echo", "a b c d e f", stream=True)
        async for _ in answer:
            break
        await answer.aclose()
        assert await stack.impls[Api.inference].embeddings("reference-echo", ["still", "there"])

    check(leave)


def test_what_the_provider_refuses_is_a_value_error(check: Callable[[Check], None]) -> None:
    async def empty(stack: Stack) -> None:
        with pytest.raises(ValueError, match=r"at least one message"):
            await stack.impls[Api.inference].chat_completion("reference-echo", [])

    check(empty)


def test_embeddings_are_as_many_as_the_contents(check: Callable[[Check], None]) -> None:
    async def embed(stack: Stack) -> None:
        response = await stack.impls[Api.inference].embeddings(model="reference-echo", contents=["a", "b b"])
        assert [len(vector) for vector in response.embeddings] == [64, 64]

    check(embed)


def test_documents_are_inserted_and_found(check: Callable[[Check], None]) -> None:
    async def insert(stack: Stack) -> None:
        bank: MemoryBankDef = KeywordMemoryBankDef(identifier="notes", provider_id="here")
        await stack.impls[Api.memory_banks].register_memory_bank(bank)
        document = MemoryBankDocument(document_id="d", content="the owl hoots at night")
        await stack.impls[Api.memory].insert_documents("notes", [document])
        found = await stack.impls[Api.memory].query_documents("notes", "owl")
        assert [chunk.document_id for chunk in found.chunks] == ["d"]

    check(insert)


def test_shields_are_listed_and_run(check: Callable[[Check], None]) -> None:
    async def shield(stack: Stack) -> None:
        shields = await stack.impls[Api.shields].list_shields()
        assert {found.provider_id for found in shields} == {"here"}
        message = [UserMessage(content="hello")]
        verdict = await stack.impls[Api.safety].run_shield(shields[0].identifier, message)
        assert verdict.violation is None

    check(shield)


# The client itself


@pytest.mark.parametrize("api", providable_apis())
def test_a_client_conforms_to_the_protocols_of_its_api(api: Api) -> None:
    client = run(get_client_impl(PassthroughConfig(url="http://localhost:1"), {}, api))
    assert check_protocol(client, api_protocol_map()[api], calls="both") == []
    if private := additional_protocols_map().get(api):
        assert check_protocol(client, private, calls="both") == []


def answering(
    handler: Callable[[httpx.Request], httpx.Response], api: Api = Api.inference, **config: Any
) -> Any:
    """A client of a remote that answers as the handler says."""
    client: Any = client_class(api)(PassthroughConfig(url="http://there/base/", **config))
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return client


def always(response: httpx.Response) -> Any:
    return answering(lambda _request: response)


def error_body(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"status": status, "type": "E", "message": message}})


async def stream_all(client: Any) -> list[str]:
    return [chunk.delta async for chunk in client.completion("m", "text", stream=True)]


def test_a_remote_without_a_port_of_its_own_is_given_by_its_url() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=[])

    assert run(answering(handler).list_models()) == []
    assert asked == ["http://there/base/models/list"]


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"host": "there", "port": 81}, "http://there:81"),
        ({"port": 81}, "http://localhost:81"),
        ({"url": "https://there"}, "https://there"),
    ],
)
def test_the_remote_is_given_by_url_or_by_host_and_port(settings: Mapping[str, Any], url: str) -> None:
    assert PassthroughConfig.model_validate(settings).url == url


@pytest.mark.parametrize(
    "settings", [{}, {"url": "there"}, {"url": "http://a", "timeout": 0}, {"uri": "http://a"}]
)
def test_settings_that_lead_nowhere_are_refused(settings: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"validation error"):
        PassthroughConfig.model_validate(settings)


def test_the_seeds_own_configuration_will_do() -> None:
    client = run(get_client_impl(RemoteProviderConfig(host="localhost", port=1), {}, Api.memory))
    assert callable(client.query_documents)


@pytest.mark.parametrize(
    ("response", "error", "told"),
    [
        (error_body(400, "not like that"), RemoteRefusedError, "not like that"),
        (error_body(404, "not served"), RemoteRefusedError, "not served"),
        (error_body(501, "not yet"), RemoteNotImplementedError, "not yet"),
        (error_body(504, "too slow"), RemoteTimeoutError, "too slow"),
        (error_body(500, "its log says why"), RemoteError, "its log says why"),
        (httpx.Response(400, json={"error": {"detail": "bad"}}), RemoteRefusedError, "bad"),
        (httpx.Response(503, text="<html>"), RemoteError, "answers 503 Service Unavailable"),
        (httpx.Response(200, text="<html>"), RemoteError, "something else than promised"),
        (httpx.Response(200, json={"embeddings": "none"}), RemoteError, "something else than promised"),
    ],
)
def test_an_answer_that_is_none_is_told(response: httpx.Response, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told) as caught:
        run(always(response).embeddings("m", ["a"]))
    assert str(caught.value).startswith("http://there/base/inference/embeddings: ")


@pytest.mark.parametrize(
    ("raised", "error"),
    [(httpx.ConnectError("refused"), RemoteUnreachableError), (httpx.ReadTimeout(""), RemoteTimeoutError)],
)
def test_a_remote_that_does_not_answer_is_told(raised: Exception, error: type[Exception]) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        raise raised

    with pytest.raises(error):
        run(answering(handler).embeddings("m", ["a"]))
    with pytest.raises(error):
        run(stream_all(answering(handler)))


def test_an_error_instead_of_a_stream_is_raised() -> None:
    with pytest.raises(RemoteRefusedError, match=r"not served"):
        run(stream_all(always(error_body(404, "not served"))))


def test_an_error_within_a_stream_is_raised_after_the_chunks_before_it() -> None:
    text = 'data: {"delta": "one"}\n\ndata: {"error": {"status": 400, "message": "enough"}}\n\n'
    client = always(httpx.Response(200, text=text))

    async def read() -> list[str]:
        read: list[str] = []
        with pytest.raises(RemoteRefusedError, match=r"enough"):
            async for chunk in client.completion("m", "text", stream=True):
                read.append(chunk.delta)  # noqa: PERF401 - what was read before the error is asked for
        return read

    assert run(read()) == ["one"]


@pytest.mark.parametrize("text", ["data: <html>\n\n", 'data: {"other": 1}\n\n'])
def test_a_chunk_that_is_none_is_told(text: str) -> None:
    with pytest.raises(RemoteError, match=r"something else than promised"):
        run(stream_all(always(httpx.Response(200, text=text))))


def test_lines_that_carry_no_data_are_passed_over() -> None:
    text = ': hello\n\nevent: message\ndata:{"delta": "one"}\n\n'
    assert run(stream_all(always(httpx.Response(200, text=text)))) == ["one"]


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), (("m",), {}), (("m", [], 3), {}), (("m",), {"model": "m"}), (("m", []), {"other": 1})],
)
def test_a_call_that_would_not_bind_does_not(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"^embeddings\(\) "):
        run(always(httpx.Response(200)).embeddings(*args, **kwargs))


def test_a_model_that_several_providers_there_serve_is_listed_once() -> None:
    models = [{"identifier": "m", "llama_model": "c", "provider_id": p} for p in ("p", "q")]
    listed = run(always(httpx.Response(200, json=models)).list_models())
    assert [(m.identifier, m.provider_id) for m in listed] == [("m", "p")]


def registering(providers: list[str], **config: Any) -> tuple[Any, list[Any]]:
    """A client of a remote that has these inference providers, and what it is asked to register."""
    bodies: list[Any] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/providers/list"):
            listed = [{"provider_id": p, "provider_type": "t"} for p in providers]
            return httpx.Response(200, json={"inference": listed})
        bodies.append(request.read())
        return httpx.Response(204)

    return answering(handler, **config), bodies


MODEL = ModelDef(identifier="m", llama_model="c")


def test_a_registration_is_for_the_only_provider_there() -> None:
    client, bodies = registering(["there"])
    run(client.register_model(MODEL))
    assert b'"provider_id":"there"' in bodies[0]


def test_a_registration_is_for_the_provider_that_the_settings_name() -> None:
    client, bodies = registering(["p", "q"], provider_id="q")
    run(client.register_model(model=MODEL))
    assert b'"provider_id":"q"' in bodies[0]


@pytest.mark.parametrize("providers", [[], ["p", "q"]])
def test_a_registration_that_could_be_for_several_or_none_is_refused(providers: list[str]) -> None:
    client, bodies = registering(providers)
    with pytest.raises(RemoteRefusedError, match=r"say by `provider_id` which"):
        run(client.register_model(MODEL))
    assert bodies == []


def test_a_plain_api_is_reached_as_well(workshop: Workshop) -> None:
    logged: list[Any] = []

    async def log_event(event: Any) -> None:
        logged.append(event)

    workshop.provider(Api.telemetry, "t", behaviour=Behaviour())
    event = UnstructuredLogEvent(
        trace_id="1", span_id="2", timestamp="2024-10-10T10:24:13Z", message="hi", severity=LogSeverity.INFO
    )

    async def log() -> None:
        there = await resolve(run_config({"telemetry": ["t"]}), workshop.registry)
        there.impls[Api.telemetry].log_event = log_event
        async with served(there) as url, await resolve(run_config({"telemetry": [remote(url)]})) as stack:
            await stack.impls[Api.telemetry].log_event(event)

    run(log())
    assert logged == [event]


def test_a_remote_that_is_not_there_does_not_keep_the_stack_from_starting() -> None:
    async def start() -> Any:
        gone = {"inference": [remote("http://127.0.0.1:9")]}
        async with await resolve(run_config(gone)) as stack:
            return await stack.impls[Api.inspect].health()

    health = run(start())
    assert health.status == "Degraded"
    assert "its listing failed: RemoteUnreachableError: http://127.0.0.1:9/models/list" in health.problems[0]


def test_a_client_may_be_shut_down_twice() -> None:
    async def twice() -> None:
        client = await get_client_impl(PassthroughConfig(url="http://localhost:1"), {}, Api.inference)
        await asyncio.gather(client.shutdown(), client.shutdown())

    run(twice())
