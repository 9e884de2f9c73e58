"""Start the parts of a stack: each as soon as what it needs is there, or one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import isawaitable
from typing import Any, TypeVar

from provider_conformance.stack.naming import describe

Node = TypeVar("Node")


async def start_all(
    order: Sequence[Node],
    dependencies: Mapping[Node, Sequence[Node]],
    start: Callable[[Node], Awaitable[None]],
    *,
    concurrent: bool = True,
) -> None:
    """Start nodes, each after everything that it needs.

    Concurrently, a node starts the moment its last dependency is there: the whole takes as long as
    the slowest chain. When one fails, those that are starting are cancelled and no more are begun.

    Args:
        order: The nodes, dependencies first.
        dependencies: What each needs.
        start: Starts one node, and raises where that fails.
        concurrent: Whether independent nodes start at the same time.

    Raises:
        Exception: What ``start`` raised; where several failed, that of the first in ``order``, with
            a note about the others.
    """
    if not concurrent:
        for node in order:
            await start(node)
        return
    failures: dict[Node, Exception] = {}
    try:
        await _start_concurrently(order, dependencies, start, failures)
    except ExceptionGroup:
        first, *others = [failures[node] for node in order if node in failures]
        for other in others:
            first.add_note(f"at the same time: {describe(other)}")
        raise first from first.__cause__


async def _start_concurrently(
    order: Sequence[Node],
    dependencies: Mapping[Node, Sequence[Node]],
    start: Callable[[Node], Awaitable[None]],
    failures: dict[Node, Exception],
) -> None:
    ready = {node: asyncio.Event() for node in order}

    async def start_in_turn(node: Node) -> None:
        for needed in dependencies[node]:
            await ready[needed].wait()
        try:
            await start(node)
        except Exception as error:
            failures[node] = error
            raise
        ready[node].set()

    async with asyncio.TaskGroup() as group:
        for node in order:
            group.create_task(start_in_turn(node))


async def shut_down(parts: Sequence[tuple[str, Any]]) -> list[tuple[str, BaseException]]:
    """Shut parts down, the last one first; one that fails does not keep the others from it.

    Args:
        parts: Names and parts in the order in which they were started. A part without a
            ``shutdown`` has nothing to shut down.

    Returns:
        The names of the parts that failed, each with its error.
    """
    problems: list[tuple[str, BaseException]] = []
    for name, part in reversed(parts):
        shutdown = getattr(part, "shutdown", None)
        try:
            result = shutdown() if callable(shutdown) else None
            if isawaitable(result):
                await result
        except (Exception, SystemExit) as error:
            problems.append((name, error))
    return problems
