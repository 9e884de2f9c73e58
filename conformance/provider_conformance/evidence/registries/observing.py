"""Drive the registry methods of a tried provider and write down what it does."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, TypeVar

from provider_conformance.evidence.registries.listings import (
    SILENT,
    Call,
    Entry,
    Listing,
    ObservedLeaving,
    ObservedListing,
    ObservedTwice,
)
from provider_conformance.evidence.registries.verbs import Verbs
from provider_conformance.evidence.start import Start
from provider_conformance.hosts.running import FIRST, Running

if TYPE_CHECKING:
    pass

T = TypeVar("T")

_CALLS: Final = 3
"""How often a listing is asked for in a row."""


def observed(first: Start, work: Callable[[Running], Awaitable[T]]) -> T | None:
    """What ``work`` sees in a stack of its own that has the provider once; None where it ended before."""
    found: T | None = first.trial.run(first.trial.surroundings(), work).value
    return found


def handed(running: Running, obj: Any, provider_id: str = FIRST) -> Any:
    """The object as the routing table hands it to a provider: a copy of the table's own class."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - a run without a provider does without it

    values = {**obj.model_dump(), "provider_id": provider_id}
    kind: Any = reduce(or_, running.kinds)
    return TypeAdapter(kind).validate_python(copy.deepcopy(values))


async def listing(running: Running) -> Listing:
    """What the first instance lists now."""
    if not running.listing:
        return SILENT
    try:
        answer = await getattr(running.instances[FIRST], running.listing)()
        entries = None if answer is None else tuple(Entry.of(item) for item in answer)
    except (Exception, SystemExit) as error:
        return Listing(error=error)
    return SILENT if entries is None else Listing(entries)


async def call(running: Running, method: str, *arguments: Any) -> Call:
    """Call a registry method of the first instance as the routing table does."""
    try:
        return Call(returned=await getattr(running.instances[FIRST], method)(*arguments))
    except (Exception, SystemExit) as error:
        return Call(error)


async def twice(running: Running, verbs: Verbs, obj: Any) -> ObservedTwice:
    """Register an object twice in a row."""
    before = await listing(running)
    given, same = handed(running, obj), handed(running, obj)
    first = await call(running, verbs.register, given)
    seen = ObservedTwice(Entry.of(same), first, before=before, changes=changes(same, given))
    if first.error is not None:
        return seen
    after = await listing(running)
    again = await call(running, verbs.register, same)
    return ObservedTwice(seen.registered, first, again, before, after, await listing(running), seen.changes)


def changes(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    """The fields in which two models differ, with both values; nan equals nan."""
    was, is_now = before.model_dump(), after.model_dump()
    return {
        name: (was.get(name), is_now.get(name))
        for name in (*was, *(n for n in is_now if n not in was))
        if repr(was.get(name)) != repr(is_now.get(name))
    }


async def leaving(running: Running, verbs: Verbs, obj: Any) -> ObservedLeaving:
    """Register an object, unregister it, and register it again."""
    before = await listing(running)
    first = await call(running, verbs.register, handed(running, obj))
    entry = Entry.of(handed(running, obj))
    if first.error is not None:
        return ObservedLeaving(entry, first, before=before)
    there = await listing(running)
    if not verbs.unregister:
        return ObservedLeaving(entry, first, before=before, there=there)
    left = await call(running, verbs.unregister, entry.identifier)
    gone = await listing(running)
    if left.error is not None:
        return ObservedLeaving(entry, first, left, None, before, there, gone)
    back = await call(running, verbs.register, handed(running, obj))
    returned = await listing(running)
    return ObservedLeaving(entry, first, left, back, before, there, gone, returned)


async def listings(running: Running) -> ObservedListing:
    """Ask for the listing several times in a row."""
    table = tuple(
        Entry.of(obj) for obj in await running.objects() if getattr(obj, "provider_id", "") == FIRST
    )
    return ObservedListing(table, tuple([await listing(running) for _ in range(_CALLS)]))


async def marked(running: Running) -> tuple[bool, bool]:
    """Add something to a listing: whether that was possible, and whether the next listing has it."""
    method = getattr(running.instances[FIRST], running.listing)
    answer, marker = await method(), object()
    if not isinstance(answer, list):
        return False, False
    answer.append(marker)
    following = await method()
    return True, any(item is marker for item in following or ())
