"""PC605-PC608: what a provider's registry promises: registering again, the argument, the listing."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.registries.candidates import shown
from provider_conformance.evidence.registries.faults import internal_list, mutates, not_idempotent, unsteady
from provider_conformance.evidence.registries.observer import Lists, Observer
from provider_conformance.evidence.registries.observing import twice
from provider_conformance.evidence.registries.reaching import Listings, Marked, Steady
from provider_conformance.evidence.registries.verbs import verbs_of
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import of_fault
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule


def registers(subject: Subject) -> bool:
    """Whether objects are registered with a provider of the subject's API."""
    return is_loadable(subject) and verbs_of(subject.api) is not None


def lists(subject: Subject) -> bool:
    """Whether a provider of the subject's API lists objects to the routing table."""
    verbs = verbs_of(subject.api)
    return is_loadable(subject) and verbs is not None and bool(verbs.listing)


@rule("PC605", "registering-again", scope=Scope.SPEC, applies=registers)
def registering_again(subject: Subject, found: Observer) -> Iterator[Finding]:
    """Check that registering the very same object again changes nothing.

    What it does:
        Registers generated objects, and one that the provider lists, twice with one instance. The second call
        must be accepted, and the listing must then have what it had before: the object once, and all the
        others. A second call that is refused with a `ValueError` is a warning: some stacks say that
        an identifier may be refused which is there already. What the provider refuses the first
        time is not judged here.

    Why is this bad:
        The same object comes again when a client repeats its request, when it stands in the run config and
        among what the provider lists, and when the stack starts again over registrations that it has kept.

    Example:
        ```python
        async def register_model(self, model):
            self.models.append(model)  # listed twice from the second call on
        ```

    How to fix:
        Keep objects in a dict by identifier. Refuse only another object under a name that is taken.

    Source:
        The routing tables' `register_object` and `refresh`; the private registry protocols.
    """
    if (worst := found.smallest(twice, not_idempotent)) is not None:
        subject.store.get(Steady, subject)  # asked for only where there is something to tell
        method = found.verbs.register
        call = f"await provider.{method}({shown(worst[0])})"
        steps = f"the smallest steps found:\n    for _ in range(2): {call}"
        yield of_fault(subject, worst[1], method, steps)


@rule("PC606", "registering-mutates", scope=Scope.SPEC, applies=registers)
def registering_mutates(subject: Subject, found: Observer) -> Iterator[Finding]:
    """Check that the registration leaves the object alone that it is given.

    What it does:
        Registers generated objects and compares all their fields before and after the call. Where the
        stack stores what the method returns, a change of other fields than identifier, provider id
        and type is a warning.

    Why is this bad:
        The object is the caller's. The stack stores it, a run config holds it: both then have
        something else than what was registered.

    Example:
        ```python
        async def register_shield(self, shield):
            shield.identifier = shield.identifier.lower()
        ```

    How to fix:
        Change a copy: `shield = shield.model_copy(update={...}, deep=True)`.

    Source:
        The routing tables' `register_object`, which stores the object that it has handed over.
    """
    stored = found.verbs.stored
    if (worst := found.smallest(twice, lambda seen: mutates(seen, stored=stored))) is not None:
        method = found.verbs.register
        steps = f"the smallest steps found:\n    await provider.{method}({shown(worst[0])})"
        yield of_fault(subject, worst[1], method, steps)


@rule("PC607", "listing-not-steady", scope=Scope.SPEC, applies=lists)
def listing_not_steady(subject: Subject, lists: Lists, seen: Listings) -> Iterator[Finding]:
    """Check that a listing gives the same objects each time.

    What it does:
        Asks a provider for its listing again and again with nothing done in between, beginning with the
        routing table's own question when the stack starts. No answer may lack, rename, or double an object of
        the answer before, raise, or be None after a list. An answer that has more than the one before
        (a listing that is loaded late) is fine, and so is another order.

    Why is this bad:
        The routing table asks when the stack starts and at each refresh. What is missing in a
        later answer cannot be called any more; what is renamed has two names, one of them dead.

    Example:
        ```python
        async def list_models(self):
            found, self.models = self.models, []  # the second answer is empty
            return found
        ```

    How to fix:
        Answer from what is kept, and change nothing by being asked.

    Source:
        The routing tables' `initialize` and `refresh`.
    """
    if (fault := unsteady(seen.seen)) is not None:
        if (again := seen.again()) is None or unsteady(again) is None:
            raise NotJudged(f"it was seen once and not a second time: {fault.message}", inconclusive=True)
        steps = f"the steps:\n    for _ in range(3): await provider.{lists.method}()"
        yield of_fault(subject, fault, lists.method, steps)


@rule("PC608", "listing-is-internal", scope=Scope.SPEC, applies=lists)
def listing_is_internal(subject: Subject, lists: Lists, seen: Marked) -> Iterator[Finding]:
    """Check that a caller can do with a listing what it likes.

    What it does:
        Adds something to the list that the provider returns, and asks again: it must not be there.
        A tuple, or one and the same list that is filled anew, is fine.

    Why is this bad:
        Whoever sorts, filters or extends the answer changes what the provider serves; a registration
        that comes in meanwhile changes the answer under the hands of the one who walks through it.

    Example:
        ```python
        async def list_models(self):
            return self.models
        ```

    How to fix:
        Return a new list: `return list(self.models)`.

    Source:
        The routing tables, which keep and walk through what they are given.
    """
    if (fault := internal_list(listed=seen.listed, marked=seen.there)) is not None:
        asked = f"await provider.{lists.method}()"
        yield of_fault(
            subject, fault, lists.method, f"the steps:\n    ({asked}).append(x); assert x not in {asked}"
        )
    elif not seen.listed:
        raise NotJudged("what it returns is no list that could be changed")
