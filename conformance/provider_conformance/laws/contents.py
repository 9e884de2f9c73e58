"""Small real files, made here: text, Markdown, JSON lines, PDF, zip and an image."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final

WORDS: Final = 600
_DAY: Final = (2024, 1, 1, 0, 0, 0)
"""When what is in an archive was made: with the clock's time no two archives would be equal."""
_WITH: Final = b"<< /Font << /F1 5 0 R >> >>"
_FONT: Final = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_PIXEL: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

PNG: Final = base64.b64decode(_PIXEL)
"""An image of one pixel."""
IMAGE: Final = f"data:image/png;base64,{_PIXEL}"
"""The same as a URL."""
LONG: Final = " ".join(f"hello number {n}" for n in range(WORDS))
"""A text that is cut into several chunks."""


def pdf(text: str) -> bytes:
    """A document of one page, with true offsets.

    Args:
        text: What stands on it, in Latin-1 and without parentheses.
    """
    page = b"BT /F1 12 Tf 10 50 Td (" + text.encode("latin-1") + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 99] /Contents 4 0 R /Resources %s >>" % _WITH,
        b"<< /Length %d >>\nstream\n" % len(page) + page + b"\nendstream",
        _FONT,
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, item in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + item + b"\nendobj\n"
    start, count = len(out), len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count + table
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start))


def archive(files: Mapping[str, str]) -> bytes:
    """A zip archive, the same bytes every time.

    Args:
        files: What the files in it say, by their names.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name, _DAY), content)
    return buffer.getvalue()


def json_lines(url: str, bodies: list[dict[str, Any]]) -> bytes:
    """A file of requests as batches take it.

    Args:
        url: The endpoint of them all.
        bodies: What each sends.
    """
    lines = ({"custom_id": f"r{n}", "method": "POST", "url": url, "body": b} for n, b in enumerate(bodies))
    return "\n".join(map(json.dumps, lines)).encode()


def skill(name: str = "greeter") -> bytes:
    """The archive of a skill."""
    head = f"---\nname: {name}\ndescription: Greets whoever says hello\n---\n"
    return archive({"SKILL.md": f"{head}Say hello.\n"})
