"""Time the built-in stack: concurrent start-up against its longest chain, and look-ups in a routing table.

python benchmarks/stack.py [--repeat 7]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from provider_conformance.neighbours.standins import stand_in
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.registry import ProviderRegistry
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.routing_tables import ModelsRoutingTable
from provider_conformance.stack.run_config import StackRunConfig, parse_run_config
from provider_conformance.stack.specs import (
    Api,
    InlineProviderSpec,
    additional_protocols_map,
    api_protocol_map,
)
from provider_conformance.stack.store import InMemoryStore

WAIT = 0.05
LEVELS = (Api.telemetry, Api.memory, Api.inference, Api.safety, Api.agents)
PER_LEVEL = 4
OBJECTS, LOOKUPS = 1_000, 10_000
START_LIMIT, LOOKUP_LIMIT = 1.3, 5.0


class Config(BaseModel):
    """Nothing to set."""


async def nothing(*_arguments: Any, **_keywords: Any) -> list[Any]:
    """What every method answers."""
    return []


def stack_of_levels() -> tuple[StackRunConfig, ProviderRegistry]:
    """Twenty providers on five levels; each waits, and each level needs the one below."""
    specs = []
    for level, api in enumerate(LEVELS):
        specs.append(waiting_provider(api, [LEVELS[level - 1]] if level else []))
    providers = {
        api.value: [{"provider_id": f"p{i}", "provider_type": "waiting"} for i in range(PER_LEVEL)]
        for api in LEVELS
    }
    return parse_run_config({"providers": providers}, {}), ProviderRegistry.of(specs)


def waiting_provider(api: Api, needs: list[Api]) -> InlineProviderSpec:
    """A provider type whose factory waits."""
    protocols = [api_protocol_map()[api], *filter(None, [additional_protocols_map().get(api)])]
    made = stand_in(f"Waiting{api.value.title()}", protocols, nothing)

    async def get_provider_impl(_config: Any, _deps: Mapping[Api, Any]) -> Any:
        await asyncio.sleep(WAIT)
        return made()

    name = f"_waiting_{api.value}"
    sys.modules[name] = module = ModuleType(name)
    vars(module).update(get_provider_impl=get_provider_impl, Config=Config)
    return InlineProviderSpec(
        api=api,
        provider_type="waiting",
        module=name,
        config_class=f"{name}.Config",
        api_dependencies=needs,
    )


def start_seconds(*, concurrent: bool) -> float:
    """How long the stack takes to start."""
    config, registry = stack_of_levels()

    async def start() -> float:
        begin = time.perf_counter()
        stack = await resolve(config, registry, concurrent=concurrent)
        seconds = time.perf_counter() - begin
        await stack.shutdown()
        return seconds

    return asyncio.run(start())


def lookups() -> tuple[float, float]:
    """Seconds for the look-ups in a routing table, and for as many in a plain dict."""
    models = [ModelDef(identifier=f"model-{i}", llama_model="core") for i in range(OBJECTS)]

    class Serving:
        async def list_models(self) -> list[ModelDef]:
            return models

    table = ModelsRoutingTable({"p": Serving()}, InMemoryStore())
    asyncio.run(table.initialize())
    names = [f"model-{i % OBJECTS}" for i in range(LOOKUPS)]
    plain = dict.fromkeys(names, "p")
    return seconds_of(table.get_provider_impl, names), seconds_of(plain.__getitem__, names)


def seconds_of(look_up: Callable[[str], Any], names: list[str]) -> float:
    """How long it takes to look all names up."""
    begin = time.perf_counter()
    for name in names:
        look_up(name)
    return time.perf_counter() - begin


def main() -> int:
    """Print the figures; 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7)
    repeat = parser.parse_args().repeat
    start_seconds(concurrent=True)
    chain = WAIT * len(LEVELS)
    started = statistics.median(start_seconds(concurrent=True) for _ in range(repeat))
    in_turn = start_seconds(concurrent=False)
    print(
        f"start-up: {started * 1e3:.0f} ms, {started / chain:.2f} x the longest chain "
        f"of {chain * 1e3:.0f} ms; one after the other {in_turn * 1e3:.0f} ms"
    )
    pairs = [lookups() for _ in range(repeat)]
    ours, plain = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(
        f"{LOOKUPS:,} look-ups among {OBJECTS:,} objects: {ours * 1e3:.1f} ms, "
        f"{ours / plain:.1f} x those in a plain dict"
    )
    return 0 if started <= START_LIMIT * chain and ours <= LOOKUP_LIMIT * plain else 1


if __name__ == "__main__":
    sys.exit(main())
