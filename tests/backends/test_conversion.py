"""A text comes back as the text that it is; whoever polls finds what was converted."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from provider_conformance.backends.conversion import Conversions, partitioning
from provider_conformance.backends.model import Answer, Request

TEXT = b"A red fox.\n\nA grey wolf."


def form(path: str, content: bytes = TEXT, **fields: str) -> Request:
    pieces = [
        b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n' + content,
        *(f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}'.encode() for k, v in fields.items()),
    ]
    body = b"".join(b"--b\r\n" + piece + b"\r\n" for piece in pieces) + b"--b--\r\n"
    return Request("POST", "h", path, {}, {"content-type": "multipart/form-data; boundary=b"}, body)


def answered(answer: Answer | None) -> Answer:
    assert answer is not None
    return answer


def test_a_document_is_converted_at_once() -> None:
    document = json.loads(answered(Conversions()(form("/v1/convert/file"))).body)["document"]
    assert document["md_content"] == TEXT.decode()
    assert [text["text"] for text in document["json_content"]["texts"]] == ["A red fox.", "A grey wolf."]


def test_chunks_come_in_an_archive() -> None:
    answer = answered(Conversions()(form("/v1/convert/file", to_formats="chunks", target_type="zip")))
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        lines = archive.read("a.txt.chunks.jsonl").splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["A red fox.", "A grey wolf."]


def test_what_was_begun_is_found_by_its_name() -> None:
    converting = Conversions()
    begun = json.loads(answered(converting(form("/v1/convert/file/async"))).body)
    polled = converting(Request("GET", "h", f"/v1/status/poll/{begun['task_id']}"))
    result = converting(Request("GET", "h", f"/v1/result/{begun['task_id']}"))
    assert json.loads(answered(polled).body)["task_status"] == "success"
    assert json.loads(answered(result).body)["document"]["md_content"] == TEXT.decode()


@pytest.mark.parametrize("path", ["/v1/status/poll/none", "/v1/result/none"])
def test_what_was_not_begun_is_not_found(path: str) -> None:
    assert answered(Conversions()(Request("GET", "h", path))).status == 404


def test_a_document_is_parted_into_elements() -> None:
    elements = json.loads(answered(partitioning(form("/general/v0/general"))).body)
    assert [element["text"] for element in elements] == ["A red fox.", "A grey wolf."]
    assert len({element["element_id"] for element in elements}) == 2


@pytest.mark.parametrize("content", [b"%PDF-1.4\n...", b"\x89PNG\r\n", b"PK\0\0", b""])
def test_what_is_no_text_is_told_of(content: bytes) -> None:
    (element,) = json.loads(answered(partitioning(form("/general/v0/general", content))).body)
    assert element["text"] == f"a.txt, {len(content)} bytes"


@pytest.mark.parametrize("path", ["/v1/convert/file", "/v1/convert/file/async", "/general/v0/general"])
def test_a_call_without_a_file_is_refused(path: str) -> None:
    bare = Request("POST", "h", path)
    assert answered(Conversions()(bare) or partitioning(bare)).status == 422


def test_a_link_to_a_document_is_refused_in_words_that_the_client_knows() -> None:
    answer = answered(Conversions()(form("/v1/convert/file/async", target_type="presigned_url")))
    assert answer.status == 400
    assert "artifact storage to be configured" in json.loads(answer.body)["detail"]
