"""Run configs that realise dependency graphs on a stack's APIs: valid, or with exactly one planted fault.

A :class:`~provider_conformance.hosts.model.StackSketch` is a run config together with its registry;
a host turns it into real providers. APIs are dealt out to the nodes of a graph, nodes become one or
several providers, and each edge belongs to one of them: as a required or an optional dependency, on
the API itself or on the API of its routing table. The order of declaration is drawn last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from provider_conformance.hosts.model import ProviderSketch, StackSketch, Vocabulary
from provider_conformance.hosts.vocabulary import BUILTIN
from provider_conformance.strategies.faults import Fault, FaultKind, Planted
from provider_conformance.strategies.graphs import decode_edges, edge_bytes, order_bytes, permuted

__all__ = ["faulty_stacks", "stacks"]

Parts = tuple[bytes, bytes, int, bytes, bytes, bytes]
Edge = tuple[int, int, int]

_OPTIONAL: Final = 1
_BY_TABLE: Final = 2
_SHARE: Final = 4


def stacks(
    *,
    vocabulary: Vocabulary = BUILTIN,
    min_apis: int = 1,
    max_apis: int = 6,
    max_per_api: int = 2,
    optional: bool = True,
    by_table: bool = True,
    listed: bool = True,
) -> st.SearchStrategy[StackSketch]:
    """Run configs that a stack should resolve.

    Args:
        vocabulary: The APIs of the stack; those of the built-in one unless told.
        min_apis: The fewest APIs with a provider.
        max_apis: The most APIs with a provider.
        max_per_api: The most providers of one API.
        optional: Whether a dependency may be an optional one.
        by_table: Whether a dependency may be on the API of a routing table.
        listed: Whether ``apis`` names what is configured; without it a stack may set up routers
            for APIs that have no provider.

    Returns:
        A strategy that shrinks towards few dependencies, then few APIs, then one provider an API.
    """
    apis = vocabulary.providable
    most = min(max_apis, len(apis))
    flags = _OPTIONAL * (optional and vocabulary.optional) | _BY_TABLE * by_table

    def build(parts: Parts) -> StackSketch:
        edges, kinds, count, dealt, several, order = parts
        pairs = _edges(edges, kinds, most, flags)
        chosen = [apis[i] for i in permuted(len(apis), dealt)]
        nodes = _touched(pairs, max(count, min_apis), most)
        providers = _providers(pairs, nodes, chosen, _counts(several, max_per_api), vocabulary)
        return _declared(providers, order, vocabulary, listed=listed)

    return _parts(most, min_apis, len(apis), max_per_api).map(build)


def faulty_stacks(
    kind: FaultKind, *, vocabulary: Vocabulary = BUILTIN, max_others: int = 2, optional: bool = False
) -> st.SearchStrategy[Planted[StackSketch]]:
    """Run configs with exactly one fault.

    Args:
        kind: What is wrong with them.
        vocabulary: The APIs of the stack; those of the built-in one unless told.
        max_others: The most APIs with providers that have no part in the fault.
        optional: Whether a dependency on a cycle may be an optional one.

    Returns:
        A strategy for run configs with their fault; it shrinks to the providers that have a part in it.
    """
    plant, needed = _FAULTS[kind]
    free = len(vocabulary.providable) - needed
    base = stacks(
        vocabulary=vocabulary,
        min_apis=0,
        max_apis=max(min(max_others, free), 0),
        optional=optional,
        by_table=False,
    )
    drawn = st.tuples(base, st.binary(min_size=8, max_size=8))

    def build(parts: tuple[StackSketch, bytes]) -> Planted[StackSketch]:
        return plant(parts[0], parts[1], vocabulary)

    return drawn.map(build)


def _parts(most: int, fewest: int, apis: int, per_api: int) -> st.SearchStrategy[Parts]:
    size = most * per_api
    edges = edge_bytes(most, 2 * most)
    return st.tuples(
        edges,
        st.binary(max_size=2 * most),
        st.integers(fewest, most),
        order_bytes(apis),
        st.binary(max_size=most),
        order_bytes(max(size, 1)),
    )


def _edges(drawn: bytes, kinds: bytes, size: int, flags: int) -> list[Edge]:
    if size < 2:
        return []
    padded = kinds + bytes(len(drawn))
    return [
        (a, b, (kind & flags) | (kind & _SHARE))
        for (a, b), kind in zip(decode_edges(drawn, size), padded, strict=False)
    ]


def _touched(edges: Iterable[Edge], count: int, most: int) -> list[int]:
    """The nodes with an edge, filled up with others to ``count``."""
    touched = {node for a, b, _ in edges for node in (a, b)}
    spare = [node for node in range(most) if node not in touched]
    return sorted([*touched, *spare[: max(count - len(touched), 0)]])


def _counts(drawn: bytes, most: int) -> Callable[[int], int]:
    return lambda place: 1 + (drawn[place] % most if place < len(drawn) else 0)


def _providers(
    edges: Sequence[Edge],
    nodes: Sequence[int],
    apis: Sequence[str],
    count: Callable[[int], int],
    vocabulary: Vocabulary,
) -> list[ProviderSketch]:
    providers = []
    for place, node in enumerate(nodes):
        outgoing = [(b, kind) for a, b, kind in edges if a == node]
        many = count(place)
        for number in range(many):
            # The last provider has the edges that nobody else has: only some of several declare any.
            mine = [(b, kind) for b, kind in outgoing if number == (0 if kind & _SHARE else many - 1)]
            providers.append(_provider(apis[node], number, mine, apis, vocabulary))
    return providers


def _provider(
    api: str, number: int, needed: Sequence[tuple[int, int]], apis: Sequence[str], vocabulary: Vocabulary
) -> ProviderSketch:
    needs: dict[str, bool] = {}
    for node, kind in needed:
        name = apis[node]
        if kind & _BY_TABLE:
            name = vocabulary.routed.get(name, name)
        needs.setdefault(name, bool(kind & _OPTIONAL))
    return ProviderSketch(
        api,
        f"{api}-{number}",
        f"inline::{api}-{number}",
        tuple(name for name, optional in needs.items() if not optional),
        tuple(name for name, optional in needs.items() if optional),
    )


def _declared(
    providers: Sequence[ProviderSketch], order: bytes, vocabulary: Vocabulary, *, listed: bool
) -> StackSketch:
    arranged = tuple(providers[i] for i in permuted(len(providers), order))
    return StackSketch(arranged, served(arranged, vocabulary) if listed else None)


def served(providers: Iterable[ProviderSketch], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The APIs of ``providers``, those of routing tables included."""
    apis = dict.fromkeys(provider.api for provider in providers)
    tables = dict.fromkeys(vocabulary.routed[api] for api in apis if api in vocabulary.routed)
    return (*apis, *tables)


