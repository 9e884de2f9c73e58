"""Files: upload, look, read, delete."""

from __future__ import annotations

from provider_conformance.laws import contents
from provider_conformance.laws.model import Guide, Making, Upload, Way, text

_OTHERS = (
    {"file": Upload(b"hello \x00\xff\n", "a.bin")},
    {"file": Upload(b"", "empty.txt")},
    {"file": Upload(contents.LONG.encode(), "long.txt")},
    {"file": Upload(contents.pdf("hello world"), "hello.pdf")},
    {"file": Upload(contents.PNG, "pixel.png")},
    {"expires_after": {"anchor": "created_at", "seconds": 3600}},
)

GUIDE = Guide(
    "files",
    ways=(
        Way(
            "openai_upload_file",
            {"purpose": "assistants", "file": lambda s: Upload(text(s).encode(), "hello.txt")},
            _OTHERS,
        ),
        Way("openai_list_files", others=({"limit": 1}, {"order": "asc"}, {"purpose": "assistants"})),
        Way("openai_retrieve_file"),
        Way("openai_retrieve_file_content"),
        Way("openai_delete_file", uses_up=("file_id",)),
    ),
    makes=(Making("file_id", "openai_upload_file"),),
    listings=("openai_list_files",),
)
