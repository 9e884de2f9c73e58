"""The sort: valid orders, stable and deterministic ones, cycles with their whole path."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from graphlib import CycleError as GraphlibCycleError
from graphlib import TopologicalSorter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_conformance.stack.errors import CycleError, StackError, UnknownNodeError
from provider_conformance.stack.graph import find_cycle, levels, topological_order

Graph = Mapping[int, Collection[int]]


@st.composite
def graphs(draw: st.DrawFn, *, acyclic: bool) -> Graph:
    """Graphs of up to 12 nodes, declared in any order."""
    size = draw(st.integers(0, 12))
    rows = draw(st.lists(st.integers(0, 2**size - 1), min_size=size, max_size=size))
    edges = {i: [j for j in range(size) if rows[i] >> j & 1 and (j < i or not acyclic)] for i in range(size)}
    return {i: edges[i] for i in draw(st.permutations(range(size)))}


def has_cycle(graph: Graph) -> bool:
    try:
        list(TopologicalSorter(graph).static_order())
    except GraphlibCycleError:
        return True
    return False


def assert_ordered(order: list[int], graph: Graph) -> None:
    place = {node: i for i, node in enumerate(order)}
    assert sorted(order) == sorted(graph)
    assert all(place[needed] < place[node] for node in graph for needed in graph[node])


@settings(deadline=None)
@given(graphs(acyclic=True))
def test_everything_comes_after_what_it_needs(graph: Graph) -> None:
    assert_ordered(topological_order(graph), graph)


@settings(deadline=None)
@given(graphs(acyclic=False))
def test_a_cycle_is_found_exactly_where_graphlib_finds_one(graph: Graph) -> None:
    assert bool(find_cycle(graph)) == has_cycle(graph)


@settings(deadline=None)
@given(graphs(acyclic=False).filter(has_cycle))
def test_the_cycles_path_is_closed_simple_and_runs_along_dependencies(graph: Graph) -> None:
    with pytest.raises(CycleError) as caught:
        topological_order(graph)
    path = caught.value.path
    assert path[0] == path[-1]
    assert len(set(path)) == len(path) - 1
    assert all(needed in graph[node] for node, needed in pairwise(path))


@settings(deadline=None)
@given(graphs(acyclic=True))
def test_an_order_that_fits_already_is_kept(graph: Graph) -> None:
    fitting = {node: graph[node] for node in sorted(graph)}
    assert topological_order(fitting) == list(fitting)


@settings(deadline=None)
@given(graphs(acyclic=True), st.randoms(use_true_random=False))
def test_the_order_within_a_nodes_dependencies_does_not_matter(graph: Graph, rng: random.Random) -> None:
    shuffled = {node: rng.sample(list(needed), len(needed)) for node, needed in graph.items()}
    assert topological_order(shuffled) == topological_order(graph)
    assert topological_order({node: set(needed) for node, needed in graph.items()}) == topological_order(
        graph
    )


@settings(deadline=None)
@given(graphs(acyclic=True))
def test_levels_hold_the_length_of_the_longest_chain_below(graph: Graph) -> None:
    level_of = {node: depth for depth, level in enumerate(levels(graph)) for node in level}
    assert sorted(level_of) == sorted(graph)
    for node, needed in graph.items():
        assert level_of[node] == max((level_of[other] + 1 for other in needed), default=0)


def test_nodes_of_a_level_keep_the_order_of_the_mapping() -> None:
    assert levels({"d": ["b"], "c": [], "b": ["a", "c"], "a": []}) == [["c", "a"], ["b"], ["d"]]


def test_nodes_that_depend_on_nothing_keep_their_order() -> None:
    assert topological_order({"z": [], "a": [], "m": []}) == ["z", "a", "m"]


def test_a_dependency_is_moved_up_just_before_who_needs_it() -> None:
    assert topological_order({"a": ["c"], "b": [], "c": []}) == ["c", "a", "b"]


def test_repeated_dependencies_count_once() -> None:
    assert topological_order({"a": ["b", "b"], "b": []}) == ["b", "a"]


def test_an_empty_graph_has_an_empty_order() -> None:
    assert topological_order({}) == []
    assert levels({}) == []


def test_a_node_that_needs_itself_is_the_shortest_cycle() -> None:
    with pytest.raises(CycleError, match="a -> a") as caught:
        topological_order({"b": [], "a": ["b", "a"]})
    assert caught.value.path == ("a", "a")


def test_of_two_cycles_that_close_at_once_the_shorter_one_is_told() -> None:
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["a", "b"]}) == ("b", "c", "b")


def test_a_missing_node_is_named_along_with_who_needs_it() -> None:
    with pytest.raises(UnknownNodeError, match="agents needs safety") as caught:
        topological_order({"inference": [], "agents": ["inference", "safety"]})
    assert (caught.value.node, caught.value.needed_by) == ("safety", "agents")


def test_graph_errors_are_stack_errors() -> None:
    with pytest.raises(StackError):
        levels({"a": ["a"]})


def test_the_input_is_left_as_it_was() -> None:
    graph = {"a": ["c", "b"], "b": [], "c": ["b"]}
    topological_order(graph)
    assert graph == {"a": ["c", "b"], "b": [], "c": ["b"]}


PRINT_ORDERS = """
import random
from provider_conformance.stack.errors import CycleError, UnknownNodeError
from provider_conformance.stack.graph import levels, topological_order

rng = random.Random(7)
for closed in (False, True):
    for _ in range(20):
        names = [f"api-{i}" for i in range(30)]
        edges = {n: set(rng.sample(names[:i], min(i, 4))) for i, n in enumerate(names)}
        if closed:
            edges["api-0"] = {"api-9", "api-17", "api-25"}
        graph = {n: edges[n] for n in rng.sample(names, len(names))}
        try:
            print(topological_order(graph), levels(graph))
        except CycleError as error:
            print(error)
try:
    topological_order({"a": {"x", "y", "z"}})
except UnknownNodeError as error:
    print(error)
"""


def test_orders_levels_and_errors_are_the_same_under_every_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PRINT_ORDERS],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in range(6)
    }
    assert len(outputs) == 1
    assert outputs.pop().count("dependency cycle") == 20


def permuted_chain(length: int) -> dict[int, list[int]]:
    order = random.Random(length).sample(range(length), length)  # noqa: S311
    return {i: [i - 1] if i else [] for i in order}


def test_a_chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    assert topological_order(permuted_chain(100_000)) == list(range(100_000))


def test_a_cycle_through_a_hundred_thousand_is_told_whole() -> None:
    graph = permuted_chain(100_000)
    graph[0] = [99_999]
    assert len(find_cycle(graph)) == 100_001


def test_the_time_grows_with_the_size_and_not_with_its_square() -> None:
    def seconds(length: int) -> float:
        graph = permuted_chain(length)
        begin = time.process_time()
        topological_order(graph)
        return time.process_time() - begin

    small = min(seconds(5_000) for _ in range(3))
    assert min(seconds(50_000) for _ in range(3)) < 50 * small
