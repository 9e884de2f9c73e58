"""PC609, PC610, PC612 and PC613: what a registry promises to a stack that stores what is registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence import registry as observing
from provider_conformance.evidence.candidates import candidates, shown, template_of
from provider_conformance.evidence.listings import Call, Fault, ObservedLeaving
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.registry import Observer, leaving, observed, observer, verbs_of
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC
from provider_conformance.findings import PASS, Judgement, left_to
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.rules.model import Scope, rule
from provider_conformance.rules.serves.registry import tell
from provider_conformance.rules.serves.stored_faults import (
    confuses_names,
    does_not_leave,
    knows_no_stranger,
    returns_nothing,
    wrong_answer,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_STRANGER: Final = "conformance-not-registered"


def _has(verb: str) -> Callable[[Subject], bool]:
    """Whether the contract of a subject's API has a registry method of that sort."""

    def applies(subject: Subject) -> bool:
        verbs = verbs_of(subject.api)
        return is_loadable(subject) and verbs is not None and bool(getattr(verbs, verb))

    return applies


def _judge(
    subject: Subject,
    found: Observer,
    code: str,
    fault_of: Callable[[ObservedLeaving], Fault | None],
    objects: SearchStrategy[Any],
) -> Judgement:
    """The smallest object over which there is a fault."""
    worst = found.smallest(leaving, fault_of, objects)
    fault = fault_of(worst[1]) if worst else None
    if worst is None or fault is None:
        return PASS
    if (moving := observing.restless(found.first)) is not None:
        return moving
    verbs, obj = found.verbs, worst[0]
    lines = [f"await provider.{verbs.register}({shown(obj)})"]
    if verbs.unregister and code != "PC610":
        lines.append(f"await provider.{verbs.unregister}({obj.identifier!r})")
    steps = "the smallest steps found:\n    " + "\n    ".join(lines)
    return tell(subject, code, fault, verbs.register if code == "PC610" else verbs.unregister, steps)


@rule("PC609", "unregistering", scope=Scope.SPEC, applies=_has("unregister"), after=STATIC)
def unregistering(subject: Subject) -> Judgement:
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
    found = observer(subject, "unregister")
    if isinstance(found, Judgement):
        return found
    judged = _judge(subject, found, "PC609", does_not_leave, _same_names(found))
    asks = bool(
        found.verbs.refresh
    )  # at its start the stack unregisters what it kept; else its table refuses
    return _strangers(subject, found) if judged == PASS and asks else judged


def _strangers(subject: Subject, found: Observer) -> Judgement:
    name, verbs = _unheard_of(found), found.verbs

    async def work(running: Running) -> Call:
        return await observing.call(running, verbs.unregister, name)

    seen = observed(found.first, work)
    fault = knows_no_stranger(seen, name) if seen else None
    if fault is None and seen is not None and isinstance(seen.error, NotImplementedError):
        return Judgement(skipped=f"it unregisters nothing, and says so: {seen.told}")
    if fault is None:
        return PASS
    steps = f"the steps:\n    await provider.{verbs.unregister}({name!r})  # of an instance just made"
    return tell(subject, "PC609", fault, verbs.unregister, steps)


def _unheard_of(found: Observer) -> str:
    """The identifier under which a stack has kept what the provider lists, of another instance."""
    template = template_of(found.first)
    if template is None:
        return _STRANGER
    resource = getattr(template, "provider_resource_id", None) or template.identifier
    return f"another-{FIRST}/{resource}"


def _same_names(found: Observer) -> SearchStrategy[Any]:
    """Objects with one name for both the stack and the provider: two names are for PC612."""
    return candidates(found.first).map(lambda obj: _named_at_provider(obj, obj.identifier))


def _named_at_provider(obj: Any, resource: str) -> Any:
    if "provider_resource_id" not in type(obj).model_fields:
        return obj
    return obj.model_copy(update={"provider_resource_id": resource})


@rule("PC610", "registering-returns", scope=Scope.SPEC, applies=_has("stored"))
def registering_returns(subject: Subject) -> Judgement:
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
    found = observer(subject)
    if isinstance(found, Judgement):
        return found
    return _judge(subject, found, "PC610", returns_nothing, candidates(found.first))


@rule("PC612", "names-confused", scope=Scope.SPEC, applies=_has("unregister"))
def names_confused(subject: Subject) -> Judgement:
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
    found = observer(subject, "unregister")
    if isinstance(found, Judgement):
        return found
    if found.smallest(leaving, does_not_leave, _same_names(found)) is not None:
        return left_to("PC609", why="it cannot unregister what has one name for both")
    stored = found.verbs.stored
    return _judge(subject, found, "PC612", lambda s: confuses_names(s, stored=stored), _two_names(found))


def _two_names(found: Observer) -> SearchStrategy[Any]:
    """Objects whose name at the provider is another one: one that it lists, where it lists any."""
    template = template_of(found.first)
    known = getattr(template, "provider_resource_id", None)
    return candidates(found.first).map(
        lambda obj: _named_at_provider(obj, known or f"{obj.identifier}-at-provider")
    )


@rule("PC613", "should-refresh", scope=Scope.SPEC, applies=_has("refresh"), after=STATIC)
def should_refresh(subject: Subject) -> Judgement:
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
    found = observer(subject, "refresh")
    if isinstance(found, Judgement):
        return found
    method = found.verbs.refresh

    async def work(running: Running) -> tuple[Call, ...]:
        return tuple([await observing.call(running, method) for _ in range(2)])

    answers = observed(found.first, work)
    if answers is None:
        return left_to("PC505", why="it did not start again")
    if any(answer.offline for answer in answers):
        return Judgement(inconclusive=f"it cannot be asked here: {answers[0].told}")
    fault = wrong_answer(answers)
    return (
        tell(subject, "PC613", fault, method, f"the steps:\n    await provider.{method}()") if fault else PASS
    )
