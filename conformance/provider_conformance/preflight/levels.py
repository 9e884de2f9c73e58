"""What starts when: providers, the routing tables in front of them, and routers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provider_conformance.contracts.model import Contract, Role
from provider_conformance.findings import Severity
from provider_conformance.preflight.model import Fault, Placed
from provider_conformance.stack import graph
from provider_conformance.stack.errors import CycleError

Graph = dict[str, set[str]]
Levels = tuple[tuple[str, ...], ...]


def plan(placed: Sequence[Placed], contract: Contract) -> tuple[Levels, tuple[Fault, ...]]:
    """The levels of the start, and what keeps the stack from it.

    Args:
        placed: The providers that the stack starts.
        contract: The stack.

    Returns:
        The levels, none where there is a cycle; dependencies that nobody provides, and cycles.
    """
    served = {one.entry.api for one in placed}
    faults = [*_unmet(placed, contract, served)]
    needs = _graph(placed, contract, served)
    try:
        return tuple(tuple(level) for level in graph.levels(needs)), tuple(faults)
    except CycleError as cycle:
        path = " -> ".join(map(str, cycle.path))
        first = next(one for one in placed if one.title in cycle.path)
        why = "What a provider needs has to be there before it."
        fix = "take one of these dependencies out"
        place = first.entry.at()
        faults.append(Fault(Severity.ERROR, "cycle", f"providers need one another: {path}", place, why, fix))
        return (), tuple(faults)


def _graph(placed: Sequence[Placed], contract: Contract, served: set[str]) -> Graph:
    """What each needs; an API that is routed is there when its router is."""
    needs: Graph = {}
    providers = {api: {one.title for one in placed if one.entry.api == api} for api in served}
    there = dict(providers)
    for api in served:
        known = contract.apis.get(api)
        if known is not None and known.role is Role.ROUTED and known.routed_by:
            table, router = f"{known.routed_by} (routing table)", f"{api} (router)"
            there[api], there[known.routed_by] = {router}, {table}
            needs[table], needs[router] = providers[api], {table}
    for one in placed:
        wanted = one.spec.api_dependencies + one.spec.optional_api_dependencies if one.spec else ()
        needs[one.title] = {node for api in wanted for node in there.get(api, ())}
    # In the order in which they stand, providers first.
    return {**{one.title: needs[one.title] for one in placed}, **needs}


def _unmet(placed: Sequence[Placed], contract: Contract, served: set[str]) -> Iterator[Fault]:
    tables = {known.routed_by: name for name, known in contract.apis.items() if known.routed_by}
    for one in placed:
        for api in one.spec.api_dependencies if one.spec else ():
            needed = tables.get(api, api)
            known = contract.apis.get(needed)
            if needed not in served and known is not None and known.providable:
                routed = known.role is Role.ROUTED
                yield Fault(
                    Severity.WARNING if routed else Severity.ERROR,
                    "unmet-dependency",
                    f"{one.title} needs `{api}`, and the run config has no provider of `{needed}`",
                    one.entry.at("provider_type"),
                    "Its router has nobody to pass a call on to." if routed else "The stack does not start.",
                    f"add a provider of `{needed}`",
                )
