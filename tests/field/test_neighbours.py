"""Made-up providers answer what the protocols of the releases promise, and not merely the smallest of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from provider_conformance.calling.asking import Asked, Path, asked
from provider_conformance.calling.knowing import Knowing
from provider_conformance.contracts.installed import installed_contract, installed_families
from provider_conformance.errors import StackIncompleteError
from provider_conformance.laws.guides import guide_of
from provider_conformance.laws.uploaded import id_of
from provider_conformance.neighbours.handlers import APIS, handlers_of
from provider_conformance.neighbours.heard import Heard, in_classes
from provider_conformance.neighbours.standins import stand_in, times_called
from provider_conformance.protocols.fitting import misfit
from support.field import only

pytestmark = only("stack-ogx150", "stack-ls073")

ANSWERED = [(api, method) for api in APIS for method in handlers_of(api)]


def live(api: str, method: str) -> Any:
    try:
        found = installed_contract(installed_families()[0]).apis.get(api)
    except StackIncompleteError as error:
        pytest.skip(str(error))
    public = found.public.live if found is not None and found.public is not None else None
    if public is None or not hasattr(public, method):
        pytest.skip("this release has no such method")
    return public


def values(one: Asked, api: str) -> dict[Path, Any]:
    file = {slot.path: id_of("text") for slot in one.slots if slot.name == "file_id" and slot.required}
    return Knowing(guide_of(api)).likely(one, file)


async def drained(answer: Any) -> list[Any]:
    return [chunk async for chunk in await answer]


@pytest.mark.parametrize(("api", "method"), ANSWERED)
def test_every_answer_is_of_the_promised_classes(api: str, method: str) -> None:
    protocol = live(api, method)
    one = asked(protocol, method)
    arguments = one.arguments(values(one, api))
    plain = asyncio.run(handlers_of(api)[method](Heard(arguments)))
    promised = one.whole
    made = in_classes(plain, promised)
    assert misfit(made, promised) == ""


@pytest.mark.parametrize(("api", "method"), ANSWERED)
def test_answers_in_pieces_are_too(api: str, method: str) -> None:
    protocol = live(api, method)
    one = asked(protocol, method)
    if (slot := one.streams_on_demand) is None:
        pytest.skip("it does not stream")
    made = stand_in("Made", [protocol], api=api)()
    before = times_called()
    arguments = one.arguments({**values(one, api), slot.path: True})
    chunks = asyncio.run(drained(getattr(made, method)(**arguments)))
    assert len(chunks) > 1
    assert times_called() == before
