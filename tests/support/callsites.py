"""Small sources of a stack, and the calls on providers that are read off them."""

from __future__ import annotations

from textwrap import dedent, indent

from provider_conformance.contracts.calls.callsites import CallSites, read_call_sites
from provider_conformance.contracts.model import StackCall

ROUTED = {"inference": "models", "safety": "shields"}
PLAIN = {"Files": "files"}
TABLES = """
def tables():
    return {"models": ModelsTable, "shields": ShieldsTable}

def routers():
    return {"inference": InferenceRouter}
"""


def sites(source: str, **others: str) -> CallSites:
    texts = {
        "stack/routing.py": TABLES + dedent(source),
        **{f"stack/{k}.py": dedent(v) for k, v in others.items()},
    }
    return read_call_sites(texts, routed=ROUTED, protocols=PLAIN)


def in_router(body: str, arguments: str = "self, x") -> StackCall:
    """The only call that a router's method makes."""
    text = "class InferenceRouter:\n    async def go(" + arguments + "):\n" + indent(dedent(body), " " * 8)
    methods = sites(text).calls["inference"]
    ((call,),) = methods.values()
    return call


LOOKUP = "provider = await self.routing_table.get_provider_impl(x)\n"
