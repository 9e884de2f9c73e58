"""Calls are written down so that they can be pasted and run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from pydantic import BaseModel, ConfigDict

from provider_conformance.calling.pasted import Line, Pasting, script


class Kind(StrEnum):
    TEXT = "text"


class Inner(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: Kind = Kind.TEXT
    name: str = ""


class Request(BaseModel):
    inner: Inner
    vector: list[float] = []
    more: dict[str, Any] = {}


@dataclass
class Upload:
    file: BytesIO
    filename: str


@dataclass
class Made:
    id: str
    object: str = "vector_store.file"


def test_only_what_was_given_is_written() -> None:
    pasting = Pasting()
    request = Request(inner=Inner(kind=Kind.TEXT, beside=1), vector=[0.12345])
    text = pasting.call("ask", {"request": request}, positional=True)
    assert text == "provider.ask(Request(inner=Inner(kind='text', beside=1), vector=[0.123]))"
    assert pasting.imports() == [f"from {__name__} import (Inner, Request)"]


def test_arguments_by_name_keep_their_names() -> None:
    assert Pasting().call("ask", {"a": 1, "b": None}, positional=False) == "provider.ask(a=1, b=None)"


def test_a_text_that_repeats_a_word_is_written_short() -> None:
    assert Pasting().code(" ".join(["hello"] * 100)) == "' '.join(['hello'] * 100)"


def test_an_upload_is_written_with_its_bytes() -> None:
    pasting = Pasting()
    assert pasting.code(Upload(BytesIO(b"x"), "a.txt")) == "Upload(BytesIO(b'x'), filename='a.txt')"
    assert "from io import BytesIO" in pasting.imports()


def test_an_identifier_is_taken_from_the_answer_that_gave_it() -> None:
    lines = [
        Line("provider.create()", "create", Made("vs-1")),
        Line("provider.delete(id='vs-1')", "delete", remark="gone"),
    ]
    assert script(lines, ["import x"]) == (
        "import x",
        "file = await provider.create()",
        "await provider.delete(id=file.id)  # gone",
    )


def test_an_identifier_that_the_client_chose_stays() -> None:
    lines = [Line("provider.create(id='a')", "create", Made("a")), Line("provider.get('a')", "get")]
    assert script(lines, []) == ("await provider.create(id='a')", "await provider.get('a')")


def test_a_stream_is_read() -> None:
    assert script([Line("provider.chat()", "chat", stream=True)], []) == (
        "[chunk async for chunk in await provider.chat()]",
    )
