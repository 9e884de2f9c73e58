"""What comes of registering objects through the routing table, on one instance and on two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.evidence.calls import Attentive, is_theirs
from provider_conformance.evidence.conduct import Conduct
from provider_conformance.evidence.registries.candidates import BUGS, candidates, examples, template_of
from provider_conformance.evidence.registries.faults import wrongly_listed
from provider_conformance.evidence.registries.listings import Entry, Listing
from provider_conformance.evidence.registries.observing import listing
from provider_conformance.evidence.registries.reaching import Heard, Reachable
from provider_conformance.evidence.registries.uses import CALLS, error_of
from provider_conformance.evidence.start import Served, Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.running import FIRST, SECOND, Running
from provider_conformance.package.backends import cannot_extend_sqlite
from provider_conformance.package.chains import reason
from provider_conformance.package.exceptions import Nature, nature
from provider_conformance.package.model import SpecKind
from provider_conformance.protocols import careful
from provider_conformance.sandbox import watching
from provider_conformance.strategies.search import smallest

REGISTERED: Final = "conformance-registered"
ABSENT: Final = "conformance-not-registered"


@dataclass(frozen=True, slots=True)
class ListingAsked:
    """That the stack asks for the listing of a provider which runs.

    Attributes:
        method: The method that lists.
    """

    method: str

    @classmethod
    def collect(cls, subject: Subject, _served: Served) -> ListingAsked:
        """Look for the method in the private protocol.

        Raises:
            NotJudged: There is none, so that what is registered shows nowhere.
        """
        private = subject.api.private if subject.api else None
        method = next((name for name in private.methods if name.startswith("list_")), "") if private else ""
        if not method:
            title = subject.contract.title if subject.contract else "the stack"
            api = subject.api.name if subject.api else "this API"
            raise NotJudged(f"{title} asks providers of {api} for no listing")
        return cls(method)


@dataclass(frozen=True, slots=True)
class Unlistable:
    """What a stack that starts has against a provider's listing.

    Attributes:
        problems: Its own words, "" where it takes the listing.
    """

    problems: str

    @classmethod
    def collect(cls, subject: Subject, served: Served, _asked: ListingAsked) -> Unlistable:
        """Start it.

        Raises:
            NotJudged: It did not start again, or the provider cannot list here.
        """

        async def work(running: Running) -> tuple[str, ...]:
            return running.problems()

        attempt = served.first.trial.run(served.first.trial.surroundings(), work)
        if not attempt.value and attempt.error is not None:
            raise NotJudged("it did not start again", see=("PC505",))
        told = "; ".join(attempt.value or ())
        if _may_be_offline(subject, told):
            raise NotJudged(f"it cannot list here: {told}", inconclusive=True)
        return cls(told)


def _may_be_offline(subject: Subject, told: str) -> bool:
    """Whether a listing fails for what is not here; no remote one's if the user says that all is here.

    A mistake in the provider's own code is its own, but where it has tried to reach something before.
    """
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    if "listing failed" not in told or (remote and subject.trying.backend):
        return False
    error = subject.store.get(Heard, subject).listing.error
    if error is None:
        return remote or "takes too long" in told
    means = nature(error, is_theirs=is_theirs(subject), remote=remote)
    if not remote:
        return means is Nature.NO_BACK_END or "takes too long" in told
    return means is not Nature.CRASH or bool(subject.store.get(Conduct, subject).of(watching.NETWORK))


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What came of registering one object through the routing table.

    Attributes:
        obj: The object.
        raised: What the registration raised.
        before: The provider's own listing before it, and ``own`` the one after it.
        listed: What the routing table lists after it, each with its provider's id.
    """

    obj: Any
    raised: BaseException | None
    before: Listing
    own: Listing
    listed: tuple[tuple[str, str], ...]

    @property
    def lacking(self) -> bool:
        """Whether it failed for something that is not there."""
        return isinstance(self.raised, BUGS) and cannot_extend_sqlite(self.raised)

    @property
    def crash(self) -> BaseException | None:
        """What was raised by mistake."""
        return self.raised if isinstance(self.raised, BUGS) and not self.lacking else None

    @property
    def wrongly_in_table(self) -> str:
        """What is wrong with the table's listing, "" where nothing is."""
        times = self.listed.count((self.obj.identifier, FIRST))
        wrong = self.raised is None and times != 1
        return f"the routing table lists {self.obj.identifier!r} {times} times" if wrong else ""

    @property
    def wrongly_listed(self) -> str:
        """What is wrong with the provider's own listing, "" where nothing is."""
        return wrongly_listed(Entry.of(self.obj), self.before, self.own) if self.raised is None else ""


