"""One release compared with another: everything that who writes providers has to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provider_conformance.contracts.snapshots import Snapshot
from provider_conformance.releases.changes.calls import call_changes
from provider_conformance.releases.changes.history import facts_of, gaps, with_returns
from provider_conformance.releases.changes.methods import method_changes
from provider_conformance.releases.changes.model import Change, Comparison
from provider_conformance.releases.changes.names import name_changes
from provider_conformance.releases.changes.seen import Seen, seen
from provider_conformance.releases.changes.stackwide import stackwide_changes


def compare(old: Snapshot, new: Snapshot, others: Iterable[Snapshot] = ()) -> Comparison:
    """Tell all changes from one release to another.

    Args:
        old: The release to compare with.
        new: The release whose changes are told.
        others: Releases before, between and after them, which tell what was there before, or comes back.
    """
    others = [*others]
    facts = {one.release: facts_of(one) for one in (*others, old, new)}
    last = max(old.release.order, new.release.order)
    later = [one for one in others if one.release.order > last]
    before, after = seen(old), seen(new)
    found = with_returns(_demanded(before, after), old.release, new.release, facts)
    order = [*dict.fromkeys(("", *new.contract.apis, *old.contract.apis))]
    return Comparison(
        old.release,
        new.release,
        tuple(sorted((*found, *name_changes(old, new, later)), key=lambda change: order.index(change.api))),
        tuple(_served(before, after)),
        tuple(gaps(old.release, new.release, facts)),
    )


def _demanded(before: Seen, after: Seen) -> Iterator[Change]:
    yield from stackwide_changes(before.contract, after.contract)
    yield from method_changes(before, after)
    yield from call_changes(before, after)


def _served(before: Seen, after: Seen) -> Iterator[str]:
    """The APIs that providers serve in one of two releases."""
    apis = [*after.contract.apis.values(), *before.contract.apis.values()]
    yield from dict.fromkeys(api.name for api in apis if api.providable)
