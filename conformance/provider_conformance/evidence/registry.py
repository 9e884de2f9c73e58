"""Drive the registry methods of a tried provider and write down what it does."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, TypeVar

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.calls import is_theirs
from provider_conformance.evidence.candidates import bare, candidates, examples, template_of
from provider_conformance.evidence.listings import (
    SILENT,
    Call,
    Entry,
    Listing,
    ObservedLeaving,
    ObservedListing,
    ObservedTwice,
)
from provider_conformance.evidence.registry_faults import unsteady
from provider_conformance.evidence.start import Start, started
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Judgement, left_to
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.package.exceptions import Nature, nature, reason
from provider_conformance.package.model import SpecKind
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import State
from provider_conformance.strategies.search import smallest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

_CALLS: Final = 3
"""How often a listing is asked for in a row."""


@dataclass(frozen=True, slots=True)
class Verbs:
    """The registry methods of an API's providers, by what they do; "" where the contract has none.

    ``stored``: the stack goes on with what ``register`` returns, and not with what it has handed over.
    """

    register: str
    listing: str = ""
    unregister: str = ""
    refresh: str = ""
    stored: bool = False


def verbs_of(api: ApiContract | None) -> Verbs | None:
    """The registry methods that an API's private protocol names, None where it has no `register_*`."""
    methods = api.private.methods if api is not None and api.private is not None else {}
    register = _one(methods, "register_")
    if not register:
        return None
    return Verbs(
        register,
        _one(methods, "list_"),
        _one(methods, "unregister_"),
        _one(methods, "should_refresh_"),
        stored=not methods[register].returns_none,
    )


def lists_again(api: ApiContract | None) -> bool:
    """Whether the stack asks a provider for its listing when something may have been registered with it.

    A table that asks only while it is initialized has it before that, and never again of the same instance.
    """
    verbs = verbs_of(api)
    calls = api.calls.get(verbs.listing, ()) if api is not None and verbs is not None else ()
    return any(call.caller.rpartition(".")[2] != "initialize" for call in calls)


def _one(methods: Mapping[str, Any], prefix: str) -> str:
    return next((name for name in methods if name.startswith(prefix)), "")


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


def reachable(subject: Subject) -> Start | Judgement:
    """The first trial of a provider whose registry can be tried, or why it cannot.

    What needs a backend that is not there would be tried again and again, and wait for it each time.
    """
    first = started(subject)
    if isinstance(first, Judgement):
        return first
    told = heard(first)
    error = told.error
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    if error is None:
        return first
    means = nature(error, is_theirs=is_theirs(subject), remote=remote)
    if remote and told.told and means is Nature.CRASH:
        return left_to("PC601", why=f"it cannot list: {reason(error)}")
    if remote or not told.told or means is Nature.NO_BACK_END:
        return Judgement(inconclusive=f"it cannot list here: {reason(error)}", see=("PC601",))
    return first


@lru_cache(maxsize=64)
def heard(first: Start) -> Listing:
    """What the provider lists in a stack that has just started; untold, with the error, where that ended."""
    attempt = first.trial.run(first.trial.surroundings(), listing)
    return attempt.value or Listing(told=False, error=attempt.error)


@lru_cache(maxsize=64)
def restless(first: Start) -> Judgement | None:
    """Why nothing can be told from the provider's listing: it changes by itself; None where it does not."""
    seen = observed(first, listings)
    if seen is None:
        return None
    why = "its listing changes by itself"
    if unsteady(seen) is not None:
        return left_to("PC607", why=why)
    return Judgement(skipped=why) if len({frozenset(told.names) for told in seen.calls}) > 1 else None


async def marked(running: Running) -> tuple[bool, bool]:
    """Add something to a listing: whether that was possible, and whether the next listing has it."""
    method = getattr(running.instances[FIRST], running.listing)
    answer, marker = await method(), object()
    if not isinstance(answer, list):
        return False, False
    answer.append(marker)
    following = await method()
    return True, any(item is marker for item in following or ())


Observe = Callable[[Running, Verbs, Any], Awaitable[T]]


class Observer:
    """Observes a provider's registry, each object once: several rules look at the same observation."""

    def __init__(self, first: Start, verbs: Verbs) -> None:
        self.first, self.verbs = first, verbs
        self._seen: dict[tuple[Any, str], Any] = {}

    def of(self, observe: Observe[T], obj: Any) -> T | None:
        """The observation of an object, in a stack of its own; None where that ended before.

        Args:
            observe: :func:`twice` or :func:`leaving`.
            obj: The object.
        """
        key = observe, repr(obj)
        if key not in self._seen:
            self._seen[key] = observed(self.first, lambda running: observe(running, self.verbs, obj))
        found: T | None = self._seen[key]
        return found

    def smallest(
        self,
        observe: Observe[T],
        faulty: Callable[[T], object],
        objects: SearchStrategy[Any] | None = None,
    ) -> tuple[Any, T] | None:
        """The smallest object in whose observation there is a fault, with the observation.

        Args:
            observe: :func:`twice` or :func:`leaving`.
            faulty: What is wrong with an observation, None where nothing is.
            objects: The objects; unless told what the provider lists, under other names too, and bare.
        """

        def violates(obj: Any) -> bool:
            seen = self.of(observe, obj)
            return seen is not None and faulty(seen) is not None

        obj = smallest(
            self._objects() if objects is None else objects, violates, examples=examples(self.first)
        )
        seen = None if obj is None else self.of(observe, obj)
        return None if seen is None else (obj, seen)

    def _objects(self) -> SearchStrategy[Any]:
        """What is listed itself, the same under other names, and with no more than it must have."""
        from hypothesis import strategies as st  # noqa: PLC0415 - half a second

        from provider_conformance.strategies.objects import renamed  # noqa: PLC0415

        template = template_of(self.first)
        objects = candidates(self.first)
        if template is None:
            return objects
        return st.one_of(st.just(template), objects, renamed(bare(template)))


@lru_cache(maxsize=64)
def observer_of(first: Start, verbs: Verbs) -> Observer:
    """The observer of a provider; the same one for all rules."""
    return Observer(first, verbs)


def observer(subject: Subject, *needed: str) -> Observer | Judgement:
    """The observer of a subject's provider, or why there is none.

    Args:
        subject: What is judged.
        needed: The verbs that a rule needs: "listing", "unregister", "refresh".
    """
    verbs = verbs_of(subject.api)
    if verbs is None:
        return Judgement(skipped="nothing is registered with a provider of this API")
    for verb in needed:
        if not getattr(verbs, verb):
            return Judgement(skipped=f"the stack's providers of this API have no {_PROMISED[verb]}")
    first = reachable(subject)
    if isinstance(first, Judgement):
        return first
    methods = (verbs.register, *(getattr(verbs, verb) for verb in needed))
    absent = [method for method in methods if not _is_there(subject, method)]
    if absent:
        return left_to("PC301", "PC302", why=f"`{absent[0]}` is not implemented")
    return observer_of(first, verbs)


_PROMISED: Final = {
    "listing": "method that lists",
    "unregister": "method that unregisters",
    "refresh": "`should_refresh_*`",
}


def _is_there(subject: Subject, name: str) -> bool:
    cls = subject.implementation().cls
    protocol = subject.api.private if subject.api is not None else None
    if cls is None or protocol is None:
        return True
    protocol = subject.implementation().seen(protocol)
    found = look_up(View.of(cls), protocol.methods[name], protocol)
    return found.state not in (State.MISSING, State.STUB)