Plant = Callable[[StackSketch, bytes, Vocabulary], Planted[StackSketch]]


def _free(vocabulary: Vocabulary, drawn: bytes) -> list[str]:
    """The APIs to plant a fault on, in a drawn order: it does not depend on what else is there."""
    apis = vocabulary.providable
    return [apis[i] for i in permuted(len(apis), drawn.ljust(len(apis), drawn[-1:]))]


def _new(api: str, *needs: str, provider_id: str = "", known: bool = True) -> ProviderSketch:
    return ProviderSketch(api, provider_id or f"{api}-x", f"inline::{api}-x", needs, known=known)


def _with(
    sketch: StackSketch, added: Sequence[ProviderSketch], drawn: bytes, vocabulary: Vocabulary
) -> StackSketch:
    """Declare further providers, the first of them at a drawn place."""
    taken = {provider.api for provider in added}
    others = [
        replace(p, needs=_except(p.needs, taken), may_use=_except(p.may_use, taken))
        for p in sketch.providers
        if p.api not in taken
    ]
    place = drawn[0] % (len(others) + 1)
    providers = (*others[:place], *added, *others[place:])
    return StackSketch(providers, served(providers, vocabulary))


def _except(names: Sequence[str], taken: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in taken)


def _cycle(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    free = _free(vocabulary, drawn[2:])
    ring = free[: 2 + drawn[1] % min(3, len(free) - 1)]
    added = [_new(api, ring[(i + 1) % len(ring)]) for i, api in enumerate(ring)]
    return Planted(_with(sketch, added, drawn, vocabulary), Fault(FaultKind.CYCLE, tuple(ring)))


def _self_dependency(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    api = _free(vocabulary, drawn[2:])[0]
    planted = _with(sketch, [_new(api, api)], drawn, vocabulary)
    return Planted(planted, Fault(FaultKind.SELF_DEPENDENCY, (api,)))


def _missing(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    api, absent = _free(vocabulary, drawn[2:])[:2]
    present = [p for p in sketch.providers if p.api != absent and absent not in (*p.needs, *p.may_use)]
    planted = _with(replace(sketch, providers=tuple(present)), [_new(api, absent)], drawn, vocabulary)
    return Planted(planted, Fault(FaultKind.MISSING_DEPENDENCY, (api, absent)))


def _duplicate(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    api = _free(vocabulary, drawn[2:])[0]
    first = _new(api, provider_id=f"{api}-x")
    second = replace(first, provider_type=f"inline::{api}-y")
    planted = _with(sketch, [first, second], drawn, vocabulary)
    return Planted(planted, Fault(FaultKind.DUPLICATE_ID, (first.provider_id,)))


def _unknown_type(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    added = _new(_free(vocabulary, drawn[2:])[0], known=False)
    planted = _with(sketch, [added], drawn, vocabulary)
    return Planted(planted, Fault(FaultKind.UNKNOWN_TYPE, (added.provider_type,)))


def _override(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    tables = list(vocabulary.routed.values())
    table = tables[drawn[1] % len(tables)]
    planted = _with(sketch, [_new(table)], drawn, vocabulary)
    return Planted(planted, Fault(FaultKind.TABLE_OVERRIDE, (table,)))


def _left_out(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    api, left = _free(vocabulary, drawn[2:])[:2]
    planted = _with(sketch, [_new(api, left), _new(left)], drawn, vocabulary)
    gone = {left, vocabulary.routed.get(left, left)}
    apis = tuple(name for name in planted.apis or () if name not in gone)
    return Planted(replace(planted, apis=apis), Fault(FaultKind.API_LEFT_OUT, (api, left)))


def _empty_router(sketch: StackSketch, drawn: bytes, vocabulary: Vocabulary) -> Planted[StackSketch]:
    routers = [api for api in vocabulary.routed if api not in sketch.by_api()]
    router = routers[drawn[1] % len(routers)] if routers else ""
    apis = (*(sketch.apis or ()), *((router, vocabulary.routed[router]) if router else ()))
    return Planted(replace(sketch, apis=apis), Fault(FaultKind.EMPTY_ROUTER, (router,) if router else ()))


_FAULTS: Final[dict[FaultKind, tuple[Plant, int]]] = {
    FaultKind.CYCLE: (_cycle, 3),
    FaultKind.SELF_DEPENDENCY: (_self_dependency, 1),
    FaultKind.MISSING_DEPENDENCY: (_missing, 2),
    FaultKind.DUPLICATE_ID: (_duplicate, 1),
    FaultKind.UNKNOWN_TYPE: (_unknown_type, 1),
    FaultKind.TABLE_OVERRIDE: (_override, 0),
    FaultKind.API_LEFT_OUT: (_left_out, 2),
    FaultKind.EMPTY_ROUTER: (_empty_router, 0),
}
"""How each fault is planted, and how many APIs without a provider that takes."""
