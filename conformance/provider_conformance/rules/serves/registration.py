"""PC504 and PC601-PC604: what a provider behind a routing table makes of what is registered with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from provider_conformance.contracts.model import Role
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.passing import passed_through
from provider_conformance.evidence.registries.candidates import steps
from provider_conformance.evidence.registries.listings import Fault
from provider_conformance.evidence.registries.reaching import Steady
from provider_conformance.evidence.registries.routing import (
    ListingAsked,
    OnTwo,
    Registrations,
    Requested,
    RoundTrip,
    Unlistable,
)
from provider_conformance.evidence.registries.verbs import lists_again, verbs_of
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC, of_fault
from provider_conformance.findings import Finding, Severity
from provider_conformance.hosts.running import FIRST, SECOND
from provider_conformance.package.backends import missing_backend
from provider_conformance.package.chains import reason
from provider_conformance.package.model import SpecKind
from provider_conformance.rules.model import Scope, rule

_LISTS_ONCE: Final = "the stack asks for this listing when it starts, and not after a registration; "
_WRITTEN: Final = ("PC211", *STATIC)
"""The rules that tell of a registry method that cannot be called at all."""


def _is_routed(subject: Subject) -> bool:
    return is_loadable(subject) and subject.api is not None and subject.api.role is Role.ROUTED


def _keeps_its_own(subject: Subject) -> bool:
    """What is remote may well be one and the same for two entries of a run config."""
    return _is_routed(subject) and subject.spec is not None and subject.spec.kind is SpecKind.INLINE


@rule("PC504", "instances-not-apart", scope=Scope.SPEC, applies=_keeps_its_own)
def instances_not_apart(subject: Subject, seen: OnTwo) -> Iterator[Finding]:
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
    if seen.shown:
        message = f"what is registered with {FIRST!r} is listed by {SECOND!r} too"
        yield blamed(subject, message, steps(seen.obj), "keep what is registered on the instance")


@rule("PC601", "listing-not-usable", scope=Scope.SPEC, applies=_is_routed, after=_WRITTEN)
def listing_not_usable(subject: Subject, asked: ListingAsked, seen: Unlistable) -> Iterator[Finding]:
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
    if seen.problems:
        why = "the routing table asks for the listing when the stack starts"
        fix = "return a list of the API's own objects, each once"
        yield of_fault(subject, Fault(seen.problems, why, fix), asked.method)


@rule("PC602", "registration-crashes", scope=Scope.SPEC, applies=_is_routed, after=_WRITTEN)
def registration_crashes(subject: Subject, tried: Registrations) -> Iterator[Finding]:
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
    lacking: list[BaseException] = []

    def crashes(trip: RoundTrip) -> bool:
        if trip.raised is not None and trip.lacking:
            lacking.append(trip.raised)
        return trip.crash is not None

    found = tried.smallest(crashes)
    if found is not None and found.crash is not None:
        message = f"registering {found.obj.identifier!r} raises {reason(found.crash)}"
        fault = Fault(message, steps(found.obj), "accept it, or refuse it with a ValueError that says why")
        verbs = verbs_of(subject.api)
        through = passed_through(found.crash, subject.implementation().cls)
        yield replace(of_fault(subject, fault, verbs.register if verbs is not None else ""), through=through)
    elif lacking:
        raise NotJudged(missing_backend(lacking[0]), inconclusive=True)


@rule("PC603", "registered-wrongly-listed", scope=Scope.SPEC, applies=_is_routed)
def registered_wrongly_listed(subject: Subject, tried: Registrations) -> Iterator[Finding]:
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
    found = tried.smallest(lambda trip: trip.wrongly_in_table or trip.wrongly_listed)
    if found is not None:
        subject.store.get(Steady, subject)  # asked for only where there is something to tell
        met = bool(found.wrongly_in_table) or lists_again(subject.api)
        severity, why = (Severity.ERROR, "") if met else (Severity.WARNING, _LISTS_ONCE)
        message = found.wrongly_in_table or found.wrongly_listed
        fix = "keep what is registered in a dict by identifier"
        yield blamed(subject, message, why + steps(found.obj), fix, severity)


@rule("PC604", "registered-not-served", scope=Scope.SPEC, applies=_is_routed)
def registered_not_served(subject: Subject, seen: Requested) -> Iterator[Finding]:
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
    if seen.error is not None and seen.is_unknown:
        message = f"it accepts {seen.obj.identifier!r} and does not serve it: {reason(seen.error)}"
        why = f"a name that nobody registered gets the same answer; {steps(seen.obj)}"
        yield blamed(subject, message, why, "serve what was accepted, or refuse it")
