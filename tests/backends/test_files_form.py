"""Files that were uploaded come back byte by byte, page by page, until they are deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provider_conformance.backends.files_form import Files
from provider_conformance.backends.model import Answer, Request
from provider_conformance.backends.multipart import parts

HARD = b"\r\n--bound\n\x00\xff--\r\n\r\n"
"""Bytes that look like the end of a part, and are none."""


def form(content: bytes, *, purpose: str | None = "assistants", filename: str = "a.txt") -> Request:
    head = f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: text/plain'
    pieces = [head.encode() + b"\r\n\r\n" + content]
    if purpose is not None:
        pieces.append(b'Content-Disposition: form-data; name="purpose"\r\n\r\n' + purpose.encode())
    body = b"".join(b"--boundary-1\r\n" + piece + b"\r\n" for piece in pieces) + b"--boundary-1--\r\n"
    return Request(
        "POST",
        "api.openai.com",
        "/v1/files",
        {},
        {"content-type": "multipart/form-data; boundary=boundary-1"},
        body,
    )


def asked(files: Files, method: str, path: str, **query: str) -> Answer:
    answer = files(Request(method, "api.openai.com", path, {name: (v,) for name, v in query.items()}))
    assert answer is not None
    return answer


def uploaded(files: Files, content: bytes = b"text", **options: Any) -> Any:
    answer = files(form(content, **options))
    assert answer is not None
    return json.loads(answer.body)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.mark.parametrize("content", [b"text", b"", HARD, b"\r\n", bytes(range(256)), b"From: x\r\n\r\nmail"])
def test_bytes_come_back_as_they_were(files: Files, content: bytes) -> None:
    name = uploaded(files, content)["id"]
    assert asked(files, "GET", f"/v1/files/{name}/content").body == content


def test_a_file_is_told_of(files: Files) -> None:
    told = uploaded(files, b"12345", purpose="batch", filename="lines.jsonl")
    assert (told["bytes"], told["purpose"], told["filename"], told["object"]) == (
        5,
        "batch",
        "lines.jsonl",
        "file",
    )
    assert json.loads(asked(files, "GET", f"/v1/files/{told['id']}").body) == told


def test_what_is_deleted_is_gone(files: Files) -> None:
    name = uploaded(files)["id"]
    assert json.loads(asked(files, "DELETE", f"/v1/files/{name}").body)["deleted"] is True
    gone = [asked(files, method, f"/v1/files/{name}{rest}").status for method, rest in (
        ("GET", ""), ("GET", "/content"), ("DELETE", ""),
    )]  # fmt: skip
    assert gone == [404, 404, 404]


def test_pages_go_through_everything_once(files: Files) -> None:
    names = [uploaded(files)["id"] for _ in range(5)]
    seen, query = [], {"order": "asc", "limit": "2"}
    while True:
        page = json.loads(asked(files, "GET", "/v1/files", **query).body)
        seen += [file["id"] for file in page["data"]]
        if not page["has_more"]:
            break
        query["after"] = page["last_id"]
    assert seen == names


def test_the_newest_is_listed_first(files: Files) -> None:
    names = [uploaded(files)["id"] for _ in range(3)]
    page = json.loads(asked(files, "GET", "/v1/files").body)
    assert [file["id"] for file in page["data"]] == names[::-1]


def test_files_are_listed_by_purpose(files: Files) -> None:
    uploaded(files, purpose="batch")
    other = uploaded(files, purpose="vision")
    assert json.loads(asked(files, "GET", "/v1/files", purpose="vision").body)["data"] == [other]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "10001"])
def test_a_limit_that_is_none_is_refused(files: Files, limit: str) -> None:
    assert asked(files, "GET", "/v1/files", limit=limit).status == 400


def test_a_form_without_a_purpose_is_refused(files: Files) -> None:
    answer = files(form(b"text", purpose=None))
    assert answer is not None
    assert (answer.status, json.loads(answer.body)["error"]["param"]) == (400, "purpose")


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/vector_stores/vs-1/files/file-1/content/more", "/v1/profiles"]
)
def test_another_path_is_not_its_own(files: Files, path: str) -> None:
    assert files(Request("GET", "api.openai.com", path)) is None


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_what_is_no_form_has_no_parts(kind: str) -> None:
    assert parts(Request("POST", "h", "/", {}, {"content-type": kind}, b"--\r\n\r\n--")) == ()
