"""The small files are what their names say."""

from __future__ import annotations

import io
import json
import re
import zipfile

from provider_conformance.laws import contents, uploaded
from provider_conformance.laws.model import Upload


def test_the_offsets_of_a_pdf_lead_to_its_objects() -> None:
    made = contents.pdf("hello world")
    table = int(made.rpartition(b"startxref\n")[2].split()[0])
    assert made[table:].startswith(b"xref\n")
    offsets = re.findall(rb"^(\d{10}) 00000 n", made[table:], re.MULTILINE)
    assert len(offsets) == 5
    for number, offset in enumerate(offsets, 1):
        assert made[int(offset) :].startswith(b"%d 0 obj" % number)


def test_a_pdf_says_how_long_its_page_is() -> None:
    made = contents.pdf("hello world")
    told = int(re.search(rb"/Length (\d+)", made)[1])  # type: ignore[index]
    assert (
        made.partition(b"stream\n")[2].partition(b"\nendstream")[0] == made.partition(b"stream\n")[2][:told]
    )


def test_a_skill_is_an_archive_that_names_it() -> None:
    with zipfile.ZipFile(io.BytesIO(contents.skill("waver"))) as bundle:
        assert "name: waver" in bundle.read("SKILL.md").decode()


def test_an_archive_is_the_same_every_time() -> None:
    assert contents.skill() == contents.skill()


def test_every_line_of_a_batch_is_a_request_of_its_own() -> None:
    lines = contents.json_lines("/v1/embeddings", [{"input": "a"}, {"input": "b"}]).decode().splitlines()
    assert [json.loads(line)["custom_id"] for line in lines] == ["r0", "r1"]
    assert {json.loads(line)["url"] for line in lines} == {"/v1/embeddings"}


def test_copies_of_an_uploaded_file_have_its_content() -> None:
    first, second = uploaded.id_of("text", "one"), uploaded.id_of("text", "two")
    assert first != second
    assert uploaded.uploaded(first) == uploaded.uploaded(second) == Upload(b"hello world", "hello.txt")


def test_what_nobody_uploaded_is_not_there() -> None:
    assert uploaded.uploaded("file-of-somebody-else") is None
    assert uploaded.uploaded(uploaded.id_of("never")) is None


def test_the_requests_of_a_file_go_to_its_endpoint() -> None:
    found = uploaded.uploaded(uploaded.requests(uploaded.EMBEDDINGS))
    assert found is not None
    assert json.loads(found.data.splitlines()[0])["url"] == uploaded.EMBEDDINGS
