"""The stand-in in tests of authors: the example of the documentation, as it stands there."""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest

from provider_conformance.backends import serving
from provider_conformance.package.backends import missing_backend

PAGE = Path(__file__).parents[2] / "docs" / "backends.md"


class MyClient:
    """What an author's own client may look like."""

    def __init__(self, url: str, api_key: str) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {api_key}"}

    def chat(self, model: str, text: str) -> str:
        body = {"model": model, "messages": [{"role": "user", "content": text}]}
        request = urllib.request.Request(  # noqa: S310 - the scheme is the stand-in's
            f"{self._url}/chat/completions", json.dumps(body).encode(), self._headers
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            told: dict[str, Any] = json.load(answer)
        return str(told["choices"][0]["message"]["content"])


EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=re.findall(r"def (test_\w+)", "".join(EXAMPLES)))
def test_an_example_of_the_documentation_runs(example: str) -> None:
    names: dict[str, Any] = {"MyClient": MyClient}
    exec(example, names)  # noqa: S102 - it is the project's own documentation
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test()


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
