"""The server of the stand-ins: what arrives, what goes out, what is kept."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from provider_conformance.backends.model import Answer, Request, answer_events, answer_json
from provider_conformance.backends.record import hashed
from provider_conformance.backends.server import Server


def _echo(request: Request) -> Answer | None:
    if request.path != "/echo me":
        return None
    return answer_json({"host": request.host, "query": request.query, "body": request.json()})


def _stream(request: Request) -> Answer | None:
    return answer_events(["data: 1", "data: [DONE]"]) if request.path == "/stream" else None


def _fail(request: Request) -> Answer | None:
    if request.path == "/fail":
        raise KeyError("lost")
    return None


@pytest.fixture
def server() -> Iterator[Server]:
    with Server([_echo, _stream, _fail]) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    yield connection
    connection.close()


def _ask(client: http.client.HTTPConnection, method: str, path: str, **rest: Any) -> tuple[int, bytes]:
    client.request(method, path, **rest)
    answer = client.getresponse()
    return answer.status, answer.read()


def test_a_route_sees_path_query_host_and_body(client: http.client.HTTPConnection) -> None:
    status, body = _ask(
        client, "POST", "/echo%20me?a=1&a=2", body='{"x": 1}', headers={"Host": "api.test:443"}
    )
    assert status == 200
    assert json.loads(body) == {"host": "api.test", "query": {"a": ["1", "2"]}, "body": {"x": 1}}


def test_a_body_in_chunks_is_put_together(client: http.client.HTTPConnection) -> None:
    _, body = _ask(client, "POST", "/echo%20me", body=iter([b'{"x"', b": 1}"]), encode_chunked=True)
    assert json.loads(body)["body"] == {"x": 1}


def test_a_stream_arrives_whole(client: http.client.HTTPConnection) -> None:
    assert _ask(client, "GET", "/stream") == (200, b"data: 1\n\ndata: [DONE]\n\n")


def test_a_connection_is_kept(client: http.client.HTTPConnection) -> None:
    _ask(client, "GET", "/stream")
    socket = client.sock
    _ask(client, "GET", "/stream")
    assert client.sock is socket is not None


def test_what_no_route_takes_is_told_from_a_refusal(
    client: http.client.HTTPConnection, server: Server
) -> None:
    status, body = _ask(client, "GET", "/elsewhere")
    assert (status, json.loads(body)["error"]["code"]) == (404, "unknown_route")
    assert [(one.path, one.known) for one in server.requests] == [("/elsewhere", False)]


def test_a_route_that_fails_is_answered_and_named(client: http.client.HTTPConnection) -> None:
    status, body = _ask(client, "GET", "/fail")
    assert (status, json.loads(body)["error"]["code"]) == (500, "stand_in_failed")


def test_the_record_holds_what_was_asked_for(client: http.client.HTTPConnection, server: Server) -> None:
    body = {
        "model": "m",
        "messages": [{}, {}],
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "top_k": 1,
    }
    _ask(client, "POST", "/echo%20me", body=json.dumps(body))
    kept = server.requests[0]
    assert (kept.parameters, kept.counts, kept.tools) == ({"model": "m"}, {"messages": 2}, ("f",))
    assert kept.keys == ("model", "messages", "tools", "top_k")


def test_a_credential_is_hashed_and_never_kept(client: http.client.HTTPConnection, server: Server) -> None:
    _ask(client, "GET", "/stream", headers={"Authorization": "Bearer s3cret"})
    assert server.requests[0].credentials == {"authorization": hashed("s3cret")}
    assert "s3cret" not in repr(server.requests)


def test_a_closed_server_does_not_answer(server: Server) -> None:
    server.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10).connect()
