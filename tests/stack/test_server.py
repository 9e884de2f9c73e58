"""The HTTP side of a running stack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, ClassVar

import httpx
import pytest

from provider_conformance.stack.apis.inference import (
    CompletionResponse,
    CompletionResponseStreamChunk,
)
from provider_conformance.stack.apis.messages import CompletionMessage, StopReason
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.endpoints import endpoints_of
from provider_conformance.stack.remote_errors import RemoteUnreachableError
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.server import create_app
from provider_conformance.stack.specs import Api
from support.serving import served
from support.workshop import BASES, Behaviour, Watched, Workshop, run, run_config

Ask = Callable[[httpx.AsyncClient], Awaitable[Any]]

A_MODEL = ModelDef(identifier="m", llama_model="core")
MESSAGE = CompletionMessage(content="whole", stop_reason=StopReason.end_of_turn)


class Completing(Watched, BASES[Api.inference]):  # type: ignore[misc, valid-type]
    """An inference provider that answers as ``content`` says."""

    closed = 0

    left: ClassVar[list[str]] = []

    def completion(
        self,
        model: str,
        content: Any,
        sampling_params: Any = None,
        stream: bool | None = False,
        logprobs: Any = None,
    ) -> Any:
        if content.startswith("own"):
            return Own(self, content)
        return self.chunks(content) if stream else self.whole(content)

    async def whole(self, content: str) -> Any:
        fail(content)
        return CompletionResponse(completion_message=MESSAGE)

    async def chunks(self, content: str) -> AsyncIterator[CompletionResponseStreamChunk]:
        try:
            if content != "nothing":
                fail(content)
                yield CompletionResponseStreamChunk(delta="one")
                fail(content.removeprefix("later "))
                yield CompletionResponseStreamChunk(delta="two")
            if content == "endless":
                await asyncio.Event().wait()
        finally:
            type(self).closed += 1


class Own:
    """An async iterator of a provider's own making."""

    def __init__(self, provider: Completing, content: str) -> None:
        self.provider = provider
        self.content = content
        self.left = [CompletionResponseStreamChunk(delta="one")]

    def __aiter__(self) -> Own:
        return self

    async def __anext__(self) -> CompletionResponseStreamChunk:
        if not self.left:
            fail(self.content.removeprefix("own "))
            raise StopAsyncIteration
        return self.left.pop()

    async def aclose(self) -> None:
        self.provider.left.append(self.content)


FAILURES: dict[str, BaseException] = {
    "value": ValueError("not like that"),
    "permission": PermissionError("not you"),
    "timeout": TimeoutError("too slow"),
    "unimplemented": NotImplementedError("not yet"),
    "bug": KeyError("s3cret"),
    "exit": SystemExit(1),
    "downstream": RemoteUnreachableError("http://there", "cannot be reached"),
}


def fail(content: str) -> None:
    if content in FAILURES:
        raise FAILURES[content]
    if content == "invalid":
        ModelDef.model_validate({})


def asked(workshop: Workshop, ask: Ask, *, over_tcp: bool = False) -> Any:
    """What a client gets from a stack with one inference and one telemetry provider."""

    async def factory(_config: Any, _deps: Any) -> Any:
        return Completing("i", Behaviour(serves=[A_MODEL]), workshop.events)

    workshop.provider(Api.inference, "i", factory=factory)
    workshop.provider(Api.telemetry, "t")
    config = run_config({"inference": ["i"], "telemetry": ["t"]})

    async def serve() -> Any:
        async with await resolve(config, workshop.registry) as stack:
            if over_tcp:
                async with served(stack) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
                    return await ask(client)
            transport = httpx.ASGITransport(create_app(stack))
            async with httpx.AsyncClient(transport=transport, base_url="http://stack") as client:
                return await ask(client)

    return run(serve())


def requested(workshop: Workshop, method: str, path: str, **options: Any) -> httpx.Response:
    async def ask(client: httpx.AsyncClient) -> httpx.Response:
        return await client.request(method, path, **options)

    response: httpx.Response = asked(workshop, ask)
    return response


