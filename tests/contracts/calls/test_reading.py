"""Whether anybody reads what a call on a provider gives, shown on small sources."""

from __future__ import annotations

from textwrap import dedent

import pytest

from provider_conformance.contracts.calls.callsites import read_call_sites
from provider_conformance.contracts.model import StackCall

TABLES = """
from enum import Enum

def tables():
    return {"models": ModelsTable, "shields": ShieldsTable}

async def add(obj, p):
    api = get_impl_api(p)
    if api == Api.inference:
        return await p.register_model(obj)
    elif api == Api.safety:
        return await p.register_shield(obj)

class Table:
    async def register(self, obj):
        p = self.impls_by_provider_id[obj.provider_id]
        {body}

class ModelsTable(Table):
    pass

class ShieldsTable(Table):
    pass
"""


def registering(body: str, further: str = "") -> dict[str, bool]:
    """By API, whether the result of registering is ignored."""
    text = TABLES.replace("{body}", dedent(body).replace("\n", "\n        ")) + dedent(further)
    sites = read_call_sites(
        {"stack/tables.py": text}, routed={"inference": "models", "safety": "shields"}, protocols={}
    )
    return {api: only(sites.calls[api]).ignored for api in ("inference", "safety")}


def only(methods: object) -> StackCall:
    assert isinstance(methods, dict)
    ((call,),) = (calls for name, calls in methods.items() if name.startswith("register_"))
    found: StackCall = call
    return found


@pytest.mark.parametrize(
    "body",
    [
        "await add(obj, p)",
        "added = await add(obj, p)",
        "added = await add(obj, p)\nreturn obj",
    ],
)
def test_what_is_thrown_away_is_ignored(body: str) -> None:
    assert registering(body) == {"inference": True, "safety": True}


@pytest.mark.parametrize(
    "body",
    [
        "return await add(obj, p)",
        "added = await add(obj, p)\nawait self.store.keep(added)",
        "added = await add(obj, p)\nif added:\n    return obj",
        "self.last = await add(obj, p)",
        "await self.store.keep(await add(obj, p))",
        "added = await add(obj, p)\ndef later():\n    return added\nreturn later",
        "await self.store.keep(add)\nawait add(obj, p)",
    ],
)
def test_what_may_be_read_is_not(body: str) -> None:
    assert registering(body) == {"inference": False, "safety": False}


def test_what_is_read_for_one_kind_of_resource_is_ignored_for_the_others() -> None:
    body = """\
    added = await add(obj, p)
    if obj.type == ResourceType.model.value:
        await self.store.keep(added)
        return added
    else:
        await self.store.keep(obj)
        return obj"""
    assert registering(body) == {"inference": False, "safety": True}


def test_a_second_caller_who_reads_it_counts() -> None:
    further = """
    class Other(Table):
        async def again(self, obj):
            return await add(obj, self.impls_by_provider_id[obj.provider_id])
    """
    assert registering("await add(obj, p)", further) == {"inference": False, "safety": False}
