"""What a reader of the documents has: a client of its own, and the package of the README's session."""

from __future__ import annotations

import json
import runpy
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_TOOL: Final = Path(__file__).parents[2] / "tools" / "readme_session.py"
write_package: Final[Callable[..., None]] = runpy.run_path(str(_TOOL))["write_package"]


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
