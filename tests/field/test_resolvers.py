"""The resolvers of real stacks on the cases that the built-in one is tested with: what they get wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.hosts.installed import InstalledHost, installed_host
from provider_conformance.stack.graph import topological_order
from support.field import only
from support.resolver_cases import CASES, DEVIATIONS, passed_through

SEED = only("stack-ls0042")
OGX = only("stack-ogx150")
CHAIN = 1000


@pytest.fixture(scope="module")
def host() -> InstalledHost:
    return installed_host()


def providers(graph: dict[str, list[str]]) -> dict[str, list[Any]]:
    """A graph in the shape that the stacks' own sorts take."""
    return {name: [SimpleNamespace(spec=SimpleNamespace(deps__=needs))] for name, needs in graph.items()}


def seed() -> Any:
    return import_module("llama_stack.distribution.resolver")


@SEED
@pytest.mark.parametrize("name", CASES)
def test_the_seed_fails_with_a_bare_error_or_not_at_all(host: InstalledHost, name: str) -> None:
    case = CASES[name]
    resolution = host.resolve(case.sketch)
    if case.seed is None:
        assert resolution.error is None
        assert len(resolution.started) == case.seed_starts
    else:
        assert type(resolution.error) is case.seed
        assert not all(named in str(resolution.error) for named in case.names or ["anything"])


@SEED
def test_the_seed_sorts_a_cycle_without_a_word() -> None:
    order = [api for api, _ in seed().topological_sort(providers({"a": ["b"], "b": ["c"], "c": ["a"]}))]
    assert sorted(order) == ["a", "b", "c"]


@SEED
def test_the_seed_cannot_sort_a_long_chain() -> None:
    graph = {str(i): [str(i - 1)] if i else [] for i in reversed(range(CHAIN))}
    with pytest.raises(RecursionError):
        seed().topological_sort(providers(graph))
    assert topological_order(graph) == [str(i) for i in range(CHAIN)]


@SEED
@pytest.mark.parametrize("name", DEVIATIONS)
def test_the_seed_accepts_a_method_that_its_own_calls_trip_over(name: str) -> None:
    members = {"log_event": DEVIATIONS[name], "get_trace": get_trace}
    seed().check_protocol_compliance(type("Deviating", (), members)(), telemetry())


@SEED
def test_the_seed_refuses_a_method_that_passes_everything_through() -> None:
    members = {"log_event": passed_through, "get_trace": get_trace, **IDENTITY}
    with pytest.raises(ValueError, match=r"signature_mismatch"):
        seed().check_protocol_compliance(type("Passing", (), members)(), telemetry())


@SEED
def test_the_seed_never_looks_at_the_private_protocols() -> None:
    for protocol in seed().additional_protocols_map().values():
        seed().check_protocol_compliance(object(), protocol)


@OGX
def test_ogx_accepts_an_empty_class_for_every_api() -> None:
    resolver = import_module("ogx.core.resolver")
    protocols = {**resolver.api_protocol_map(), resolver.Api.inference: resolver.InferenceProvider}
    assert len(protocols) > 10
    for protocol in protocols.values():
        resolver.check_protocol_compliance(object(), protocol)


@OGX
def test_the_order_of_ogx_depends_on_the_hash_seed_and_ours_does_not() -> None:
    assert len(orders("from ogx.core.resolver import topological_sort as sort")) > 1
    assert len(orders("from provider_conformance.stack.graph import topological_order\n" + ADAPTER)) == 1


IDENTITY = {"__provider_id__": "x", "__provider_spec__": SimpleNamespace(api="telemetry")}


async def get_trace(self: Any, trace_id: Any) -> Any:
    return self, trace_id


def telemetry() -> Any:
    return import_module("llama_stack.apis.telemetry").Telemetry


ADAPTER = """
def sort(providers):
    needs = {name: set(several[0].spec.deps__) for name, several in providers.items()}
    return [(name, None) for name in topological_order(needs)]
"""

SORT = """
from types import SimpleNamespace
names = [f"api-{i}" for i in range(6)]
graph = {"top": names, **{name: [] for name in names}}
made = {n: [SimpleNamespace(spec=SimpleNamespace(deps__=needs))] for n, needs in graph.items()}
print(*(name for name, _ in sort(made)))
"""


def orders(prepare: str) -> set[str]:
    """The orders of one graph under several hash seeds."""
    return {
        subprocess.run(
            [sys.executable, "-c", prepare + SORT],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.splitlines()[-1]
        for number in range(4)
    }