def completed(workshop: Workshop, content: str, *, stream: bool = False) -> httpx.Response:
    body = {"model": "m", "content": content, "stream": stream}
    return requested(workshop, "POST", "/inference/completion", json=body)


def events(response: httpx.Response) -> list[Any]:
    return [json.loads(event.removeprefix("data: ")) for event in response.text.split("\n\n") if event]


def test_a_call_is_answered_at_the_protocols_route(workshop: Workshop) -> None:
    response = completed(workshop, "hi")
    assert response.status_code == 200
    assert CompletionResponse.model_validate(response.json()).completion_message == MESSAGE


def test_parameters_of_a_get_come_from_the_query(workshop: Workshop) -> None:
    response = requested(workshop, "GET", "/models/get", params={"identifier": "m"})
    assert response.json() == {"identifier": "m", "llama_model": "core", "metadata": {}, "provider_id": "i"}


def test_what_is_not_there_is_null(workshop: Workshop) -> None:
    response = requested(workshop, "GET", "/models/get", params={"identifier": "none"})
    assert (response.status_code, response.json()) == (200, None)


def test_a_model_is_registered_and_then_served(workshop: Workshop) -> None:
    model = {"identifier": "new", "llama_model": "core", "provider_id": "i"}

    async def register(client: httpx.AsyncClient) -> list[Any]:
        response = await client.post("/models/register", json={"model": model})
        assert (response.status_code, response.json()) == (200, None)
        listed: list[Any] = (await client.get("/models/list")).json()
        return listed

    assert [found["identifier"] for found in asked(workshop, register)] == ["m", "new"]


@pytest.mark.parametrize("path", ["/providers", "/providers/list"])
def test_the_providers_are_listed(workshop: Workshop, path: str) -> None:
    listed = requested(workshop, "GET", path).json()
    assert listed["telemetry"] == [{"provider_id": "t", "provider_type": "t", "status": "OK", "problems": []}]


@pytest.mark.parametrize("path", ["/routes", "/routes/list"])
def test_the_listed_routes_are_those_that_answer(workshop: Workshop, path: str) -> None:
    async def ask(client: httpx.AsyncClient) -> list[int]:
        listed = (await client.get(path)).json()
        routes = [(r["method"], r["route"]) for several in listed.values() for r in several]
        assert len(routes) == sum(len(endpoints_of(Api(api))) for api in listed)
        return [(await client.request(method, route)).status_code for method, route in routes]

    assert set(asked(workshop, ask)) == {200, 400}


def test_the_health_is_told(workshop: Workshop) -> None:
    assert requested(workshop, "GET", "/health").json() == {"status": "OK", "problems": []}


def test_an_api_that_is_not_served_has_no_routes(workshop: Workshop) -> None:
    response = requested(workshop, "POST", "/safety/run_shield", json={})
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (404, "NoSuchRoute")
    assert "POST /safety/run_shield" in error["message"]


def test_a_wrong_http_method_is_told(workshop: Workshop) -> None:
    response = requested(workshop, "DELETE", "/models/list")
    assert (response.status_code, response.json()["error"]["status"]) == (405, 405)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"content": "hi"}, ["body", "model"]),
        ({"model": "m", "content": "hi", "strem": True}, ["body", "strem"]),
        (
            {"model": "m", "content": "hi", "sampling_params": {"top_k": "x"}},
            ["body", "sampling_params", "top_k"],
        ),
        ([], ["body"]),
    ],
)
def test_a_request_that_does_not_fit_is_refused_with_the_place(
    workshop: Workshop, body: Any, place: list[str]
) -> None:
    response = requested(workshop, "POST", "/inference/completion", json=body)
    error = response.json()["error"]
    assert (response.status_code, error["status"], error["type"]) == (400, 400, "InvalidRequest")
    assert place in [detail["loc"] for detail in error["details"]]
    assert place[-1] in error["message"] or place == ["body"]


