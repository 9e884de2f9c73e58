"""What came and went over many releases: their order is that of their numbers, not that of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.contracts.snapshots import Release, Snapshot
from provider_conformance.releases.changes.model import Change, Fact, Gap
from provider_conformance.releases.changes.seen import protocols_of

Facts = Mapping[Release, frozenset[Fact]]
"""What each release has."""


@cache
def facts_of(snapshot: Snapshot) -> frozenset[Fact]:
    """All that a release has and that may come and go."""
    return frozenset(_facts(snapshot.contract))


def _facts(contract: Contract) -> Iterator[Fact]:
    for api in contract.apis.values():
        yield Fact("api", api.name)
        yield from _of_api(api)
    for name, fields in contract.spec_fields.items():
        yield Fact("class", name=name)
        yield from (Fact("field", method=name, name=field) for field in fields)
    for kind, factory in contract.factories.items():
        yield Fact("factory", name=kind)
        yield from (Fact("argument", method=factory.function, name=name) for name in factory.optional)
    yield from (Fact("attribute", name=name) for name in contract.attributes)


def _of_api(api: ApiContract) -> Iterator[Fact]:
    yield from (Fact("injected", api.name, name=name) for name in api.injected)
    for side, protocol in protocols_of(api):
        yield from (Fact("member", api.name, side, name=name) for name in protocol.attributes)
        for name, method in protocol.methods.items():
            yield Fact("method", api.name, side, name)
            for p in method.signature.parameters:
                yield Fact("parameter", api.name, side, name, p.name)


def with_returns(changes: Iterable[Change], old: Release, new: Release, facts: Facts) -> Iterator[Change]:
    """Say of what has gone where it is there again, and of what has come where it was before.

    Args:
        changes: The changes from ``old`` to ``new``.
        old: The release before them.
        new: The release behind them.
        facts: What the releases have that there is something known of.
    """
    for change in changes:
        if change.kind.event == "removed":
            others = [release for release in facts if release.order > max(old.order, new.order)]
        elif change.kind.event == "added":
            others = [release for release in facts if release.order < min(old.order, new.order)]
        else:
            others = []
        yield replace(change, again=tuple(one for one in others if change.fact in facts[one]))


def gaps(old: Release, new: Release, facts: Facts) -> Iterator[Gap]:
    """What both releases have and some between them have not; of a thing that is away, not its parts."""
    first, last = sorted((old, new), key=lambda release: release.order)
    between = [release for release in facts if first.order < release.order < last.order]
    both = facts[old] & facts[new]
    for fact in sorted(both):
        away = tuple(release for release in between if fact not in facts[release])
        whole = {
            release
            for release in away
            for part in _wholes(fact)
            if part in both and part not in facts[release]
        }
        if {*away} - whole:
            yield Gap(fact, away)


def _wholes(fact: Fact) -> Iterator[Fact]:
    """What a fact is a part of: a parameter of its method, a method of its API."""
    if fact.noun != "api" and fact.api:
        yield Fact("api", fact.api)
    if fact.noun == "parameter":
        yield Fact("method", fact.api, fact.side, fact.method)
    if fact.noun == "field":
        yield Fact("class", name=fact.method)
