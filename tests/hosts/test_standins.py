"""Implementations that are made up from a protocol keep it."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import pytest

from provider_conformance.hosts.generated import nothing
from provider_conformance.hosts.standins import stand_in
from provider_conformance.protocols.compare import check_protocol
from provider_conformance.stack.specs import additional_protocols_map, api_protocol_map


class Odd(Protocol):
    async def only_positional(self, a: int, /, b: int = 1) -> list[int]: ...

    async def only_keyword(self, *, a: int, b: int = 2) -> list[int]: ...

    async def any_number(self, *a: int, b: int = 3, **c: int) -> list[int]: ...

    def plain(self, a: int = 4) -> Any: ...


@pytest.mark.parametrize("protocol", [*api_protocol_map().values(), *additional_protocols_map().values()])
def test_the_built_in_protocols_are_kept(protocol: type) -> None:
    assert check_protocol(stand_in("Made", [protocol], nothing), protocol) == []


def test_odd_parameters_are_kept() -> None:
    assert check_protocol(stand_in("Made", [Odd], nothing), Odd) == []


def test_every_method_answers() -> None:
    made = stand_in("Made", [Odd], nothing)()
    assert asyncio.run(made.only_keyword(a=1)) == []
    assert asyncio.run(made.any_number(1, 2, c=3)) == []
