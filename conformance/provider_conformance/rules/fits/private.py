"""PC3xx: does the implementation keep what the routing table calls: the private registry protocol?"""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.contracts.model import StackCall
from provider_conformance.evidence.signatures import (
    Classes,
    ComparedPrivate,
    method_of,
    private_protocol,
)
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.protocols.calls import refusal
from provider_conformance.protocols.compare import Aspect
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import (
    Implemented,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
    State,
)
from provider_conformance.protocols.signature import Kind, Signature
from provider_conformance.rules.model import Scope, rule


def _method(subject: Subject) -> bool:
    return method_of(subject, private_protocol) is not None


def _required(subject: Subject) -> bool:
    method = method_of(subject, private_protocol)
    return method is not None and not method.optional


def _optional(subject: Subject) -> bool:
    method = method_of(subject, private_protocol)
    return method is not None and method.optional


def _attribute(subject: Subject) -> bool:
    protocol = subject.api.private if subject.api else None
    attribute = protocol.attributes.get(subject.method) if protocol else None
    return attribute is not None and (attribute.injected or not attribute.has_value)


def _positions(subject: Subject) -> bool:
    method = method_of(subject, private_protocol)
    return method is not None and any(p.kind <= Kind.POSITIONAL_OR_KEYWORD for p in method.signature.named())


def _has_defaults(subject: Subject) -> bool:
    method = method_of(subject, private_protocol)
    return method is not None and any(not p.required for p in method.signature.named())


