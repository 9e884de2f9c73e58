"""The samples of the guides are valid requests of the releases that they are for."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.calling.asking import Asked, asked
from provider_conformance.calling.knowing import Knowing, asking_for_one
from provider_conformance.contracts.installed import installed_contract, installed_families
from provider_conformance.errors import StackIncompleteError
from provider_conformance.laws.guides import GUIDES
from provider_conformance.laws.model import Guide, Way
from support.field import only

pytestmark = only("stack-ogx150", "stack-ls073")


def ways() -> list[tuple[Guide, Way]]:
    return [(guide, way) for guide in GUIDES.values() for way in guide.ways]


def method(guide: Guide, way: Way) -> Asked:
    try:
        api = installed_contract(installed_families()[0]).apis.get(guide.api)
    except StackIncompleteError as error:
        pytest.skip(str(error))
    live: Any = api.public.live if api is not None and api.public is not None else None
    if live is None or not hasattr(live, way.method):
        pytest.skip("this release has no such method")
    return asked(live, way.method)


@pytest.mark.parametrize(("guide", "way"), ways(), ids=lambda one: getattr(one, "method", ""))
def test_every_call_of_a_guide_can_be_made(guide: Guide, way: Way) -> None:
    one, knowing = method(guide, way), Knowing(guide)
    knowing.known |= {making.name: "1" for making in guide.makes}
    usual = knowing.likely(one, {slot.path: "1" for slot in asking_for_one(one, way)})
    one.arguments(usual)
    calls = list(knowing.others(one, usual))
    assert len(calls) == len(way.others)
    for values in calls:
        one.arguments(values)
