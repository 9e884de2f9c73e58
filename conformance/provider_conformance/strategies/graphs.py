"""Dependency graphs: without a cycle, or with exactly one planted fault that comes along with them.

A graph maps each node to the nodes that it needs, in the order of declaration. Every graph is valid
by construction, so nothing is filtered away. Edges are drawn first and the order of declaration
last: a failing graph shrinks to the fewest edges, then to the nodes that these touch. Edges are
drawn as one string of bytes, two to an edge, which is what makes a graph cost little more than an integer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hypothesis import strategies as st

from provider_conformance.strategies.faults import Fault, FaultKind, Planted

__all__ = [
    "Graph",
    "chain",
    "chains",
    "dense_graphs",
    "dependency_graphs",
    "faulty_graphs",
    "graphs_with_cycle",
    "graphs_with_missing_dependency",
    "graphs_with_self_dependency",
]

Graph = dict[str, tuple[str, ...]]
Edges = list[tuple[int, int]]

_MAX_NODES: Final = 1 << 8


def _name(number: int) -> str:
    return f"n{number}"


def dependency_graphs(
    *,
    min_nodes: int = 0,
    max_nodes: int = 12,
    max_edges: int | None = None,
    name: Callable[[int], str] = _name,
) -> st.SearchStrategy[Graph]:
    """Graphs without a cycle.

    Args:
        min_nodes: The fewest nodes.
        max_nodes: The most nodes, at most 256.
        max_edges: The most edges; two a node unless told.
        name: Names the node of a number.

    Returns:
        A strategy that shrinks towards few edges, then few nodes, then a declaration in which each
        node stands before what it needs.
    """
    _check(min_nodes, max_nodes)
    names = tuple(map(name, range(max_nodes)))
    drawn = st.tuples(
        edge_bytes(max_nodes, max_edges), st.integers(min_nodes, max_nodes), order_bytes(max_nodes)
    )

    def build(parts: tuple[bytes, int, bytes]) -> Graph:
        edges, count, order = parts
        pairs = decode_edges(edges, max_nodes)
        return declare(renumber(pairs, count), names, order)

    return drawn.map(build)


def dense_graphs(
    *, min_nodes: int = 0, max_nodes: int = 12, name: Callable[[int], str] = _name
) -> st.SearchStrategy[Graph]:
    """Graphs without a cycle in which each pair of nodes has an edge as often as not.

    A row of bits a node says which of the later nodes it needs. Shrinks less well than
    :func:`dependency_graphs` and gets to long paths and shared dependencies much sooner.

    Args:
        min_nodes: The fewest nodes.
        max_nodes: The most nodes, at most 256.
        name: Names the node of a number.
    """
    _check(min_nodes, max_nodes)
    names = tuple(map(name, range(max_nodes)))
    width = (max_nodes + 7) // 8
    size = width * max_nodes
    drawn = st.tuples(
        st.binary(min_size=size, max_size=size), st.integers(min_nodes, max_nodes), order_bytes(max_nodes)
    )

    def build(parts: tuple[bytes, int, bytes]) -> Graph:
        bits, count, order = parts
        rows = [int.from_bytes(bits[i * width : (i + 1) * width], "big") for i in range(count)]
        needs = [[j for j in range(i + 1, count) if row >> j & 1] for i, row in enumerate(rows)]
        return declare(needs, names, order)

    return drawn.map(build)


def chains(
    *, min_length: int = 1, max_length: int = 2000, name: Callable[[int], str] = _name
) -> st.SearchStrategy[Graph]:
    """Graphs in which each node needs the next one, declared from the top; they shrink to short ones."""
    return st.integers(min_length, max_length).map(lambda length: chain(length, name=name))


def chain(length: int, *, name: Callable[[int], str] = _name) -> Graph:
    """A graph of ``length`` nodes in which each needs the next one."""
    names = [name(i) for i in range(length)]
    return {n: tuple(names[i + 1 : i + 2]) for i, n in enumerate(names)}


def graphs_with_cycle(
    *, min_length: int = 2, max_length: int = 4, max_others: int = 6, name: Callable[[int], str] = _name
) -> st.SearchStrategy[Planted[Graph]]:
    """Graphs with exactly one cycle.

    Args:
        min_length: The fewest nodes on the cycle; 1 is a node that needs itself.
        max_length: The most nodes on the cycle.
        max_others: The most further nodes, which may need the cycle's nodes or be needed by them.
        name: Names the node of a number.

    Returns:
        A strategy for graphs with their fault, whose nodes are those of the cycle in the order in which
        each needs the next. It shrinks to the cycle alone.
    """
    _check(min_length, max_length, least=1)
    size = max_others + 1
    _check(max_length, max_length + max_others)
    names = tuple(map(name, range(max_length + max_others)))
    drawn = st.tuples(
        edge_bytes(size, None),
        st.integers(min_length, max_length),
        st.integers(0, size - 1),
        order_bytes(len(names)),
    )

    def build(parts: tuple[bytes, int, int, bytes]) -> Planted[Graph]:
        edges, length, place, order = parts
        needs = _with_ring(decode_edges(edges, size), length, place)
        kind = FaultKind.CYCLE if length > 1 else FaultKind.SELF_DEPENDENCY
        return Planted(declare(needs, names, order), Fault(kind, names[:length]))

    return drawn.map(build)


def graphs_with_self_dependency(
    *, max_others: int = 6, name: Callable[[int], str] = _name
) -> st.SearchStrategy[Planted[Graph]]:
    """Graphs in which exactly one node needs itself; see :func:`graphs_with_cycle`."""
    return graphs_with_cycle(min_length=1, max_length=1, max_others=max_others, name=name)


def graphs_with_missing_dependency(
    *, max_nodes: int = 6, name: Callable[[int], str] = _name
) -> st.SearchStrategy[Planted[Graph]]:
    """Graphs without a cycle in which one node needs a node that is not there.

    Returns:
        A strategy for graphs with their fault, whose nodes are the one that needs and the missing one.
    """
    graphs = dependency_graphs(min_nodes=1, max_nodes=max_nodes, name=name)

    def build(parts: tuple[Graph, int]) -> Planted[Graph]:
        graph, place = parts
        needy = sorted(graph)[place % len(graph)]
        missing = name(max_nodes)
        graph[needy] = (*graph[needy], missing)
        return Planted(graph, Fault(FaultKind.MISSING_DEPENDENCY, (needy, missing)))

    return st.tuples(graphs, st.integers(0, max_nodes - 1)).map(build)


def faulty_graphs() -> st.SearchStrategy[Planted[Graph]]:
    """Graphs with one of the faults that a graph can have."""
    return st.one_of(graphs_with_self_dependency(), graphs_with_cycle(), graphs_with_missing_dependency())


def edge_bytes(size: int, most: int | None) -> st.SearchStrategy[bytes]:
    """The bytes of edges among ``size`` nodes, for :func:`decode_edges`; any number as often as another."""
    slots = (2 * size if most is None else most) if size > 1 else 0
    drawn = st.tuples(st.integers(0, slots), st.binary(min_size=2 * slots, max_size=2 * slots))
    return drawn.map(lambda parts: parts[1][: 2 * parts[0]])


def order_bytes(size: int) -> st.SearchStrategy[bytes]:
    """The bytes of an order of ``size`` nodes, for :func:`permuted`."""
    return st.binary(min_size=size, max_size=size)


def decode_edges(drawn: bytes, size: int) -> Edges:
    """Pairs of numbers below ``size``, the first of which is the lower one: each needs the second.

    A pair that begins with a zero is no edge: that is what an edge shrinks to that nobody needs.
    """
    edges = []
    for low, step in zip(drawn[::2], drawn[1::2], strict=False):
        if low:
            first = (low - 1) % (size - 1)
            edges.append((first, first + 1 + step % (size - 1 - first)))
    return edges


def permuted(count: int, order: bytes) -> list[int]:
    """The numbers below ``count`` in a drawn order; zeros leave them as they are."""
    return sorted(range(count), key=order.__getitem__)


def renumber(edges: Edges, count: int) -> list[list[int]]:
    """What each node needs, by number: nodes without an edge are left out unless ``count`` wants them."""
    touched = sorted({node for edge in edges for node in edge})
    numbers = {node: number for number, node in enumerate(touched)}
    needs: list[list[int]] = [[] for _ in range(max(count, len(touched)))]
    for first, second in edges:
        needs[numbers[first]].append(numbers[second])
    return needs


def declare(needs: Sequence[Sequence[int]], names: Sequence[str], order: bytes) -> Graph:
    """Write numbered needs down as a graph, in a drawn order."""
    return {names[i]: tuple(dict.fromkeys([names[j] for j in needs[i]])) for i in permuted(len(needs), order)}


def _with_ring(edges: Edges, length: int, place: int) -> list[list[int]]:
    """Put a ring of ``length`` nodes, numbered first, where node ``place`` of an acyclic graph is.

    Edges that come from or lead to that node are dealt out to the ring's nodes, so that the ring is
    the only cycle.
    """
    others = sorted({node for edge in edges for node in edge} - {place})
    numbers = {node: length + number for number, node in enumerate(others)}
    needs: list[list[int]] = [[] for _ in range(length + len(others))]
    for turn, (first, second) in enumerate(edges):
        member = turn % length
        needs[numbers.get(first, member)].append(numbers.get(second, member))
    for number in range(length):
        needs[number].append((number + 1) % length)
    return needs


def _check(fewest: int, most: int, least: int = 0) -> None:
    if not least <= fewest <= most <= _MAX_NODES:
        msg = f"wanted {least} <= {fewest} <= {most} <= {_MAX_NODES}"
        raise ValueError(msg)
