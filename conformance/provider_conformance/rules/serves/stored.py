"""PC609, PC610, PC612 and PC613: what a registry promises to a stack that stores what is registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.registries.candidates import candidates, shown
from provider_conformance.evidence.registries.leaving import Refreshed, Stranger, same_names, two_names
from provider_conformance.evidence.registries.observer import Observer, Refreshes, Unregisters
from provider_conformance.evidence.registries.observing import leaving
from provider_conformance.evidence.registries.reaching import Steady
from provider_conformance.evidence.registries.stored_faults import (
    confuses_names,
    does_not_leave,
    knows_no_stranger,
    returns_nothing,
    wrong_answer,
)
from provider_conformance.evidence.registries.verbs import Verbs, verbs_of
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC, of_fault
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule


def _has(verb: str) -> Callable[[Subject], bool]:
    """Whether the contract of a subject's API has a registry method of that sort."""

    def applies(subject: Subject) -> bool:
        verbs = verbs_of(subject.api)
        return is_loadable(subject) and verbs is not None and bool(getattr(verbs, verb))

    return applies


def _steps(verbs: Verbs, obj: Any) -> str:
    """The calls that show a fault over an object."""
    lines = [f"await provider.{verbs.register}({shown(obj)})"]
    if verbs.unregister:
        lines.append(f"await provider.{verbs.unregister}({obj.identifier!r})")
    return "the smallest steps found:\n    " + "\n    ".join(lines)


@rule("PC609", "unregistering", scope=Scope.SPEC, applies=_has("unregister"), after=STATIC)
def unregistering(subject: Subject, found: Observer, unregisters: Unregisters) -> Iterator[Finding]:
    """Check that what is unregistered is gone, and that nothing else is.

    What it does:
        Registers generated objects, unregisters them by their identifier, and registers them again. No
        step may fail; the provider's listing, where it had the object, must not have it in
        between. Where the stack itself unregisters what it has kept when it starts again, an identifier is
        unregistered, too, that the instance has never heard of: any error is a finding. Elsewhere the routing
        table refuses such an identifier itself. What a provider lists from a backend or a configuration may
        stay there.

    Why is this bad:
        The stack has taken the object out of its own registry already. What stays with the provider is
        known to nobody, and at the next refresh it is back.

    Example:
        ```python
        async def unregister_model(self, model_id):
            del self.models[model_id]  # KeyError after a restart of the stack
        ```

    How to fix:
        `self.models.pop(model_id, None)`.

    Source:
        The routing tables' `unregister_object` and `update_registered_models`.
    """
    worst = found.smallest(leaving, does_not_leave, same_names(found))
    if worst is not None:
        subject.store.get(Steady, subject)  # asked for only where there is something to tell
        yield of_fault(subject, worst[1], unregisters.method, _steps(found.verbs, worst[0]))
    elif found.verbs.refresh:  # at its start the stack unregisters what it kept; else its table refuses
        seen = subject.store.get(Stranger, subject)
        if (fault := knows_no_stranger(seen.left, seen.name)) is not None:
            call = f"await provider.{unregisters.method}({seen.name!r})"
            steps = f"the steps:\n    {call}  # of an instance just made"
            yield of_fault(subject, fault, unregisters.method, steps)
        elif seen.left is not None and isinstance(seen.left.error, NotImplementedError):
            raise NotJudged(f"it unregisters nothing, and says so: {seen.left.told}")


@rule("PC610", "registering-returns", scope=Scope.SPEC, applies=_has("stored"))
def registering_returns(subject: Subject, found: Observer) -> Iterator[Finding]:
    """Check that the registration returns the object where the stack stores what it returns.

    What it does:
        Registers generated objects and looks at the result, which must be an object of the stack.

    Why is this bad:
        The routing table stores what the method returns, and not what it has handed over. With nothing
        to store the registration fails after the provider has accepted it.

    Example:
        ```python
        async def register_model(self, model):
            self.models[model.identifier] = model  # and returns None
        ```

    How to fix:
        `return model`.

    Source:
        The private registry protocol, where it says that `register_*` returns something, and the routing
        tables' `register_object`.
    """
    worst = found.smallest(leaving, returns_nothing, candidates(found.first))
    if worst is not None:
        subject.store.get(Steady, subject)  # asked for only where there is something to tell
        method = found.verbs.register
        yield of_fault(subject, worst[1], method, _steps(Verbs(method), worst[0]))


@rule("PC612", "names-confused", scope=Scope.SPEC, applies=_has("unregister"))
def names_confused(subject: Subject, found: Observer, unregisters: Unregisters) -> Iterator[Finding]:
    """Check that an object may have another name in the stack than at the provider.

    What it does:
        Registers generated objects whose `identifier` is not their `provider_resource_id`. What the method
        returns and what the provider lists must have both where they belong, and the object must be
        unregistered by its `identifier`. A provider may make its own name exact ("latest") but not take the
        other one for it.

    Why is this bad:
        Clients ask for the identifier; the stack tells the provider its own name for it. Where the
        two are exchanged the object cannot be found, called or taken away.

    Example:
        ```python
        async def register_model(self, model):
            self.models[model.provider_resource_id] = model
        async def unregister_model(self, model_id):
            del self.models[model_id]  # the identifier: KeyError
        ```

    How to fix:
        Keep objects by `identifier`; use `provider_resource_id` for calls of the backend alone.

    Source:
        The stacks' `Resource`; the private registry protocol of models.
    """
    if found.smallest(leaving, does_not_leave, same_names(found)) is not None:
        raise NotJudged("it cannot unregister what has one name for both", see=("PC609",))
    stored = found.verbs.stored
    worst = found.smallest(leaving, lambda seen: confuses_names(seen, stored=stored), two_names(found))
    if worst is not None:
        subject.store.get(Steady, subject)  # asked for only where there is something to tell
        yield of_fault(subject, worst[1], unregisters.method, _steps(found.verbs, worst[0]))


@rule("PC613", "should-refresh", scope=Scope.SPEC, applies=_has("refresh"), after=STATIC)
def should_refresh(subject: Subject, refreshes: Refreshes, seen: Refreshed) -> Iterator[Finding]:
    """Check that the provider answers with yes or no when it is asked whether to list again.

    What it does:
        Calls `should_refresh_*` twice. It must answer with True or False; None, which counts as no, is a
        warning.

    Why is this bad:
        The routing table asks outside of any `try`: one provider that fails here keeps all others from
        being refreshed, and when the stack starts it ends the start. A text such as "false" counts as yes.

    Example:
        ```python
        async def should_refresh_models(self):
            return self.config.refresh  # AttributeError where there is no such setting
        ```

    How to fix:
        `return False`; `return True` where the listing may change while the stack runs.

    Source:
        `ModelsRoutingTable.refresh` of the stacks.
    """
    if (fault := wrong_answer(seen.answers)) is not None:
        yield of_fault(
            subject, fault, refreshes.method, f"the steps:\n    await provider.{refreshes.method}()"
        )
