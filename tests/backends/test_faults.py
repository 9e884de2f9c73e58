"""A fault spoils the answers for as long as it is switched on, each in its own way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from provider_conformance.backends.catalogue import CHAT
from provider_conformance.backends.discovery import discovering
from provider_conformance.backends.faults import Fault, Faults, spoilt
from provider_conformance.backends.model import Answer, Request
from provider_conformance.backends.openai_form import openai_form
from provider_conformance.backends.server import Server
from provider_conformance.backends.vertex import vertex_form

QUESTION = {"model": CHAT, "messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture
def faults() -> Faults:
    return Faults(delay=0.4)


@pytest.fixture
def server(faults: Faults) -> Iterator[Server]:
    with Server([openai_form], faults) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=10) as made:
        yield made


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502])
def test_a_refusal_has_its_status(client: httpx.Client, faults: Faults, status: int) -> None:
    with faults.during(str(status)):
        assert client.get("/v1/models").status_code == status
    assert client.get("/v1/models").status_code == 200


def test_a_rate_limit_says_when_to_come_back(client: httpx.Client, faults: Faults) -> None:
    with faults.during(Fault.RATE_LIMITED):
        assert client.get("/v1/models").headers["retry-after"] == "1"


def test_a_bad_gateway_answers_no_json(client: httpx.Client, faults: Faults) -> None:
    with faults.during(Fault.BAD_GATEWAY), pytest.raises(json.JSONDecodeError):
        client.get("/v1/models").json()


def test_a_fault_can_be_over_after_some_answers(client: httpx.Client, faults: Faults) -> None:
    faults.switch(Fault.INTERNAL, times=2)
    assert [client.get("/v1/models").status_code for _ in range(3)] == [500, 500, 200]


def test_who_does_not_wait_for_a_slow_answer_has_none(client: httpx.Client, faults: Faults) -> None:
    with faults.during(Fault.SLOW), pytest.raises(httpx.ReadTimeout):
        client.get("/v1/models", timeout=0.1)


def test_a_slow_answer_is_right(client: httpx.Client, faults: Faults) -> None:
    with faults.during(Fault.SLOW):
        assert client.get("/v1/models").json()["data"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_cut_off_breaks_the_connection(
    client: httpx.Client, faults: Faults, stream: bool
) -> None:
    with faults.during(Fault.CUT), pytest.raises(httpx.RemoteProtocolError):
        client.post("/v1/chat/completions", json={**QUESTION, "stream": stream})


def test_a_stream_that_is_cut_off_has_begun(client: httpx.Client, faults: Faults) -> None:
    seen = bytearray()
    question = {**QUESTION, "stream": True}
    with (
        faults.during(Fault.CUT),
        client.stream("POST", "/v1/chat/completions", json=question) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        for piece in answer.iter_raw():
            seen += piece
    assert seen.startswith(b"data: {")


def test_nonsense_comes_after_the_first_event(client: httpx.Client, faults: Faults) -> None:
    with faults.during(Fault.MALFORMED):
        text = client.post("/v1/chat/completions", json={**QUESTION, "stream": True}).text
    first, second, *_ = [line.removeprefix("data: ") for line in text.splitlines() if line]
    assert json.loads(first)["choices"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(second)


def test_an_answer_that_is_sent_whole_is_no_json(client: httpx.Client, faults: Faults) -> None:
    with faults.during(Fault.MALFORMED), pytest.raises(json.JSONDecodeError):
        client.get("/v1/models").json()


def test_without_models_all_else_is_as_ever(client: httpx.Client, faults: Faults) -> None:
    right = client.post("/v1/chat/completions", json=QUESTION).json()
    with faults.during(Fault.NO_MODELS):
        assert client.get("/v1/models").json() == {"object": "list", "data": []}
        assert client.post("/v1/chat/completions", json=QUESTION).json() == right


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("api.together.xyz", "/v1/models"),
        ("127.0.0.1", "/ml/v1/foundation_model_specs"),
        ("127.0.0.1", "/api/2.0/serving-endpoints"),
        ("generativeai.us-ashburn-1.oci.oraclecloud.com", "/20231130/models"),
        ("bedrock.us-east-2.amazonaws.com", "/foundation-models"),
        ("aiplatform.googleapis.com", "/v1beta1/publishers/google/models"),
    ],
)
def test_each_form_of_a_listing_can_be_empty(host: str, path: str) -> None:
    request = Request("GET", host, path)
    right = discovering(request) or vertex_form(request)
    assert right is not None
    assert "tiny-chat" in right.body.decode()
    assert "tiny-chat" not in spoilt(Fault.NO_MODELS, right, delay=0).body.decode()


@pytest.mark.parametrize("body", [b"", b"text", b"[]", b"[1]", b"3", b'{"data": [{"id": "file-1"}]}'])
def test_what_lists_no_models_is_left_alone(body: bytes) -> None:
    assert spoilt(Fault.NO_MODELS, Answer(200, body), delay=0).body == body


def test_a_fault_is_recorded(client: httpx.Client, server: Server, faults: Faults) -> None:
    client.get("/v1/models")
    with faults.during(Fault.INTERNAL):
        client.get("/v1/models")
    assert [(one.status, one.fault) for one in server.requests] == [(200, ""), (500, "500")]


def test_there_is_no_other_fault(faults: Faults) -> None:
    with pytest.raises(ValueError, match="418"):
        faults.switch("418")


def test_two_servers_have_two_switches(client: httpx.Client) -> None:
    other = Faults()
    with Server([openai_form], other) as second, other.during(Fault.INTERNAL):
        assert client.get("/v1/models").status_code == 200
        assert httpx.get(f"{second.url}/v1/models", trust_env=False).status_code == 500
