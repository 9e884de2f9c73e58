"""What is wrong with a registry that a stack stores: unregistering, what is returned, whose name is whose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from provider_conformance.evidence.registries.faults import lost
from provider_conformance.evidence.registries.listings import Call, Entry, Fault, Listing, ObservedLeaving
from provider_conformance.findings import Severity

_LEAVE: Final = "take out of the registry what has that identifier, and do nothing where there is nothing"
_KNOWS: Final = (
    "the stack has taken the object out of its own registry before it tells the provider: what fails or "
    "stays there is known to nobody any more"
)
_STARTS: Final = (
    "at its start the routing table first unregisters what it has kept from an earlier run, with a "
    "provider that was made a moment ago: the error ends the start of the stack"
)


def does_not_leave(seen: ObservedLeaving) -> Fault | None:
    """PC609: what remains of an object that was unregistered.

    A provider that says that it unregisters nothing is not judged by this.
    """
    if seen.first.error is not None or seen.left is None or seen.left.offline or _unable(seen.left):
        return None
    message = _remains(seen) or _not_back(seen)
    if seen.left.error is not None:
        message = f"unregistering {seen.registered.identifier!r}, which it accepted, raises {seen.left.told}"
    return Fault(message, _KNOWS, _LEAVE) if message else None


def _unable(call: Call) -> bool:
    return isinstance(call.error, NotImplementedError)


def _remains(seen: ObservedLeaving) -> str:
    name = seen.registered.identifier
    if name not in seen.before.names and name in seen.there.names and name in seen.gone.names:
        return f"it lists {name!r} still, after that was unregistered"
    if gone := sorted(lost(seen.there, seen.gone) - {name} - _names(seen)):
        return f"unregistering {name!r} takes {gone[0]!r} away too"
    return ""


def _names(seen: ObservedLeaving) -> set[str]:
    """The names under which a listing may have the object."""
    same = (e.identifier for e in seen.there.entries if e.resource and e.resource == seen.registered.resource)
    return set(same)


def _not_back(seen: ObservedLeaving) -> str:
    name, back = seen.registered.identifier, seen.back
    if back is None or back.offline:
        return ""
    if back.error is not None:
        return f"{name!r} cannot be registered again after it was unregistered: {back.told}"
    if name in seen.there.names and seen.returned.told and name not in seen.returned.names:
        return f"it does not list {name!r} when that is registered again after it was unregistered"
    return ""


def knows_no_stranger(seen: Call | None, name: str) -> Fault | None:
    """PC609: how an identifier is unregistered that the instance has never heard of.

    Only a stack that does so when it starts again ever asks for that: a client's request is refused by the
    routing table, which looks the identifier up among its own objects first.

    Args:
        seen: The call, None where there was none.
        name: The identifier.
    """
    if seen is None or seen.error is None or seen.offline:
        return None
    return Fault(
        f"unregistering {name!r}, which this instance does not know, raises {seen.told}", _STARTS, _LEAVE
    )


def returns_nothing(seen: ObservedLeaving) -> Fault | None:
    """PC610: what the registration returns where the stack stores it."""
    if seen.first.error is not None:
        return None
    returned = seen.first.returned
    if returned is not None and Entry.of(returned).identifier:
        return None
    what = "nothing" if returned is None else f"a {type(returned).__name__}"
    return Fault(
        f"the registration of {seen.registered.identifier!r} returns {what}",
        "the routing table stores what the method returns: `dist_registry.register(returned)` fails over it",
        "return the object that was registered",
    )


def confuses_names(seen: ObservedLeaving, *, stored: bool) -> Fault | None:
    """PC612: where the object's name in the stack and its name at the provider were mixed up.

    Args:
        seen: What was seen of an object whose two names differ.
        stored: Whether the stack stores what the registration returns.
    """
    given = seen.registered
    if seen.first.error is not None or given.identifier == given.resource:
        return None
    message = _returned_wrongly(given, seen) if stored else ""
    message = message or _listed_wrongly(given, seen.there) or _left_wrongly(seen)
    why = (
        f"clients ask for the identifier ({given.identifier!r}); the provider's own name for the same object "
        f"is its provider_resource_id ({given.resource!r}), and the stack unregisters by the first"
    )
    fix = "keep objects by `identifier`; use `provider_resource_id` for calls of the backend alone"
    return Fault(message, why, fix) if message else None


def _returned_wrongly(given: Entry, seen: ObservedLeaving) -> str:
    returned = Entry.of(seen.first.returned)
    if returned.identifier and returned.identifier != given.identifier:
        return f"what is registered as {given.identifier!r} is returned as {returned.identifier!r}"
    if returned.identifier and returned.resource == given.identifier:
        return f"the provider_resource_id of what it returns is the identifier, {given.identifier!r}"
    return ""


def _listed_wrongly(given: Entry, there: Listing) -> str:
    for entry in there.entries:
        if (entry.identifier, entry.resource) == (given.resource, given.identifier):
            return f"{given.identifier!r} is listed with its two names exchanged"
        if entry.identifier == entry.resource == given.identifier:
            return f"{given.identifier!r} is listed with its identifier as the provider_resource_id"
    return ""


def _left_wrongly(seen: ObservedLeaving) -> str:
    name, left = seen.registered.identifier, seen.left
    if left is None or left.offline or _unable(left):
        return ""
    if left.error is not None:
        return f"{name!r} cannot be unregistered by its identifier: {left.told}"
    if name not in seen.before.names and name in seen.there.names and name in seen.gone.names:
        return f"{name!r} is listed still, after it was unregistered by its identifier"
    return ""


def wrong_answer(answers: Sequence[Call]) -> Fault | None:
    """PC613: what `should_refresh_*` answers that is neither yes nor no."""
    why = (
        "the routing table asks outside of any `try`, before it asks for the listing: an error ends the "
        "refresh of all providers, and whatever is not empty counts as yes"
    )
    fix = "return True or False; True where the listing may change while the stack runs"
    for call in answers:
        if call.error is not None:
            return None if call.offline else Fault(f"it raises {call.told}", why, fix)
        if type(call.returned).__name__ not in ("bool", "bool_"):
            severity = Severity.WARNING if call.returned is None else Severity.ERROR
            return Fault(f"it answers {call.returned!r}, which is neither True nor False", why, fix, severity)
    return None
