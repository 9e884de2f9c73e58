"""PC605-PC608: what a provider's registry promises: registering again, the argument, the listing."""

from __future__ import annotations

from provider_conformance.evidence import registry as observing
from provider_conformance.evidence.candidates import shown
from provider_conformance.evidence.listings import Fault
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.registry import observer, verbs_of
from provider_conformance.evidence.registry_faults import internal_list, mutates, not_idempotent, unsteady
from provider_conformance.evidence.start import blame
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Judgement, Location, left_to
from provider_conformance.package import places
from provider_conformance.rules.model import Scope, rule


def registers(subject: Subject) -> bool:
    """Whether objects are registered with a provider of the subject's API."""
    return is_loadable(subject) and verbs_of(subject.api) is not None


def lists(subject: Subject) -> bool:
    """Whether a provider of the subject's API lists objects to the routing table."""
    verbs = verbs_of(subject.api)
    return is_loadable(subject) and verbs is not None and bool(verbs.listing)


def method_place(subject: Subject, method: str) -> Location | None:
    """Where a method of the implementation is defined, None where that cannot be seen."""
    cls = subject.implementation().cls
    return None if cls is None else places.of_function(getattr(cls, method, None))


def tell(subject: Subject, code: str, fault: Fault, method: str, steps: str = "") -> Judgement:
    """The finding of a fault in one of the registry's methods."""
    why = f"{fault.why}; {steps}" if steps else fault.why
    place = method_place(subject, method)
    return blame(
        subject, code, fault.message, why, fault.fix, severity=fault.severity, method=method, place=place
    )


@rule("PC605", "registering-again", scope=Scope.SPEC, applies=registers)
def registering_again(subject: Subject) -> Judgement:
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
    found = observer(subject)
    if isinstance(found, Judgement):
        return found
    worst = found.smallest(observing.twice, not_idempotent)
    fault = not_idempotent(worst[1]) if worst else None
    if worst is None or fault is None:
        return PASS
    if (moving := observing.restless(found.first)) is not None:
        return moving
    method = found.verbs.register
    steps = f"the smallest steps found:\n    for _ in range(2): await provider.{method}({shown(worst[0])})"
    return tell(subject, "PC605", fault, method, steps)


@rule("PC606", "registering-mutates", scope=Scope.SPEC, applies=registers)
def registering_mutates(subject: Subject) -> Judgement:
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
    found = observer(subject)
    if isinstance(found, Judgement):
        return found
    stored = found.verbs.stored
    worst = found.smallest(observing.twice, lambda seen: mutates(seen, stored=stored))
    fault = mutates(worst[1], stored=stored) if worst else None
    if worst is None or fault is None:
        return PASS
    method = found.verbs.register
    steps = f"the smallest steps found:\n    await provider.{method}({shown(worst[0])})"
    return tell(subject, "PC606", fault, method, steps)


@rule("PC607", "listing-not-steady", scope=Scope.SPEC, applies=lists)
def listing_not_steady(subject: Subject) -> Judgement:
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
    found = observer(subject, "listing")
    if isinstance(found, Judgement):
        return found
    seen = observing.observed(found.first, observing.listings)
    if seen is None:
        return left_to("PC601", "PC607", why="its listing is not usable")
    if seen.calls[0].error is not None:
        return left_to("PC601", "PC607", why="its listing is not usable")
    fault = unsteady(seen)
    if fault is None:
        return PASS
    once_more = observing.observed(found.first, observing.listings)
    if once_more is None or unsteady(once_more) is None:
        return Judgement(inconclusive=f"it was seen once and not a second time: {fault.message}")
    method = found.verbs.listing
    steps = f"the steps:\n    for _ in range(3): await provider.{method}()"
    return tell(subject, "PC607", fault, method, steps)


@rule("PC608", "listing-is-internal", scope=Scope.SPEC, applies=lists)
def listing_is_internal(subject: Subject) -> Judgement:
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
    found = observer(subject, "listing")
    if isinstance(found, Judgement):
        return found
    seen = observing.observed(found.first, observing.marked)
    if seen is None:
        return left_to("PC601", "PC607", why="its listing is not usable")
    listed, marked = seen
    fault = internal_list(listed=listed, marked=marked)
    if fault is None:
        return PASS if listed else Judgement(skipped="what it returns is no list that could be changed")
    method = found.verbs.listing
    steps = (
        f"the steps:\n    (await provider.{method}()).append(x); assert x not in await provider.{method}()"
    )
    return tell(subject, "PC608", fault, method, steps)