@rule("PC301", "registry-method-missing", scope=Scope.PRIVATE, applies=_required)
def registry_method_missing(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that a method of the private registry protocol is there.

    What it does:
        Looks up `register_model`, `list_models` and their kin, which only the stack's routing
        table calls. The lookup is that of PC201.

    Why is this bad:
        The routing table lists and registers objects when the stack starts. Some of these calls
        stand outside any `try`: one provider without the method then stops the refresh of all.

    Example:
        ```python
        class MyInference(Inference):
            async def list_models(self): ...
            # no register_model
        ```

    How to fix:
        Write the method. A provider that serves whatever it is asked for accepts every object in
        `register_*` and returns nothing, or the object where the protocol says so.

    Source:
        The `*ProtocolPrivate` classes next to the stack's provider specs. No release of the stack
        has ever verified them.
    """
    yield from found.of(Aspect.MISSING)


@rule("PC302", "registry-method-stub", scope=Scope.PRIVATE, applies=_required)
def registry_method_stub(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that a registry method is implemented and not only promised.

    What it does:
        Reports empty bodies as PC202 does: inherited from the private protocol, written as `...`,
        abstract, or standing before a mixin's real method. A body that is only `pass` is fine
        where the method returns nothing, and so is any empty body, an inherited one too, where
        nobody in the stack reads what comes of the call: there is then nothing to do.

    Why is this bad:
        A listing that returns None ends the start of the stack, and a registration whose None is
        stored leaves an object that cannot be used.

    Example:
        ```python
        class MyInference(ModelsProtocolPrivate, ModelRegistryHelper):  # the protocol comes first
            pass
        ```

    How to fix:
        Implement the method, or put the mixin before the protocol among the bases.

    Source:
        Python's method resolution order.
    """
    yield from found.of(Aspect.STUB)


@rule("PC303", "registry-call-does-not-bind", scope=Scope.PRIVATE, applies=_method, proves=True)
def registry_call_does_not_bind(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that the routing table's calls bind.

    What it does:
        Binds the calls that the routing table makes, with the arguments by position:
        `register_model(model)`.

    Why is this bad:
        Registration raises `TypeError`, when the stack starts or when a user registers an object.

    Example:
        ```python
        class MyInference:
            async def register_model(self, *, model): ...  # the routing table passes it by position
        ```

    How to fix:
        Take the protocol's parameters by position, and give parameters of your own a default.

    Source:
        The routing tables' calls.
    """
    yield from found.of(Aspect.BINDING)


@rule("PC304", "registry-parameter-name", scope=Scope.PRIVATE, severity=Severity.WARNING, applies=_positions)
def registry_parameter_name(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that parameters have the protocol's names and order.

    What it does:
        Warns of a parameter under another name. Parameters in another order are an error, since
        the routing table passes them by position.

    Why is this bad:
        Under another name today's call still works; one that used the protocol's name would not.

    Example:
        ```python
        class MyScoring:
            async def register_scoring_function(self, function_def): ...  # promised: scoring_fn
        ```

    How to fix:
        Use the protocol's names and order.

    Source:
        The routing tables' calls, which pass arguments by position.
    """
    yield from found.of(Aspect.ORDER)


@rule(
    "PC305", "registry-default-changed", scope=Scope.PRIVATE, severity=Severity.WARNING, applies=_has_defaults
)
def registry_default_changed(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that optional parameters of registry methods keep their defaults.

    What it does:
        Compares defaults by value, as PC205 does.

    Why is this bad:
        The routing table relies on what the protocol says of an argument that it leaves out.

    Example:
        ```python
        async def unregister_model(self, model_id, force=True): ...  # promised: force=False
        ```

    How to fix:
        Use the protocol's default.

    Source:
        The defaults in the private protocol's signature.
    """
    yield from found.of(Aspect.DEFAULT)


@rule("PC306", "registry-result-kind", scope=Scope.PRIVATE, applies=_method)
def registry_result_kind(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that registry methods are asynchronous where the protocol is.

    What it does:
        Tells coroutine functions, asynchronous generators and plain functions apart, as PC206
        does.

    Why is this bad:
        The routing table awaits the call: a plain list or None raises `TypeError` when the stack
        starts.

    Example:
        ```python
        class MyInference:
            def list_models(self): return [...]  # promised: async def
        ```

    How to fix:
        Use `async def`, and return a list rather than yielding its items.

    Source:
        The routing tables' `await`.
    """
    yield from found.of(Aspect.RESULT)


@rule("PC307", "registry-misleading-signature", scope=Scope.PRIVATE, applies=_method)
def registry_misleading_signature(found: ComparedPrivate) -> Iterator[Finding]:
    """Check that a registry method takes what its visible signature says.

    What it does:
        Reports a `__signature__` or `functools.wraps` that shows parameters which the function
        that runs does not take, as PC207 does.

    Why is this bad:
        Inspection is content and the call raises `TypeError`.

    Example:
        ```python
        @functools.wraps(_register)
        async def register_model(self): ...  # claims to take `model`
        ```

    How to fix:
        Let the wrapper take `*args, **kwargs` and pass both on.

    Source:
        How Python calls functions.
    """
    yield from found.of(Aspect.MISLEADING)


@rule("PC308", "registry-optional-method", scope=Scope.PRIVATE, severity=Severity.WARNING, applies=_optional)
def registry_optional_method(found: ComparedPrivate) -> Iterator[Finding]:
    """Check the registry methods to which the private protocol itself gives a body.

    What it does:
        As PC208 does for public methods: warns where such a method is absent, overridden by a stub, or
        where the protocol's default hides a mixin's real method.

    Why is this bad:
        The body only helps classes that inherit the protocol; to any other one the routing table's call
        is an `AttributeError`.

    Example:
        ```python
        class MyInference:  # does not inherit the protocol, whose `should_refresh_models` has a body
            async def register_model(self, model): ...
        ```

    How to fix:
        Inherit the private protocol, after any mixins, or write the method.

    Source:
        Concrete bodies in the `*ProtocolPrivate` classes.
    """
    yield from found.of(Aspect.OPTIONAL)


@rule("PC309", "registry-attribute", scope=Scope.PRIVATE, applies=_attribute)
def registry_attribute(found: ComparedPrivate) -> Iterator[Finding]:
    """Check the data members that the private protocol declares.

    What it does:
        As PC209 does for the public protocol: what the routing table injects must be assignable, a
        constant with a value in the protocol is optional, any other declared member must be there.

    Why is this bad:
        Whoever reads the member gets an `AttributeError`, or the assignment raises when the stack starts.

    Example:
        ```python
        class MyShields:
            __slots__ = ("config",)  # the protocol says `shield_store: ShieldStore`
        ```

    How to fix:
        Declare the member, and let what is injected be assigned.

    Source:
        The data members of the `*ProtocolPrivate` classes.
    """
    yield from found.of(Aspect.ATTRIBUTE)


@rule("PC310", "undeclared-method", scope=Scope.CALLED, after=("PC211",))
def undeclared_method(subject: Subject, classes: Classes) -> Iterator[Finding]:
    """Check the methods that the stack calls though no protocol declares them.

    What it does:
        The contract records the calls that routing tables, routers, the server and other providers
        make on a provider. Reports such a method (`shutdown` is one) where it is absent, or does not
        take the call: an error, and a warning where the caller catches what that raises and goes on. A
        caller that asks first (`hasattr`) does without the method, and nothing is reported.

    Why is this bad:
        The call raises `AttributeError`. For `unregister_benchmark` that means that a client's
        request to delete a benchmark fails, for `shutdown` that the providers after this one are
        never shut down.

    Example:
        ```python
        class MyInference:  # no `shutdown`
            ...
        ```

    How to fix:
        Write the method; an empty one is enough where there is nothing to do.

    Source:
        The source of the stack's routing layer: each finding names the caller.
    """
    if subject.api is None:
        return
    calls = sorted(subject.api.unasked(subject.method), key=lambda call: call.caught)
    for view in classes.views:
        found = look_up(view, _called(subject.method), ProtocolModel("", "", {}))
        if found.state is State.UNSEEN:
            raise NotJudged(f"`{subject.method}` cannot be seen: {found.note}", inconclusive=True)
        if (call := next((call for call in calls if _fails(call, found)), None)) is not None:
            yield _undeclared(subject.method, call, view, found)
            return


def _fails(call: StackCall, found: Implemented) -> bool:
    if found.state is State.MISSING:
        return True
    return found.signature is not None and not call.spread and bool(refusal(found.signature, call.shape()))


def _undeclared(method: str, call: StackCall, view: View, found: Implemented) -> Finding:
    absent = found.state is State.MISSING
    wrong = "is not there" if absent else f"does not take the call `{call.text or f'{method}{call.shape()}'}`"
    return Finding(
        "",
        Severity.WARNING if call.caught else Severity.ERROR,
        f"`{method}` {wrong}; no protocol declares it, and the stack calls it all the same",
        method=method,
        location=found.location or view.location,
        why=f"called by {call.by}: {_outcome(call, absent)}",
        fix=f"add `async def {method}(self{_arguments(call)})`; an empty body is fine for nothing to do",
    )


def _outcome(call: StackCall, absent: bool) -> str:
    """What comes of a call that fails."""
    error = "AttributeError" if absent else "TypeError"
    made = f"the call `{call.text}`" if call.text else "the call"
    return f"{made} raises {error}{', which is caught: what it was to do is not done' if call.caught else ''}"


def _arguments(call: StackCall) -> str:
    names = (*call.shape().positional, *call.keywords)
    return "".join(f", {name}" for name in names)


def _called(name: str) -> ProtocolMethod:
    """A method of which only the name is known."""
    return ProtocolMethod(name, Signature(), ResultKind.ANY, returns_none=True)
