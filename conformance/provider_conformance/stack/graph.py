"""Dependency graphs: the order in which to start, what may start together, and the cycle that prevents it.

A graph maps each node to the nodes that it needs. Results depend on the order of the mapping's
keys only: the order within a node's dependencies does not matter, so they may as well be a set.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Final, TypeVar, cast

from provider_conformance.stack.errors import CycleError, UnknownNodeError

__all__ = ["find_cycle", "levels", "topological_order"]

Node = TypeVar("Node", bound=Hashable)

_NEW: Final = 0
_OPEN: Final = 1
_DONE: Final = 2


def topological_order(dependencies: Mapping[Node, Collection[Node]]) -> list[Node]:
    """Sort nodes so that each comes after everything that it needs.

    Nodes keep the order of the mapping where their dependencies leave them free: a mapping that is
    in order already is returned as it is. Takes time linear in nodes and edges, and no recursion.

    Args:
        dependencies: What each node needs, by node. What is needed must be a key too.

    Returns:
        All nodes, dependencies first.

    Raises:
        CycleError: Nodes need one another; the error has the whole path.
        UnknownNodeError: A node needs something that is no key.
    """
    numbers = {node: number for number, node in enumerate(dependencies)}
    needs = list(dependencies.values())
    try:
        order = _walk(needs, numbers)
    except KeyError:
        raise _unknown(dependencies) from None
    except _BackEdgeError as edge:
        nodes = list(dependencies)
        raise CycleError([nodes[number] for number in edge.path]) from None
    nodes = list(dependencies)
    return [nodes[number] for number in order]


def find_cycle(dependencies: Mapping[Node, Collection[Node]]) -> tuple[Node, ...]:
    """Find nodes that need one another.

    Args:
        dependencies: What each node needs, by node.

    Returns:
        A path on which each node needs the next and whose last node is its first, or nothing
        where the graph has no cycle.

    Raises:
        UnknownNodeError: A node needs something that is no key.
    """
    try:
        topological_order(dependencies)
    except CycleError as cycle:
        return cast("tuple[Node, ...]", cycle.path)
    return ()


def levels(dependencies: Mapping[Node, Collection[Node]]) -> list[list[Node]]:
    """Group nodes by the length of the longest chain of dependencies below them.

    Args:
        dependencies: What each node needs, by node.

    Returns:
        The levels from the bottom up. What a node needs is on lower levels, so the nodes of one
        level may start together. Within a level nodes keep the order of the mapping.

    Raises:
        CycleError: Nodes need one another.
        UnknownNodeError: A node needs something that is no key.
    """
    depth: dict[Node, int] = {}
    for node in topological_order(dependencies):
        depth[node] = max((depth[needed] + 1 for needed in dependencies[node]), default=0)
    grouped: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in dependencies:
        grouped[depth[node]].append(node)
    return grouped


class _BackEdgeError(Exception):
    """The walk met a node that is still open: the numbers on the path, from that node to itself."""

    def __init__(self, path: Sequence[int]) -> None:
        self.path = path


def _walk(needs: Sequence[Collection[Node]], numbers: Mapping[Node, int]) -> list[int]:
    """Walk depth first over numbered nodes; the numbers in order.

    The stack holds what is still to visit, and under the dependencies of an open node that node's
    complement: when it comes up again, all its dependencies are done.
    """
    state = bytearray(len(needs))
    order: list[int] = []
    for root in range(len(needs)):
        stack = [] if state[root] else [root]
        while stack:
            number = stack.pop()
            if number < 0:
                number = ~number
            elif state[number]:
                continue
            else:
                state[number] = _OPEN
                if pending := _pending(needs[number], numbers, state, stack, number):
                    stack.append(~number)
                    stack += pending
                    continue
            state[number] = _DONE
            order.append(number)
    return order


def _pending(
    needed: Collection[Node], numbers: Mapping[Node, int], state: bytearray, stack: list[int], number: int
) -> list[int]:
    """The dependencies that are still to visit, the first in the mapping last: it is popped first."""
    pending: list[int] = []
    for node in needed:
        other = numbers[node]
        if state[other] == _NEW:
            pending.append(other)
        elif state[other] == _OPEN:
            path = [~entry for entry in stack if entry < 0] + [number]
            start = max(path.index(i) for i in map(numbers.__getitem__, needed) if state[i] == _OPEN)
            raise _BackEdgeError([*path[start:], path[start]])
    if len(pending) > 1:
        pending.sort(reverse=True)
    return pending


def _unknown(dependencies: Mapping[Node, Collection[Node]]) -> UnknownNodeError:
    for node, needed in dependencies.items():
        missing = [other for other in needed if other not in dependencies]
        if missing:
            # A set has no order of its own: without this the message would depend on the hash seed.
            return UnknownNodeError(min(missing, key=repr), node)
    raise AssertionError("asked for an unknown node in a graph that has none")
