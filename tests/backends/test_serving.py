"""The stand-in in tests of authors."""

from __future__ import annotations

import sys
import urllib.request

import httpx
import pytest

from provider_conformance.backends import serving
from provider_conformance.package.backends import missing_backend
from support.reader import MyClient


def test_two_servers_at_once_know_nothing_of_each_other() -> None:
    with serving() as one, serving() as other:
        MyClient(f"{one.url}/v1", "k").chat("tiny-chat", "hello")
        assert (len(one.requests), len(other.requests)) == (1, 0)


def test_hosts_with_a_fixed_name_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trustme", reason="the extra `backends` is not installed")
    with serving() as backend:
        for name, value in backend.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(urllib.request, "_opener", None)  # it has looked for proxies when it was made
        assert MyClient("https://api.openai.com/v1", "k").chat("tiny-chat", "hello")
        with pytest.raises(OSError, match="the stand-in does not answer CONNECT nobody"):
            MyClient("https://nobody.example/v1", "k").chat("tiny-chat", "hello")
        assert [one.host for one in backend.requests] == ["api.openai.com"]
        assert backend.refused == ("nobody.example",)


def test_without_the_extra_there_is_a_server_and_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with serving() as backend:
        assert (backend.variables, backend.refused) == ({}, ())
        assert MyClient(f"{backend.url}/v1", "k").chat("tiny-chat", "hello")


def test_a_host_that_nobody_stands_in_for_is_a_missing_back_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trustme", reason="the extra `backends` is not installed")
    with serving() as backend:
        for name, value in backend.variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(httpx.ProxyError) as raised:
            httpx.get("https://nobody.example/v1/models")
    assert missing_backend(raised.value) == "the stand-in does not answer CONNECT nobody.example"


def test_a_model_that_it_is_set_up_for_is_listed_and_does_what_is_asked() -> None:
    with serving() as backend:
        backend.serve(["mine"])
        assert MyClient(f"{backend.url}/v1", "k").chat("mine", "hello")
        listed = httpx.get(f"{backend.url}/v1/models").json()["data"]
    assert [one["id"] for one in listed] == ["tiny-chat", "tiny-embed", "tiny-rerank", "mine"]
