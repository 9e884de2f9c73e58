"""File processors: a file, uploaded or by its identifier, becomes chunks."""

from __future__ import annotations

from provider_conformance.laws import contents
from provider_conformance.laws.model import Guide, Upload, Way
from provider_conformance.laws.uploaded import id_of

_SMALL = {"type": "static", "static": {"max_chunk_size_tokens": 400, "chunk_overlap_tokens": 100}}
_LONG = Upload(contents.LONG.encode(), "long.txt")
_PDF = Upload(contents.pdf("hello world"), "hello.pdf")

GUIDE = Guide(
    "file_processors",
    ways=(
        Way(
            "process_file",
            {"file": lambda s: Upload(s.text.encode(), "hello.txt")},
            (
                {"file": _PDF},
                {"file": Upload(b"# hello\n\nworld\n", "hello.md")},
                {"file": None, "file_id": id_of("text")},
                {"file": None, "file_id": id_of("pdf")},
                {"file": _LONG, "chunking_strategy": {"type": "auto"}},
                {"file": _LONG, "chunking_strategy": _SMALL},
            ),
        ),
    ),
)
