"""Each search engine answers in its own form, and quotes what it was asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provider_conformance.backends.model import Request
from provider_conformance.backends.search import HOSTS, searching

ASKED = {
    "api.search.brave.com": ("GET", "/res/v1/web/search", "q"),
    "api.bing.microsoft.com": ("GET", "/v7.0/search", "q"),
    "api.tavily.com": ("POST", "/search", "query"),
    "api.exa.ai": ("POST", "/search", "query"),
    "sdk.nimbleway.com": ("POST", "/v1/search", "query"),
    "api.serply.io": ("GET", "/v1/search", "q"),
    "api.wolframalpha.com": ("GET", "/v2/query", "input"),
}


def request(host: str, **asked: str) -> Request:
    method, path, _ = ASKED[host]
    if method == "POST":
        return Request(method, host, path, body=json.dumps(asked).encode())
    return Request(method, host, path, {name: (value,) for name, value in asked.items()})


def searched(host: str, query: str) -> Any:
    answer = searching(request(host, **{ASKED[host][2]: query}))
    assert answer is not None
    assert answer.status == 200
    return json.loads(answer.body)


@pytest.mark.parametrize("host", HOSTS)
def test_the_query_is_answered(host: str) -> None:
    assert "red foxes" in json.dumps(searched(host, "red foxes"))


@pytest.mark.parametrize("host", HOSTS)
def test_a_search_for_nothing_is_refused(host: str) -> None:
    answer = searching(request(host, other="red foxes"))
    assert answer is not None
    assert answer.status == 400


@pytest.mark.parametrize("host", ["api.tavily.com", "api.exa.ai", "sdk.nimbleway.com"])
@pytest.mark.parametrize("body", [b"", b"[]", b'{"query": 1}', b"\xff"])
def test_a_body_that_is_no_query_is_refused(host: str, body: bytes) -> None:
    method, path, _ = ASKED[host]
    answer = searching(Request(method, host, path, body=body))
    assert answer is not None
    assert answer.status == 400


def test_what_is_mixed_leads_to_the_results() -> None:
    answer = searched("api.search.brave.com", "foxes")
    shown = [answer[one["type"]]["results"][one["index"]]["url"] for one in answer["mixed"]["main"]]
    assert shown == ["https://example.com/1", "https://example.com/2"]


def test_another_path_or_method_is_not_its_own() -> None:
    assert searching(Request("GET", "api.tavily.com", "/search")) is None
    assert searching(Request("POST", "api.tavily.com", "/extract")) is None
    assert searching(Request("POST", "127.0.0.1", "/search", body=b'{"query": "foxes"}')) is None
