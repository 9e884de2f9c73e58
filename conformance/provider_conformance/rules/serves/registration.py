"""PC504 and PC601-PC604: what a provider behind a routing table makes of what is registered with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.contracts.model import Role
from provider_conformance.evidence import registry as registries
from provider_conformance.evidence.calls import hanging, is_theirs
from provider_conformance.evidence.candidates import BUGS, candidates, examples, steps, template_of
from provider_conformance.evidence.listings import Entry, Listing
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.passing import passed_through
from provider_conformance.evidence.registry import heard, listing, reachable, restless, verbs_of
from provider_conformance.evidence.registry_faults import wrongly_listed
from provider_conformance.evidence.start import Start, blame, started
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC
from provider_conformance.evidence.trials.conduct import violations
from provider_conformance.findings import PASS, Judgement, Severity, left_to
from provider_conformance.hosts.running import FIRST, SECOND, Running
from provider_conformance.package.backends import cannot_extend_sqlite, missing_backend
from provider_conformance.package.exceptions import Nature, nature, reason
from provider_conformance.package.model import SpecKind
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule
from provider_conformance.rules.serves.registry import method_place
from provider_conformance.rules.serves.uses import CALLS, error_of
from provider_conformance.rules.starts.resolution import twice
from provider_conformance.sandbox import watching
from provider_conformance.strategies.search import smallest

_REGISTERED: Final = "conformance-registered"
_ABSENT: Final = "conformance-not-registered"
_LISTS_ONCE: Final = "the stack asks for this listing when it starts, and not after a registration; "
_WRITTEN: Final = ("PC211", *STATIC)
"""The rules that tell of a registry method that cannot be called at all."""


def _is_routed(subject: Subject) -> bool:
    return is_loadable(subject) and subject.api is not None and subject.api.role is Role.ROUTED


def _keeps_its_own(subject: Subject) -> bool:
    """What is remote may well be one and the same for two entries of a run config."""
    return _is_routed(subject) and subject.spec is not None and subject.spec.kind is SpecKind.INLINE


def _no_listing(subject: Subject) -> Judgement | None:
    """A skip where the stack never asks for a listing, so that what is registered shows nowhere."""
    private = subject.api.private if subject.api else None
    if private is not None and any(name.startswith("list_") for name in private.methods):
        return None
    title = subject.contract.title if subject.contract else "the stack"
    api = subject.api.name if subject.api else "this API"
    return Judgement(skipped=f"{title} asks providers of {api} for no listing")


@dataclass(frozen=True, slots=True)
class _RoundTrip:
    """What came of registering one object."""

    raised: BaseException | None
    before: Listing
    own: Listing
    listed: tuple[tuple[str, str], ...]


def _round_trip(first: Start, obj: Any) -> _RoundTrip | None:
    """Register ``obj`` in a new stack; None where that ended before."""

    async def work(running: Running) -> _RoundTrip:
        before = await listing(running)
        raised = await running.register(obj)
        own = await listing(running)
        listed = tuple((o.identifier, o.provider_id) for o in await running.objects())
        return _RoundTrip(raised, before, own, listed)

    result: _RoundTrip | None = first.trial.run(first.trial.surroundings(), work).value
    return result


@rule("PC504", "instances-not-apart", scope=Scope.SPEC, applies=_keeps_its_own)
def instances_not_apart(subject: Subject) -> Judgement:
    """Check that what is registered with one instance does not show on another.

    What it does:
        Resolves a run config that has the provider under two ids, registers an object with the first
        through the routing table, and asks the second what it lists. Paths in the sample
        configuration that lie in the folder which the stack gives are different for the two.

    Why is this bad:
        A request that is routed to one instance is answered with what belongs to the other: another
        tenant's bank, or a model with another configuration.

    Example:
        ```python
        class MyMemory:
            banks = {}  # of the class: all instances share it
        ```

    How to fix:
        Keep what is registered on the instance: `self.banks = {}` in `__init__`.

    Source:
        The built-in stack's routing tables.
    """
    first = reachable(subject)
    if isinstance(first, Judgement):
        return first
    if (unlisted := _no_listing(subject)) is not None:
        return unlisted
    if first.trial.given is not None:
        return Judgement(skipped=f"both instances have the one configuration of {first.trial.given.origin}")
    template = template_of(first)
    if template is None:
        return _any_accepted(first, lambda obj: _shared(subject, first, obj))
    return _shared(subject, first, template.model_copy(update={"identifier": _REGISTERED}))


def _any_accepted(first: Start, judge: Callable[[Any], Judgement]) -> Judgement:
    """Judge by an object that the provider accepts; without one there is nothing to judge."""
    accepted = smallest(
        candidates(first), lambda obj: _is_accepted(first, obj), examples=examples(first), shrink=False
    )
    if accepted is None:
        return Judgement(skipped="it accepts none of the objects that were generated for it")
    return judge(accepted.model_copy(update={"identifier": _REGISTERED}))


def _is_accepted(first: Start, obj: Any) -> bool:
    trip = _round_trip(first, obj)
    return trip is not None and trip.raised is None


def _shared(subject: Subject, first: Start, obj: Any) -> Judgement:
    async def work(running: Running) -> tuple[BaseException | None, bool | None]:
        if running.instances[FIRST] is running.instances[SECOND]:
            return None, None
        raised = await running.register(obj)
        other = [o.identifier for o in await running.listed(SECOND)]
        return raised, obj.identifier in other

    result = first.trial.run(twice(first.trial), work).value
    if result is None:
        return left_to("PC503", "PC601", why="it does not start twice")
    raised, shared = result
    if shared is None:
        return left_to("PC503", why="there is one object for both instances")
    if raised is not None:
        return Judgement(skipped=f"it refuses what it lists, under another name: {reason(raised)}")
    if not shared:
        return PASS
    message = f"what is registered with {FIRST!r} is listed by {SECOND!r} too"
    return blame(subject, "PC504", message, steps(obj), "keep what is registered on the instance")


@rule("PC601", "listing-not-usable", scope=Scope.SPEC, applies=_is_routed, after=_WRITTEN)
def listing_not_usable(subject: Subject) -> Judgement:
    """Check that the routing table can use what the provider lists.

    What it does:
        Starts the provider behind the routing table, which asks it for its listing: a list of objects
        of the API's kind, each once. A remote provider may fail for want of its back end, but not by
        a mistake in its own code before it has tried to reach one.

    Why is this bad:
        What cannot be listed is not routed. The seed's routing table does not start at all.

    Example:
        ```python
        async def list_models(self):
            return [{"identifier": "m"}]  # a dict is no ModelDef
        ```

    How to fix:
        Return a list of the API's own objects.

    Source:
        The built-in stack's routing tables.
    """
    first = started(subject)
    if isinstance(first, Judgement):
        return first
    if (unlisted := _no_listing(subject)) is not None:
        return unlisted

    async def work(running: Running) -> tuple[str, ...]:
        return running.problems()

    attempt = first.trial.run(first.trial.surroundings(), work)
    if not attempt.value:
        return PASS if attempt.error is None else left_to("PC505", why="it did not start again")
    told = "; ".join(attempt.value)
    if _may_be_offline(subject, first, told):
        return Judgement(inconclusive=f"it cannot list here: {told}")
    why = "the routing table asks for the listing when the stack starts"
    verbs = verbs_of(subject.api)
    method = verbs.listing if verbs is not None else ""
    fix = "return a list of the API's own objects, each once"
    return blame(subject, "PC601", told, why, fix, method=method, place=method_place(subject, method))


def _may_be_offline(subject: Subject, first: Start, told: str) -> bool:
    """Whether a listing fails for what is not here; no remote one's if the user says that all is here.

    A mistake in the provider's own code is its own, but where it has tried to reach something before.
    """
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    if "listing failed" not in told or (remote and subject.trying.backend):
        return False
    error = heard(first).error
    if error is None:
        return remote or "takes too long" in told
    means = nature(error, is_theirs=is_theirs(subject), remote=remote)
    if not remote:
        return means is Nature.NO_BACK_END or "takes too long" in told
    return means is not Nature.CRASH or bool(violations(subject, watching.NETWORK)[0])


@rule("PC602", "registration-crashes", scope=Scope.SPEC, applies=_is_routed, after=_WRITTEN)
def registration_crashes(subject: Subject) -> Judgement:
    """Check that registering an object is accepted or refused, whatever its identifier.

    What it does:
        Registers what the provider lists under generated identifiers, through the routing table:
        names with slashes, colons and blanks, any other text. The provider may refuse with a `ValueError`
        (or `NotImplementedError`); a `KeyError`, `TypeError` and the like is a mistake.
        Where the register method cannot be called at all, the rules about its signature tell it.

    Why is this bad:
        The client sees an internal error and cannot tell what is wrong with its request.

    Example:
        ```python
        async def register_model(self, model):
            owner, name = model.identifier.split("/")[0], model.identifier.split("/")[1]  # IndexError
        ```

    How to fix:
        Accept any identifier, or check it and raise `ValueError` with a sentence.

    Source:
        The private registry protocols; the built-in stack's routing tables.
    """
    first = reachable(subject)
    if isinstance(first, Judgement):
        return first
    lacking: list[BaseException] = []
    found = smallest(
        candidates(first), lambda obj: _crashed(first, obj, lacking) is not None, examples=examples(first)
    )
    if found is None:
        return Judgement(inconclusive=missing_backend(lacking[0])) if lacking else PASS
    error = _crashed(first, found, lacking)
    message = f"registering {found.identifier!r} raises {reason(error) if error else ''}"
    fix = "accept it, or refuse it with a ValueError that says why"
    verbs = verbs_of(subject.api)
    method = verbs.register if verbs is not None else ""
    where = {"method": method, "place": method_place(subject, method)}
    through = passed_through(error, subject.implementation().cls)
    return blame(subject, "PC602", message, steps(found), fix, **where, through=through)


def _crashed(first: Start, obj: Any, lacking: list[BaseException]) -> BaseException | None:
    """What registering an object raises by mistake; what it raises for want of something is put aside."""
    trip = _round_trip(first, obj)
    raised = trip.raised if trip is not None and isinstance(trip.raised, BUGS) else None
    if raised is not None and cannot_extend_sqlite(raised):
        lacking.append(raised)
        return None
    return raised


@rule("PC603", "registered-wrongly-listed", scope=Scope.SPEC, applies=_is_routed)
def registered_wrongly_listed(subject: Subject) -> Judgement:
    """Check that a registration adds one object and takes none away.

    What it does:
        Registers generated objects through the routing table. The routing table must list each once, under
        its identifier and this provider; the provider's own listing may have it once at most, under its
        name and with its type, must still have what it had before, and must not fail over it. What the
        provider lists is a warning where the stack asks for it only before anything is registered.

    Why is this bad:
        At its next refresh, or its next start, the routing table reads the listing: what is missing
        cannot be called any more, and what is there twice is an error.

    Example:
        ```python
        async def register_shield(self, shield):
            self.shields = [shield]  # those that were there are gone
        ```

    How to fix:
        Keep objects in a dict by their identifier.

    Source:
        The stacks' routing tables, and where they call `list_*`.
    """
    first = reachable(subject)
    if isinstance(first, Judgement):
        return first
    found = smallest(candidates(first), lambda obj: any(_wrong(first, obj)), examples=examples(first))
    if found is None:
        return PASS
    if (moving := restless(first)) is not None:
        return moving
    in_table, listed = _wrong(first, found)
    met = bool(in_table) or registries.lists_again(subject.api)
    severity, why = (Severity.ERROR, "") if met else (Severity.WARNING, _LISTS_ONCE)
    fix = "keep what is registered in a dict by identifier"
    return blame(subject, "PC603", in_table or listed, why + steps(found), fix, severity=severity)


def _wrong(first: Start, obj: Any) -> tuple[str, str]:
    """What is wrong after a registration with what the table lists, and with what the provider does."""
    trip = _round_trip(first, obj)
    if trip is None or trip.raised is not None:
        return "", ""
    times = trip.listed.count((obj.identifier, FIRST))
    in_table = f"the routing table lists {obj.identifier!r} {times} times" if times != 1 else ""
    return in_table, wrongly_listed(Entry.of(obj), trip.before, trip.own)


@rule("PC604", "registered-not-served", scope=Scope.SPEC, applies=_is_routed)
def registered_not_served(subject: Subject) -> Judgement:
    """Check that what the provider accepts for registration it also serves.

    What it does:
        Registers an object with the second of two instances and calls the router with its identifier. The
        answer may be an error, but not the very error that the provider gives for an identifier
        that nobody has registered.

    Why is this bad:
        The registration succeeds, the object is listed, and every request for it fails.

    Example:
        ```python
        async def register_model(self, model):
            pass  # and completion() looks the model up in a table of its own
        ```

    How to fix:
        Remember what is registered where requests look it up, or refuse the registration.

    Source:
        The built-in stack's routers.
    """
    first = reachable(subject)
    if isinstance(first, Judgement):
        return first
    if first.trial.host.stack != "builtin":
        return Judgement(skipped="it is known for the built-in stack only what a router is called with")
    if hanging(subject):
        return left_to("PC659", "PC654", why="a call on it does not come back")
    template = template_of(first)
    if template is None:
        return _any_accepted(first, lambda obj: _served(subject, first, obj))
    return _served(subject, first, template.model_copy(update={"identifier": _REGISTERED}))


def _served(subject: Subject, first: Start, obj: Any) -> Judgement:
    async def work(
        running: Running,
    ) -> tuple[BaseException | None, BaseException | None, BaseException | None]:
        call = CALLS[running.api]
        raised = await running.register(obj, SECOND)
        return (
            raised,
            await error_of(call, running.router, _REGISTERED),
            await error_of(call, running.instances[SECOND], _ABSENT),
        )

    result = first.trial.run(twice(first.trial), work).value
    if result is None:
        return left_to("PC503", "PC601", why="it does not start twice")
    refused, error, usual = result
    if refused is not None:
        return Judgement(skipped=f"it refuses what it lists, under another name: {reason(refused)}")
    if not _same_refusal(error, usual):
        return PASS
    message = f"it accepts {_REGISTERED!r} and does not serve it: {reason(error)}"
    why = f"a name that nobody registered gets the same answer; {steps(obj)}"
    return blame(subject, "PC604", message, why, "serve what was accepted, or refuse it")


def _same_refusal(error: BaseException | None, usual: BaseException | None) -> bool:
    if not isinstance(error, ValueError | LookupError) or type(error) is not type(usual):
        return False
    text, other = careful.text(error), careful.text(usual)
    return _REGISTERED in text and text.replace(_REGISTERED, _ABSENT) == other
