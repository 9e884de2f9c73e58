"""Reading ``multipart/form-data``, byte by byte as it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from provider_conformance.backends.model import Request

_BREAK: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a form.

    Attributes:
        name: Its name.
        content: What was sent, a file or a text.
        filename: The name of the file; "" for a field that is none.
    """

    name: str
    content: bytes
    filename: str = ""

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


def parts(request: Request) -> tuple[Part, ...]:
    """The fields of a form, in their order; none where the body is no such form."""
    boundary = _header(f"content-type: {request.headers.get('content-type', '')}".encode()).get_boundary()
    return tuple(_parts(request.body, boundary)) if boundary else ()


def _parts(body: bytes, boundary: str) -> Iterator[Part]:
    _, *pieces = (_BREAK + body).split(_BREAK + b"--" + boundary.encode())
    for piece in pieces:
        head, blank, content = piece.partition(_BREAK * 2)
        header = _header(head.lstrip())
        name = header.get_param("name", header="content-disposition")
        if blank and isinstance(name, str):
            yield Part(name, content, header.get_filename() or "")


def _header(head: bytes) -> Message:
    return BytesHeaderParser().parsebytes(head + _BREAK * 2)
