"""One trial in which a provider does what a stack asks of it, and what it did beside that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.start import Start, baseline
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Judgement, Location
from provider_conformance.package import loading
from provider_conformance.package.chains import causes, chain, is_a
from provider_conformance.package.loading import Home
from provider_conformance.package.model import SpecKind
from provider_conformance.sandbox import blame, watching
from provider_conformance.sandbox.constructing import FactoryTimeoutError
from provider_conformance.sandbox.containment import Attempt
from provider_conformance.sandbox.progress import Budget, State

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

_APART: Final = ("initialize", "shutdown")
PATIENCE: Final = 5.0
"""How many seconds an `initialize` has."""
GRACE: Final = 1.0
"""How many seconds a thread has after the shutdown to come to its end."""
_REGISTERED: Final = "conformance-registered"


@dataclass(frozen=True, slots=True)
class Exercise:
    """What a provider did in a trial.

    Attributes:
        error: What ended the trial early, None where it came to its end.
        built: Whether its factory had returned by then.
        violations: What it did that it may not.
        threads: Threads that hold the process when it ends: what they are called, and where they are.
    """

    error: BaseException | None = None
    built: bool = True
    violations: tuple[watching.Violation, ...] = ()
    threads: tuple[tuple[str, Location | None], ...] = ()


def exercised(subject: Subject) -> Exercise | Judgement:
    """What the subject's provider does in a trial, done once for all rules; or why there is none."""
    first = baseline(subject)
    return first if isinstance(first, Judgement) else _tried(first, subject.provider.places)


@lru_cache(maxsize=64)
def _tried(first: Start, places: tuple[Path, ...]) -> Exercise:
    if root_of(first.error, FactoryTimeoutError) is not None:
        # It would only be waited for again.
        return Exercise(first.error, bool(first.witness.made))
    # Who waits for a back end when it is asked would only be waited for again.
    work = _end if first.awaited else _exercise
    tried: Attempt = first.trial.run(first.trial.surroundings(), work)
    held = () if tried.error is not None else tuple(_holding(tried.left, watching.Owner(places)))
    # In a trial of its own: what is begun twice may have threads that the provider ends only once.
    begun: Attempt = first.trial.run(first.trial.surroundings(), _begun)
    error = first.error or tried.value or begun.value or tried.error
    seen = dict.fromkeys((*tried.violations, *begun.violations))
    return Exercise(error, bool(first.witness.made), tuple(seen), held)


async def _begun(running: Running) -> SystemExit | None:
    """Initialize it: where a stack leaves that to factories, it may be that nobody has."""
    try:
        for made in running.instances.values():
            await _begin(made)
    except SystemExit as ended:
        return ended
    return None


async def _exercise(running: Running) -> SystemExit | None:
    """Let it list, register and unregister, and shut down; an exit at its end, of which no stack is told."""
    if running.listing:
        with suppress(Exception):
            await _register(running)
    return await _end(running)


async def _end(running: Running) -> SystemExit | None:
    """Shut it down."""
    try:
        for made in running.instances.values():
            await _shut_down(made)
    except SystemExit as ended:
        return ended
    return None


async def _begin(made: Any) -> None:
    with suppress(Exception):
        async with asyncio.timeout(PATIENCE):
            begun = made.initialize()
            if isawaitable(begun):
                await begun


async def _shut_down(made: Any) -> None:
    """Before the stack does it once more, which goes on where that fails, as this does."""
    with suppress(Exception):
        ended = made.shutdown()
        if isawaitable(ended):
            await ended


async def _register(running: Running) -> None:
    for known in (await running.listed())[:1]:
        other = known.model_copy(update={"identifier": _REGISTERED})
        refused = await running.register(other)
        if refused is None and running.unregistering:
            await running.unregister(other)


def _holding(left: tuple[blame.Started, ...], owner: watching.Owner) -> Iterator[tuple[str, Location | None]]:
    """Threads that the provider runs or has started, that are no daemons and do not come to their end."""
    grace = Budget(GRACE)
    for started in left:
        if started.daemon or started.pooled:
            continue
        while started.thread.is_alive() and grace.look() is State.RUNNING:
            started.thread.join(grace.step)
        place, _ = blame.own_place(started.thread, owner)
        if started.thread.is_alive() and (place or started.place) is not None:
            yield started.thread.name, place or started.place


def root_of(error: BaseException | None, *kinds: type[BaseException]) -> BaseException | None:
    """The exception of one of these kinds that ``error`` is or was made of, None without one."""
    return next((one for one in chain(error) if is_a(one, kinds)), None)


def place_of(subject: Subject, error: BaseException) -> Location | None:
    """Where in the provider's code an error came from; at least where its factory or its spec is."""
    home = Home(subject.provider.package, subject.provider.places)
    for one in causes(error):
        if (place := loading.last_own_frame(one, home)) is not None:
            return place
    return fallback(subject)


def fallback(subject: Subject) -> Location | None:
    """Where the subject is, when nothing nearer is known."""
    found = subject.implementation()
    return found.location or (subject.spec.location if subject.spec else None)


def violations(subject: Subject, kind: str) -> tuple[tuple[watching.Violation, ...], str]:
    """What the subject's provider did of one kind, and why the trial could not be seen ("" if it was).

    What happened while its modules were imported, once in a process, is told by the first spec.
    """
    seen: dict[watching.Violation, None] = {}
    siblings = subject.siblings()
    if siblings and siblings[0].spec is subject.spec:
        for sibling in siblings:
            sibling.implementation()
        owner = watching.Owner(subject.provider.places)
        seen |= dict.fromkeys([*subject.provider.violations, *watching.while_imported(owner)])
    done = exercised(subject)
    if isinstance(done, Judgement):
        return _of_kind(seen, kind), done.inconclusive or done.skipped
    seen |= dict.fromkeys(v for v in done.violations if not v.imported)
    return _of_kind(seen, kind), ""


def _of_kind(seen: dict[watching.Violation, None], kind: str) -> tuple[watching.Violation, ...]:
    return tuple(violation for violation in seen if violation.kind == kind)


def is_over_time(error: BaseException | None, *, built: bool) -> bool:
    """Whether a start does not come to an end; of what is built, initialize and shutdown are judged apart."""
    late = root_of(error, FactoryTimeoutError)
    if not isinstance(late, FactoryTimeoutError):
        return False
    return not built or late.within not in (*_APART, "")


def refused(subject: Subject) -> str:
    """The rule that tells of traffic or of files that the provider was kept from, "" without any."""
    kinds = ((watching.NETWORK, "PC721"), (watching.FILES, "PC722"))
    return next((code for kind, code in kinds if violations(subject, kind)[0]), "")


def _is_remote(subject: Subject) -> bool:
    return subject.spec is not None and subject.spec.kind is SpecKind.REMOTE


def by_design(subject: Subject, violation: watching.Violation) -> bool:
    """Whether it is a remote provider's look for its backend, for which it is there."""
    return _is_remote(subject) and violation.kind == watching.NETWORK and not violation.imported
