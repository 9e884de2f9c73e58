"""PC551, PC552 and PC554: in what order a stack puts its providers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provider_conformance.evidence.planted import (
    HostedStack,
    is_unnamed,
    outcome,
    planted_in,
    resolving,
    sorting,
)
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule
from provider_conformance.strategies.search import shortest, smallest

_SORTS: Final = 150
_LONGEST: Final = 4096


@rule("PC551", "stack-cycle-unreported", scope=Scope.STACK)
def cycle_unreported(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack refuses providers that need one another.

    What it does:
        Gives the stack's sort graphs with exactly one cycle, and its resolver run configs whose
        providers need one another, through routed APIs too. The stack must raise, and the error
        must name every API on the cycle.

    Why is this bad:
        A cycle has no order. A sort that gives one all the same starts some provider before what it
        needs; what follows is a missing dependency far from the cause, or none that anybody sees.

    Example:
        ```python
        load_host("llama-stack").sort({"a": ("b",), "b": ("a",)})  # an order, no error
        ```

    How to fix:
        Look for the cycle while sorting, and raise an error that holds its path. Providers in a
        cycle have to be taken apart by their authors.

    Source:
        Generated graphs and run configs with one planted cycle, on the stack's own resolver.
    """
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415
    from provider_conformance.strategies.graphs import graphs_with_cycle  # noqa: PLC0415

    why = "A provider on the cycle is started before something that it needs."
    cycle = smallest(
        graphs_with_cycle(min_length=1), lambda p: stack.host.sort(p.subject).error is None, examples=_SORTS
    )
    if cycle is not None:
        path = " -> ".join([*cycle.fault.nodes, cycle.fault.nodes[0]])
        order = ", ".join(stack.host.sort(cycle.subject).order)
        message = f"the cycle {path} is put in an order without an error: {order}"
        yield stack.finding(message, sorting(cycle.subject), why)
        return
    for kind in (FaultKind.SELF_DEPENDENCY, FaultKind.CYCLE):
        if found := planted_in(stack.host, kind, is_unnamed):
            planted, resolution = found
            path = " -> ".join([*planted.fault.nodes, planted.fault.nodes[0]])
            message = f"providers need one another ({path}), and {outcome(resolution)}"
            yield stack.finding(message, resolving(planted.subject), why)
            return


@rule("PC552", "stack-recursion-limit", scope=Scope.STACK)
def recursion_limit(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack can sort a long chain of dependencies.

    What it does:
        Gives the stack's sort chains in which each node needs the next one, up to 4096 long.

    Why is this bad:
        A sort that recurses raises RecursionError at a length that depends on how deep its caller
        stands already, and says nothing about providers.

    Example:
        ```python
        load_host("llama-stack").sort({f"n{i}": [f"n{i + 1}"] for i in range(1000)} | {"n1000": []})
        ```

    How to fix:
        Sort with a loop and a list of what is still to visit.

    Source:
        Generated chains on the stack's own sort.
    """
    from provider_conformance.strategies.graphs import chain  # noqa: PLC0415

    errors: list[BaseException] = []

    def fails(length: int) -> bool:
        error = stack.host.sort(chain(length)).error
        errors.extend([error] if error else [])
        return error is not None

    length = shortest(fails, most=_LONGEST)
    if length is None:
        return
    message = f"a chain of {length} nodes, each needing the next, raises {type(errors[-1]).__name__}"
    # How deep the caller stands decides about the exact length: twice as long fails everywhere.
    call = f"sort({{f'n{{i}}': [f'n{{i+1}}'] for i in range({2 * length})}} | {{'n{2 * length}': []}})"
    yield stack.finding(message, call, "The order of long chains cannot be found.")


@rule("PC554", "stack-order-varies", scope=Scope.STACK)
def order_varies(stack: HostedStack) -> Iterator[Finding]:
    """Check that one run config always gives one order.

    What it does:
        Sorts graphs without a cycle in several processes that differ in the seed of Python's string
        hashes only. All must give the same order.

    Why is this bad:
        Providers start in another order each time the stack starts. A fault that shows with one
        order only comes and goes from start to start.

    Example:
        ```python
        needs = {"n0": ("n1", "n2"), "n1": (), "n2": ()}  # n1 or n2 first: it depends on the seed
        ```

    How to fix:
        Keep dependencies in lists or dicts, which have an order, rather than in sets.

    Source:
        Generated graphs on the stack's own sort, a process a hash seed.
    """
    from provider_conformance.hosts.seeds import SeededSorts  # noqa: PLC0415
    from provider_conformance.strategies.graphs import dependency_graphs  # noqa: PLC0415

    with SeededSorts(stack.host.stack) as sorts:
        found = smallest(
            dependency_graphs(), lambda graph: len(set(sorts.orders(graph).values())) > 1, examples=_SORTS
        )
        orders = sorts.orders(found) if found is not None else {}
    if found is None:
        return
    told = "; ".join(f"seed {seed}: {', '.join(order or ('an error',))}" for seed, order in orders.items())
    message = f"the order of one graph depends on the hash seed ({told})"
    why = "Providers start in another order from start to start (set PYTHONHASHSEED to see it)."
    yield stack.finding(message, sorting(found), why)