@dataclass(frozen=True, slots=True)
class Registrations:
    """Registers objects with a provider through the routing table, each in a stack of its own.

    Attributes:
        first: The first trial of the provider.
    """

    first: Start

    @classmethod
    def collect(cls, reachable: Reachable) -> Registrations:
        """Take a provider whose registry can be tried."""
        return cls(reachable.first)

    def of(self, obj: Any) -> RoundTrip | None:
        """Register an object; None where its stack ended before."""

        async def work(running: Running) -> RoundTrip:
            before = await listing(running)
            raised = await running.register(obj)
            own = await listing(running)
            listed = tuple((o.identifier, o.provider_id) for o in await running.objects())
            return RoundTrip(obj, raised, before, own, listed)

        seen: RoundTrip | None = self.first.trial.run(self.first.trial.surroundings(), work).value
        return seen

    def smallest(self, violates: Callable[[RoundTrip], object], *, shrink: bool = True) -> RoundTrip | None:
        """What came of the smallest object that shows something, None where none does.

        Args:
            violates: Whether it shows.
            shrink: Whether a smaller one is wanted than the first that comes up.
        """
        shown: dict[str, RoundTrip] = {}

        def shows(obj: Any) -> bool:
            trip = self.of(obj)
            if trip is None or not violates(trip):
                return False
            shown[repr(obj)] = trip
            return True

        objects, most = candidates(self.first), examples(self.first)
        return shown.get(repr(smallest(objects, shows, examples=most, shrink=shrink)))


@dataclass(frozen=True, slots=True)
class Accepted:
    """An object that a provider is known to accept, under a name that it has not heard before.

    Attributes:
        obj: The object.
    """

    obj: Any

    @classmethod
    def collect(cls, tried: Registrations) -> Accepted:
        """Take one that is listed, else one that was registered.

        Raises:
            NotJudged: None is accepted.
        """
        known = template_of(tried.first)
        if known is None:
            trip = tried.smallest(lambda trip: trip.raised is None, shrink=False)
            if trip is None:
                raise NotJudged("it accepts none of the objects that were generated for it")
            known = trip.obj
        return cls(known.model_copy(update={"identifier": REGISTERED}))


@dataclass(frozen=True, slots=True)
class OnTwo:
    """An object that was registered with the first of two instances.

    Attributes:
        obj: The object.
        shown: Whether the second lists it too.
    """

    obj: Any
    shown: bool

    @classmethod
    def collect(cls, subject: Subject, _asked: ListingAsked, reachable: Reachable) -> OnTwo:
        """Start a stack that has the provider twice, and register.

        Raises:
            NotJudged: It does not start, has one instance or one configuration for both, or refuses.
        """
        trial = reachable.first.trial
        if trial.given is not None:
            raise NotJudged(f"both instances have the one configuration of {trial.given.origin}")
        obj = subject.store.get(Accepted, subject).obj

        async def work(running: Running) -> tuple[BaseException | None, bool | None]:
            if running.instances[FIRST] is running.instances[SECOND]:
                return None, None
            raised = await running.register(obj)
            return raised, obj.identifier in [o.identifier for o in await running.listed(SECOND)]

        result = trial.run(trial.twice(), work).value
        if result is None:
            raise NotJudged("it does not start twice", see=("PC503", "PC601"))
        raised, shown = result
        if shown is None:
            raise NotJudged("there is one object for both instances", see=("PC503",))
        if raised is not None:
            raise _renamed(raised)
        return cls(obj, shown)


def _renamed(refused: BaseException) -> NotJudged:
    return NotJudged(f"it refuses what it lists, under another name: {reason(refused)}")


@dataclass(frozen=True, slots=True)
class Requested:
    """Requests for an object that was registered with the second of two instances, and for an unknown one.

    Attributes:
        obj: The object.
        error: What the router raised for it, None where it answered.
        usual: What the provider raises for an identifier that nobody has registered.
    """

    obj: Any
    error: BaseException | None
    usual: BaseException | None

    @classmethod
    def collect(cls, subject: Subject, reachable: Reachable) -> Requested:
        """Start a stack that has the provider twice, register, and ask.

        Raises:
            NotJudged: It is not known how to ask, nothing more can be asked, or the provider refuses.
        """
        trial = reachable.first.trial
        if trial.host.stack != "builtin":
            raise NotJudged("it is known for the built-in stack only what a router is called with")
        subject.store.get(Attentive, subject)
        obj = subject.store.get(Accepted, subject).obj

        async def work(running: Running) -> tuple[BaseException | None, Requested]:
            call = CALLS[running.api]
            raised = await running.register(obj, SECOND)
            error = await error_of(call, running.router, obj.identifier)
            return raised, cls(obj, error, await error_of(call, running.instances[SECOND], ABSENT))

        result = trial.run(trial.twice(), work).value
        if result is None:
            raise NotJudged("it does not start twice", see=("PC503", "PC601"))
        refused, seen = result
        if refused is not None:
            raise _renamed(refused)
        requested: Requested = seen
        return requested

    @property
    def is_unknown(self) -> bool:
        """Whether the object that was accepted is answered as one of which nobody has ever heard."""
        error, usual = self.error, self.usual
        if not isinstance(error, ValueError | LookupError) or type(error) is not type(usual):
            return False
        text, other = careful.text(error), careful.text(usual)
        return self.obj.identifier in text and text.replace(self.obj.identifier, ABSENT) == other
