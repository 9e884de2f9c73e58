"""The stand-in in tests of authors: the example of the documentation, as it stands there."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

from provider_conformance.backends import serving

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


def test_the_example_of_the_documentation_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"MyClient": MyClient}
    exec(example, names)  # noqa: S102 - it is the project's own documentation
    names["test_my_provider_asks_for_the_model_that_it_lists"]()


def test_two_servers_at_once_know_nothing_of_each_other() -> None:
    with serving() as one, serving() as other:
        MyClient(f"{one.url}/v1", "k").chat("tiny-chat", "hello")
        assert (len(one.requests), len(other.requests)) == (1, 0)
