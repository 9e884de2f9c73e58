"""The files that a made-up `files` has from the start, for providers that read them from there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.laws import contents
from provider_conformance.laws.model import TEXT, Upload

_PREFIX: Final = "file-conformance-"
_MODEL: Final = "conformance"
_MESSAGES: Final = [{"role": "user", "content": TEXT}]
CHAT: Final = "/v1/chat/completions"
COMPLETIONS: Final = "/v1/completions"
EMBEDDINGS: Final = "/v1/embeddings"
_BODIES: Final[Mapping[str, dict[str, Any]]] = {
    CHAT: {"model": _MODEL, "messages": _MESSAGES},
    COMPLETIONS: {"model": _MODEL, "prompt": TEXT},
    EMBEDDINGS: {"model": _MODEL, "input": TEXT},
}
_FILES: Final[Mapping[str, Upload]] = {
    "text": Upload(TEXT.encode(), "hello.txt"),
    "long": Upload(contents.LONG.encode(), "long.txt"),
    "pdf": Upload(contents.pdf(TEXT), "hello.pdf"),
    "image": Upload(contents.PNG, "pixel.png"),
    **{
        url.rpartition("/")[2]: Upload(contents.json_lines(url, [body] * 3), "requests.jsonl")
        for url, body in _BODIES.items()
    },
}


def id_of(kind: str, copy: str = "") -> str:
    """The identifier of an uploaded file.

    Args:
        kind: "text", "long", "pdf", "image", or the last part of an endpoint's path for requests to it.
        copy: Tells apart files that have the same content.
    """
    return f"{_PREFIX}{kind}{f'-{copy}' if copy else ''}"


def requests(url: str) -> str:
    """The identifier of a file with requests to an endpoint."""
    return id_of(url.rpartition("/")[2])


def uploaded(identifier: str) -> Upload | None:
    """The file of an identifier, None where nobody has uploaded it."""
    kind = re.match(rf"{_PREFIX}([a-z]+)", identifier)
    return _FILES.get(kind[1]) if kind else None
