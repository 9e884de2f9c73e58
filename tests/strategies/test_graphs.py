"""Graphs are what they say, and shrink to the smallest witness."""

from __future__ import annotations

import graphlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from provider_conformance.stack.graph import find_cycle
from provider_conformance.strategies.faults import FaultKind, Planted
from provider_conformance.strategies.graphs import (
    Graph,
    chains,
    dense_graphs,
    dependency_graphs,
    faulty_graphs,
    graphs_with_cycle,
    graphs_with_missing_dependency,
    graphs_with_self_dependency,
)
from provider_conformance.strategies.search import smallest

QUICK = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def _find(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool]) -> Any:
    return smallest(strategy, condition, examples=300)


@pytest.mark.parametrize("strategy", [dependency_graphs(), dense_graphs(), chains(max_length=30)], ids=str)
def test_graphs_without_a_fault_have_an_order(strategy: st.SearchStrategy[Graph]) -> None:
    @QUICK
    @given(strategy)
    def check(graph: Graph) -> None:
        assert set(graphlib.TopologicalSorter(graph).static_order()) == set(graph)

    check()


@pytest.mark.parametrize("strategy", [dependency_graphs(max_nodes=12), dense_graphs(max_nodes=12)], ids=str)
def test_declaration_is_often_not_in_topological_order(strategy: st.SearchStrategy[Graph]) -> None:
    def declared_backwards(graph: Graph) -> bool:
        place = {node: number for number, node in enumerate(graph)}
        return any(place[n] < place[node] for node, needs in graph.items() for n in needs)

    assert _find(strategy, declared_backwards)
    assert _find(strategy, lambda graph: bool(any(graph.values())) and not declared_backwards(graph))


@given(dependency_graphs(min_nodes=3, max_nodes=5))
@QUICK
def test_the_number_of_nodes_is_kept(graph: Graph) -> None:
    assert 3 <= len(graph) <= 5


@given(graphs_with_cycle(min_length=2, max_length=4))
@QUICK
def test_a_planted_cycle_is_the_only_one(planted: Planted[Graph]) -> None:
    nodes = planted.fault.nodes
    for node, following in zip(nodes, (*nodes[1:], nodes[0]), strict=True):
        assert following in planted.subject[node]
    first, following = nodes[0], nodes[1]
    opened = {**planted.subject, first: tuple(n for n in planted.subject[first] if n != following)}
    assert find_cycle(opened) == ()


@given(graphs_with_self_dependency())
@QUICK
def test_a_planted_self_dependency_is_named(planted: Planted[Graph]) -> None:
    assert planted.fault.kind is FaultKind.SELF_DEPENDENCY
    assert planted.fault.nodes[0] in planted.subject[planted.fault.nodes[0]]


@given(graphs_with_missing_dependency())
@QUICK
def test_exactly_one_node_is_missing(planted: Planted[Graph]) -> None:
    needed = {n for needs in planted.subject.values() for n in needs}
    assert needed - planted.subject.keys() == {planted.fault.nodes[1]}


def test_a_cycle_shrinks_to_its_own_nodes() -> None:
    found = _find(graphs_with_cycle(min_length=3, max_length=5), lambda planted: True)
    assert isinstance(found, Planted)
    assert found.subject == {"n0": ("n1",), "n1": ("n2",), "n2": ("n0",)}


def test_a_fan_shrinks_to_three_nodes() -> None:
    found = _find(dependency_graphs(), lambda graph: any(len(needs) > 1 for needs in graph.values()))
    assert found == {"n0": ("n1", "n2"), "n1": (), "n2": ()}


def test_a_fault_that_shows_after_two_steps_shrinks_to_four_nodes() -> None:
    """A node and its dependency share one: the shape on which a sort that skips visited nodes goes wrong."""

    def diamond(graph: Graph) -> bool:
        return any(
            set(graph[a]) & set(graph[b]) for needs in graph.values() for a in needs for b in needs if a != b
        )

    found = _find(dependency_graphs(), diamond)
    assert isinstance(found, dict)
    assert len(found) == 4
    assert sum(map(len, found.values())) == 4


def test_every_kind_of_fault_comes_up() -> None:
    kinds: set[FaultKind] = set()

    @settings(max_examples=60, database=None, derandomize=True, phases=[Phase.generate])
    @given(faulty_graphs())
    def collect(planted: Planted[Graph]) -> None:
        kinds.add(planted.fault.kind)

    collect()
    assert kinds == {FaultKind.CYCLE, FaultKind.SELF_DEPENDENCY, FaultKind.MISSING_DEPENDENCY}


@pytest.mark.parametrize("options", [{"min_nodes": 5, "max_nodes": 4}, {"max_nodes": 1000}])
def test_impossible_sizes_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="<="):
        dependency_graphs(**options)
