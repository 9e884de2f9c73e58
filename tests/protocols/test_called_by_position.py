"""Methods of a public protocol that the stack calls by position: others may use the names."""

from __future__ import annotations

from typing import Protocol

import pytest

from provider_conformance.findings import Severity
from provider_conformance.protocols.calls import Callers
from provider_conformance.protocols.compare import PRIVATE, PUBLIC, Family, compare_member
from provider_conformance.protocols.live import View
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import Calls


class Files(Protocol):
    async def delete(self, request: str) -> str: ...


class Renamed:
    async def delete(self, params: str) -> str:
        return params


class Nameless:
    async def delete(self, request: str, /) -> str:
        return request


class Same:
    async def delete(self, request: str, dry: bool = False) -> str:
        return request


class Anything:
    async def delete(self, *arguments: str, **more: str) -> str:
        return str((arguments, more))


def _told(cls: type, family: Family) -> list[tuple[str, Severity, str]]:
    compared = compare_member(View(cls), "delete", read_protocol(Files), Callers(Calls.POSITIONAL), family)
    return [(found.code, found.severity, found.message) for found in compared.findings]


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Renamed, "in `delete` `request` is called `params`"),
        (Nameless, "`delete` takes `request` by position only"),
    ],
)
def test_a_single_parameter_without_its_name_is_a_warning(cls: type, message: str) -> None:
    assert _told(cls, PUBLIC) == [("PC204", Severity.WARNING, message)]


@pytest.mark.parametrize("cls", [Same, Anything])
def test_who_takes_the_argument_both_ways_is_left_alone(cls: type) -> None:
    assert _told(cls, PUBLIC) == []


def test_nobody_calls_a_registry_protocol_by_keyword() -> None:
    assert _told(Nameless, PRIVATE) == []
