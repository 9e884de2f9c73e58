"""One trial in which a provider does what a stack asks of it, and what it did beside that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location
from provider_conformance.package import loading
from provider_conformance.package.chains import causes, chain, is_a
from provider_conformance.package.loading import Home
from provider_conformance.package.model import SpecKind
from provider_conformance.sandbox import blame, watching
from provider_conformance.sandbox.constructing import FactoryTimeoutError
from provider_conformance.sandbox.containment import Attempt
from provider_conformance.sandbox.leftovers import GRACE, Left, Leftovers
from provider_conformance.sandbox.progress import Budget, State

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

_APART: Final = ("initialize", "shutdown")
PATIENCE: Final = 5.0
"""How many seconds an `initialize` has."""
_REGISTERED: Final = "conformance-registered"


@dataclass(frozen=True, slots=True)
class Exercise:
    """What a provider did in a trial.

    Attributes:
        error: What ended the trial early, None where it came to its end.
        built: Whether its factory had returned by then.
        violations: What it did that it may not.
        threads: Threads that hold the process when it ends: what they are called, and where they are.
        left: What else it has left in the process after its shutdown.
    """

    error: BaseException | None = None
    built: bool = True
    violations: tuple[watching.Violation, ...] = ()
    threads: tuple[tuple[str, Location | None], ...] = ()
    left: tuple[Left, ...] = ()

    @classmethod
    def collect(cls, subject: Subject, first: Start) -> Exercise:
        """Let a provider do what a stack asks of it."""
        from provider_conformance.hosts.trial import Witness  # noqa: PLC0415 - the whole stack

        if root_of(first.error, FactoryTimeoutError) is not None:
            # It would only be waited for again.
            return cls(first.error, bool(first.witness.made))
        # Who waits for a back end when it is asked would only be waited for again.
        work = _end if first.awaited else _exercise
        # The instance is kept, as a server keeps it: what ends only when it is collected is left until then.
        kept, leftovers = Witness(), Leftovers()
        tried: Attempt = first.trial.run(first.trial.surroundings(), work, kept, leftovers)
        owner = watching.Owner(subject.provider.places)
        held = () if tried.error is not None else tuple(_holding(tried.left, owner))
        # In a trial of its own: what is begun twice may have threads that the provider ends only once.
        begun: Attempt = first.trial.run(first.trial.surroundings(), _begun)
        error = first.error or tried.value or begun.value or tried.error
        seen = dict.fromkeys((*tried.violations, *begun.violations))
        return cls(error, bool(first.witness.made), tuple(seen), held, tuple(leftovers.found))


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a provider did to the machine and to the process, from its import to its shutdown.

    What happened while its modules were imported, once in a process, belongs to its first spec.

    Attributes:
        violations: What it did that it may not.
        unseen: Why it was not seen running, "" where it was.
    """

    violations: tuple[watching.Violation, ...]
    unseen: str = ""

    @classmethod
    def collect(cls, subject: Subject) -> Conduct:
        """Look at the import of all specs and at the trial of this one."""
        ran, unseen = tuple[watching.Violation, ...](), ""
        try:
            ran = subject.store.get(Exercise, subject).violations
        except NotJudged as absent:
            unseen = absent.why
        imported = _while_imported(subject)
        return cls((*dict.fromkeys([*imported, *(v for v in ran if not v.imported)]),), unseen)

    def of(self, kind: str) -> tuple[watching.Violation, ...]:
        """What it did of one kind."""
        return tuple(violation for violation in self.violations if violation.kind == kind)

    @property
    def kept_from(self) -> str:
        """The rule that reports the traffic or the files that it was kept from, "" without any."""
        kinds = ((watching.NETWORK, "PC721"), (watching.FILES, "PC722"))
        return next((code for kind, code in kinds if self.of(kind)), "")


def _while_imported(subject: Subject) -> list[watching.Violation]:
    """What happened while the provider's modules were imported; nothing where that is another spec's."""
    siblings = subject.siblings()
    if not siblings or siblings[0].spec is not subject.spec:
        return []
    for sibling in siblings:
        sibling.implementation()
    owner = watching.Owner(subject.provider.places)
    return [*subject.provider.violations, *watching.while_imported(owner)]


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
        if started.daemon and not started.pooled:
            continue
        place, _ = blame.own_place(started.thread, owner)
        while started.thread.is_alive() and (place or not started.pooled) and grace.look() is State.RUNNING:
            started.thread.join(grace.step)
            place, _ = blame.own_place(started.thread, owner)
        asked = None if started.pooled else started.asked  # a worker that has nothing to do is let go
        if started.thread.is_alive() and (place or asked) is not None:
            yield started.thread.name, place or asked


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


def is_over_time(error: BaseException | None, *, built: bool) -> bool:
    """Whether a start does not come to an end; of what is built, initialize and shutdown are judged apart."""
    late = root_of(error, FactoryTimeoutError)
    if not isinstance(late, FactoryTimeoutError):
        return False
    return not built or late.within not in (*_APART, "")


def _is_remote(subject: Subject) -> bool:
    return subject.spec is not None and subject.spec.kind is SpecKind.REMOTE


def by_design(subject: Subject, violation: watching.Violation) -> bool:
    """Whether it is a remote provider's look for its backend, for which it is there."""
    return _is_remote(subject) and violation.kind == watching.NETWORK and not violation.imported
