"""A declaration reads as its author writes it, and compiles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol

import pytest

from provider_conformance.contracts.load import load_contract
from provider_conformance.protocols.declaring import annotation_text, declaration
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel, ResultKind


class Order(StrEnum):
    UP = "up"


class Chunk:
    """A class of this module."""


Message = str | bytes | int
Marked = Annotated[Message, "a mark"]
NAMES = {"Message": Message, "Marked": Marked, "_Hidden": str | bytes}


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (Chunk, "Chunk"),
        (None, "None"),
        (list[Chunk] | None, "list[Chunk] | None"),
        (dict[str, Any], "dict[str, Any]"),
        (Literal["a", 1], "Literal['a', 1]"),
        (Chunk | AsyncIterator[Chunk], "Chunk | AsyncIterator[Chunk]"),
        (Annotated[Chunk, "a body"], "Chunk"),
        (Message, "Message"),
        (list[Message], "list[Message]"),
        (Message | None, "Message | None"),
        (str | bytes, "str | bytes"),
        ("some.module.Chunk | typing.Annotated[a.B, Body(...)]", "Chunk | B"),
        ("not a type", "not a type"),
    ],
)
def test_types_go_by_their_names(annotation: Any, text: str) -> None:
    assert annotation_text(annotation, NAMES) == text


class Searching(Protocol):
    async def search(
        self,
        words: list[Chunk],
        /,
        limit: int = 3,
        *,
        order: Order = Order.UP,
        deep: object = NAMES,
        **more: Any,
    ) -> list[Chunk]: ...


def test_a_declaration_has_types_defaults_and_kinds() -> None:
    protocol = read_protocol(Searching)
    assert declaration(protocol.methods["search"], protocol) == (
        "async def search(self, words: list[Chunk], /, limit: int = 3, *, order: Order = Order.UP, "
        "deep: object = ..., **more: Any) -> list[Chunk]"
    )


def test_a_long_result_whose_name_is_not_known_is_left_out() -> None:
    method = ProtocolMethod("all", read_protocol(Searching).methods["search"].signature, ResultKind.AWAITABLE)
    model = ProtocolModel("P", "m", {})
    union = " | ".join(f"a.b.Number{i}" for i in range(30))
    long = declaration(ProtocolMethod("all", method.signature, method.result, returns=union), model)
    assert long == "async def all(self, words, /, limit=3, *, order=Order.UP, deep=..., **more)"


@pytest.mark.parametrize("stack", ["builtin", "llama-stack==0.2.12", "ogx==1.5.0"])
def test_every_declaration_of_a_stack_can_be_pasted(stack: str) -> None:
    for api in load_contract(stack).apis.values():
        for protocol in filter(None, (api.public, api.private)):
            for method in protocol.methods.values():
                compile(f"class X:\n    {declaration(method, protocol)}: ...", "pasted", "exec")
