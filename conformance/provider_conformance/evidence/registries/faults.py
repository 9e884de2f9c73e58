"""What is wrong with an observed registry: pure functions from an observation to a fault, or None."""

from __future__ import annotations

from typing import Final

from provider_conformance.evidence.registries.listings import (
    Entry,
    Fault,
    Listing,
    ObservedListing,
    ObservedTwice,
    is_offline,
)
from provider_conformance.findings import Severity
from provider_conformance.package.chains import reason

_AGAIN: Final = (
    "the same object comes again when a client repeats its request, when it stands in the run config and "
    "among what the provider lists, and when the stack starts again over registrations that it has kept"
)
_KEEP: Final = "keep what is registered in a dict by identifier; an equal object changes nothing there"


def wrongly_listed(obj: Entry, before: Listing, after: Listing) -> str:
    """PC603: what is wrong with a provider's listing after the registration of an object.

    A provider need not list what is registered with it. The text is empty where nothing is wrong.
    """
    name = obj.identifier
    if after.error is not None and before.error is None and not is_offline(after.error):
        return f"after the registration of {name!r} the provider's listing raises {reason(after.error)}"
    if after.names[name] > 1:
        return f"after its registration the provider lists {name!r} {after.names[name]} times"
    if gone := sorted(lost(before, after)):
        return f"after the registration of {name!r} the provider does not list {gone[0]!r} any more"
    return _changed(obj, before, after)


def _changed(obj: Entry, before: Listing, after: Listing) -> str:
    name = obj.identifier
    wrong = next((e for e in after.entries if e.identifier == name and e.type != obj.type), None)
    if wrong is not None:
        return f"{name!r} is registered with the type {obj.type!r} and listed with {wrong.type!r}"
    new = [entry for entry in after.entries if not before.has(entry)]
    if not new or after.has(obj) or not before.told:
        return ""
    if not new[0].identifier:
        return f"after the registration of {name!r} the provider lists a {new[0].cls} without an identifier"
    return f"{name!r} is registered, and the provider lists {new[0].identifier!r} instead"


def lost(before: Listing, after: Listing) -> set[str]:
    """The names that stood in one listing and not in a later one, where both say something."""
    if not before.told or not after.told or after.error is not None:
        return set()
    return set(before.names) - set(after.names)


def not_idempotent(seen: ObservedTwice) -> Fault | None:
    """PC605: what the second registration of the very same object broke."""
    if seen.first.error is not None:
        return None
    return _listed_again(seen) or _refused_again(seen)


def _refused_again(seen: ObservedTwice) -> Fault | None:
    again, name = seen.again, seen.registered.identifier
    if again is None or again.error is None or again.offline:
        return None
    if again.refused:
        message = f"it refuses to register {name!r} again, though it is the very same object: {again.told}"
        return Fault(message, _AGAIN, _KEEP, Severity.WARNING)
    message = f"registering {name!r} again, the very same object, raises {again.told}"
    return Fault(message, _AGAIN, _KEEP)


def _listed_again(seen: ObservedTwice) -> Fault | None:
    name = seen.registered.identifier
    message = ""
    if name in seen.before.names and seen.after.names[name] > seen.before.names[name]:
        message = f"it lists {name!r}, and {seen.after.names[name]} times after that is registered again"
    elif seen.finally_.names[name] > max(1, seen.after.names[name]):
        message = f"it lists {name!r} {seen.finally_.names[name]} times when it was registered twice"
    elif gone := sorted(lost(seen.after, seen.finally_)):
        message = f"it does not list {gone[0]!r} any more when {name!r} was registered twice"
    elif new := sorted(other for other in lost(seen.finally_, seen.after) if name in other):
        message = f"it lists {new[0]!r} besides {name!r} when that was registered twice"
    return Fault(message, _AGAIN, _KEEP) if message else None


def mutates(seen: ObservedTwice, *, stored: bool) -> Fault | None:
    """PC606: what the registration did to the object that was handed over.

    Args:
        seen: What was seen.
        stored: Whether the stack stores what the method returns, and not what it has handed over.
    """
    if not seen.changes:
        return None
    name, (before, after) = next(iter(seen.changes.items()))
    message = (
        f"registering {seen.registered.identifier!r} changes the object that it is given: "
        f"`{name}` is {before!r} before and {after!r} after"
    )
    kept = stored and name not in ("identifier", "provider_id", "type")
    why = (
        "the caller's object is not the provider's: a caller that goes on with it (the stack stores it, "
        "a run config holds it, a test compares it) has another one than it registered"
    )
    fix = "change a copy: `model_copy(update={...}, deep=True)`"
    return Fault(message, why, fix, Severity.WARNING if kept else Severity.ERROR)


def unsteady(seen: ObservedListing) -> Fault | None:
    """PC607: how listings of one instance differ though nothing happened in between."""
    why = (
        "the routing table asks more than once (when the stack starts, at each refresh): what is "
        "missing in a later answer is taken out and cannot be called any more"
    )
    fix = "answer from what is kept, and change nothing by being asked"
    message = _drained(seen) or _unlike(seen)
    return Fault(message, why, fix) if message else None


def _drained(seen: ObservedListing) -> str:
    first = seen.calls[0] if seen.calls else Listing(told=False)
    if not first.told or first.error is not None:
        return ""
    gone = [entry.identifier for entry in seen.table if not first.has(entry)]
    return f"the routing table was told of {gone[0]!r}, and the next listing does not have it" if gone else ""


def _unlike(seen: ObservedListing) -> str:
    for number, (earlier, later) in enumerate(zip(seen.calls, seen.calls[1:], strict=False), 2):
        if not earlier.told or earlier.error is not None:
            continue
        if later.error is not None:
            return f"call {number} of the listing raises {reason(later.error)}"
        if not later.told:
            return f"call {number} of the listing is None, and the one before was a list"
        if gone := [name for name in earlier.names if name not in later.names]:
            new = [name for name in later.names if name not in earlier.names]
            instead = f", and has {new[0]!r}, which was not there" if new else ""
            return f"call {number} of the listing does not have {gone[0]!r} any more{instead}"
        doubled = [n for n, count in later.names.items() if count > max(1, earlier.names[n])]
        if doubled:
            return f"call {number} of the listing has {doubled[0]!r} {later.names[doubled[0]]} times"
    return ""


def internal_list(*, listed: bool, marked: bool) -> Fault | None:
    """PC608: whether what a caller adds to a listing is part of the next one.

    Args:
        listed: Whether there was a list to add something to.
        marked: Whether the next listing has what was added.
    """
    if not listed or not marked:
        return None
    return Fault(
        "the list that it returns is its own: what a caller adds to it is in the next listing",
        "whoever sorts, filters or extends the answer changes what the provider serves, and a registration "
        "that comes in between changes the answer under the caller's hands",
        "return a new list: `return list(self.models)`",
    )