def test_a_body_that_is_no_json_is_refused(workshop: Workshop) -> None:
    response = requested(workshop, "POST", "/inference/completion", content=b"{")
    assert response.json()["error"]["type"] == "InvalidRequest"


STATUSES = {
    "value": (400, "ValueError", "not like that"),
    "permission": (403, "PermissionError", "not you"),
    "timeout": (504, "TimeoutError", "too slow"),
    "unimplemented": (501, "NotImplementedError", "not yet"),
    "bug": (500, "InternalServerError", "the stack failed to answer; its log says why"),
    "exit": (500, "InternalServerError", "the stack failed to answer; its log says why"),
    "invalid": (500, "InternalServerError", "the stack failed to answer; its log says why"),
    "downstream": (502, "RemoteUnreachableError", "http://there: cannot be reached"),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("content", STATUSES)
def test_a_failure_has_its_status_and_the_one_shape_also_before_the_first_chunk(
    workshop: Workshop, content: str, stream: bool
) -> None:
    status, kind, message = STATUSES[content]
    response = completed(workshop, content, stream=stream)
    assert response.status_code == status
    assert response.json() == {"error": {"status": status, "type": kind, "message": message, "details": []}}


@pytest.mark.parametrize("content", STATUSES)
def test_a_failure_after_the_first_chunk_is_an_event(workshop: Workshop, content: str) -> None:
    first, error = events(completed(workshop, f"later {content}", stream=True))
    assert first["delta"] == "one"
    assert (error["error"]["status"], error["error"]["type"]) == STATUSES[content][:2]


def test_what_is_not_served_is_a_404_with_near_names(workshop: Workshop) -> None:
    body = {"model": "mm", "content": "hi"}
    response = requested(workshop, "POST", "/inference/completion", json=body)
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (404, "NotServedError")
    assert "Did you mean `m`?" in error["message"]


def test_a_stream_is_a_stream_of_events(workshop: Workshop) -> None:
    response = completed(workshop, "hi", stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert [event["delta"] for event in events(response)] == ["one", "two"]


def test_a_stream_without_a_chunk_is_empty(workshop: Workshop) -> None:
    response = completed(workshop, "nothing", stream=True)
    assert (response.status_code, response.text) == (200, "")


def test_chunks_are_sent_as_they_come_and_a_client_that_goes_ends_the_stream(workshop: Workshop) -> None:
    before = Completing.closed
    body = {"model": "m", "content": "endless", "stream": True}

    async def read_two(client: httpx.AsyncClient) -> list[str]:
        read: list[str] = []
        async with client.stream("POST", "/inference/completion", json=body) as response:
            async for line in response.aiter_lines():
                read.extend([line] if line else [])
                if len(read) == 2:
                    break
        async with asyncio.timeout(5):
            while Completing.closed == before:  # noqa: ASYNC110 - the other side has no event to wait for
                await asyncio.sleep(0.01)
        return read

    assert len(asked(workshop, read_two, over_tcp=True)) == 2


@pytest.mark.parametrize("content", ["own", "own value"])
def test_an_iterator_that_can_be_closed_is_closed_after_its_last_chunk(
    workshop: Workshop, content: str
) -> None:
    Completing.left.clear()
    assert events(completed(workshop, content, stream=True))[0]["delta"] == "one"
    assert Completing.left == [content]


def test_the_stack_is_shut_down_with_its_server(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")

    async def serve() -> list[str]:
        stack = await resolve(run_config({"telemetry": ["t"]}), workshop.registry)
        async with served(stack):
            assert "stop t" not in workshop.events
        return workshop.events

    assert run(serve())[-1] == "stop t"


def test_every_route_is_described(workshop: Workshop) -> None:
    described = requested(workshop, "GET", "/openapi.json").json()
    body = described["paths"]["/inference/completion"]["post"]["requestBody"]
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(described["components"]["schemas"][name]["required"]) == {"model", "content"}
