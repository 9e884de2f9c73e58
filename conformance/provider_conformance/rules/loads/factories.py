"""PC110-PC115: does the stack's loader get an implementation from the spec?"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import partial
from typing import Any

from provider_conformance.contracts.model import Factory
from provider_conformance.evidence.loading import code_of, is_loadable, judge_absence, judge_problem, plural
from provider_conformance.evidence.start import Start, baseline
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Location, Severity, left_to
from provider_conformance.package import places
from provider_conformance.package.model import Implementation
from provider_conformance.protocols import careful
from provider_conformance.protocols.attributes import why_not_assignable
from provider_conformance.protocols.calls import CallShape, Refusal, refusal
from provider_conformance.protocols.classes import abstract_left
from provider_conformance.protocols.model import ResultKind
from provider_conformance.protocols.signature import Kind, Signature
from provider_conformance.protocols.unwrap import Callee, callee
from provider_conformance.providers.implementation import DEFAULT_FACTORIES
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.containment import attempt


def _factory_of(subject: Subject) -> Factory:
    kind = subject.spec.kind if subject.spec else ""
    known = subject.contract.factories.get(kind) if subject.contract else None
    return known or next((f for k, f in DEFAULT_FACTORIES.items() if k == kind), Factory("get_provider_impl"))


def _without_factory(code: str, implementation: Implementation) -> Judgement | None:
    """What a rule about the factory says where there is none to look at."""
    if implementation.factory is not None:
        return None
    told = judge_problem(code, implementation.problem)
    return told or left_to("PC110", why=f"the factory cannot be seen: {implementation.unseen}")


def _found(code: str, message: str, location: Location | None, why: str, fix: str, **more: Any) -> Judgement:
    return Judgement((Finding(code, Severity.ERROR, message, location=location, why=why, fix=fix, **more),))


@rule("PC110", "module", scope=Scope.SPEC, applies=is_loadable)
def module(subject: Subject) -> Judgement:
    """Check that the spec's module can be imported.

    What it does:
        Imports `spec.module` (a remote provider's is its adapter's) and names the true cause
        where that fails. A third-party module that is missing while a declared requirement is not
        installed makes the check inconclusive: it could not be done here.

    Why is this bad:
        The stack imports the module when a run config names the provider, and does not start.

    Example:
        ```python
        InlineProviderSpec(module="my_pkg.inference", ...)  # the folder is `my_pkg/infer`
        ```

    How to fix:
        Name the module that has the factory. Declare what it imports in the spec's
        `pip_packages` or in the package's requirements.

    Source:
        The stack's `instantiate_provider`.
    """
    implementation = subject.implementation()
    if implementation.problem is not None and code_of(implementation.problem) == "PC110":
        return judge_problem("PC110", implementation.problem) or Judgement()
    if implementation.factory is None and implementation.unseen:
        return Judgement(inconclusive=implementation.unseen)
    if subject.provider.not_imported:
        return Judgement(skipped=subject.provider.not_imported)
    if implementation.not_imported:
        return Judgement(inconclusive=implementation.note)
    return Judgement()


@rule("PC111", "factory-missing", scope=Scope.SPEC, applies=is_loadable)
def factory_missing(subject: Subject) -> Judgement:
    """Check that the spec's module has the factory that the loader calls.

    What it does:
        Looks for the function that the stack calls for a spec of this kind: `get_provider_impl`
        for an inline one, `get_adapter_impl` for a remote one, `get_client_impl` for one
        that is passed through. Tells it where the module has the factory of another kind.

    Why is this bad:
        The loader gets an `AttributeError` and the stack does not start.

    Example:
        ```python
        # my_pkg/inference/__init__.py, the module of an InlineProviderSpec
        async def get_adapter_impl(config, deps): ...
        ```

    How to fix:
        Write or export the factory in the module's `__init__.py`, under the name for its kind.

    Source:
        The stack's `instantiate_provider`.
    """
    return _without_factory("PC111", subject.implementation()) or Judgement()


@rule("PC112", "factory-signature", scope=Scope.SPEC, applies=is_loadable)
def factory_signature(subject: Subject) -> Judgement:
    """Check that the loader's call binds to the factory's signature.

    What it does:
        Binds the call that the stack makes: the configuration and the dependencies by position,
        and the further arguments of the release (`policy`) behind them where the factory has a
        parameter of that name. Other names are fine, and so are further optional parameters, as long as
        none stands before one that the stack passes.
        Parameters that are named the wrong way round get each other's values.

    Why is this bad:
        The call raises `TypeError`, or the factory gets the dependencies for its configuration.

    Example:
        ```python
        async def get_adapter_impl(config): ...  # the loader passes the dependencies as well
        ```

    How to fix:
        Take `(config, deps)`, and `policy` as the third parameter if at all.

    Source:
        The stack's `instantiate_provider`.
    """
    implementation, expected = subject.implementation(), _factory_of(subject)
    absent = _without_factory("PC112", implementation)
    if absent is not None:
        return absent
    factory = implementation.factory
    seen = callee(factory, object, binds=False)
    if seen.signature is None:
        return Judgement(inconclusive=f"the signature of `{expected.function}` cannot be seen: {seen.why}")
    passed = _passed(factory, expected)
    wrong = refusal(seen.signature, CallShape(passed))
    message = _told(wrong) if wrong else _misplaced(seen.signature, passed)
    if not message:
        return Judgement()
    shown = f"{expected.function}({', '.join(passed)})"
    why = f"instantiate_provider calls `{shown}` by position."
    fix = f"define it as `{shown}`; give further parameters a default"
    place = places.of_function(factory)
    return _found("PC112", f"`{expected.function}{seen.signature}` {message}", place, why, fix)


def _passed(factory: Any, expected: Factory) -> tuple[str, ...]:
    """What the loader passes; it looks for the optional names as :mod:`inspect` shows them."""
    named = attempt(lambda: {*inspect.signature(factory).parameters}).value or ()
    return (*expected.parameters, *(name for name in expected.optional if name in named))


def _told(wrong: Refusal) -> str:
    parts = [
        f"does not take {plural(wrong.too_many)}" if wrong.too_many else "",
        f"misses a value for {plural(wrong.missing)}" if wrong.missing else "",
    ]
    return " and ".join(filter(None, parts))


def _misplaced(signature: Signature, passed: tuple[str, ...]) -> str:
    names = [p.name.strip("_") for p in signature.parameters if p.kind <= Kind.POSITIONAL_OR_KEYWORD]
    for place, wanted in enumerate(passed):
        there = names.index(wanted) if wanted in names else place
        if there >= len(passed):
            return f"gets `{wanted}` for `{names[place]}`"
        if there != place:
            return f"gets `{passed[there]}` for `{wanted}`"
    return ""


@rule("PC113", "factory-not-async", scope=Scope.SPEC, applies=is_loadable)
def factory_not_async(subject: Subject) -> Judgement:
    """Check that what the factory returns can be awaited.

    What it does:
        Tells from the function and its source what a call gives. A plain function that returns an
        awaitable is fine; an async generator and a plain function that returns the
        implementation itself are not.

    Why is this bad:
        The loader awaits the result: `object MyImpl can't be used in 'await' expression`.

    Example:
        ```python
        def get_provider_impl(config, deps):
            return MyImpl(config)
        ```

    How to fix:
        Write `async def`.

    Source:
        The stack's `instantiate_provider`.
    """
    implementation, name = subject.implementation(), _factory_of(subject).function
    absent = _without_factory("PC113", implementation)
    if absent is not None:
        return absent
    seen: Callee = callee(implementation.factory, object, binds=False)
    if ResultKind.ANY in seen.kinds and not implementation.at_once:
        return Judgement(inconclusive=f"whether `{name}` returns an awaitable cannot be told from its source")
    if seen.kinds <= {ResultKind.AWAITABLE}:
        return Judgement()
    place = _place(implementation)
    kind = "not async"
    if ResultKind.ASYNC_ITERATOR in seen.kinds:
        kind = "an async generator"
    elif careful.is_class(implementation.factory):
        kind = "a class"
    why = "instantiate_provider awaits what it returns."
    return _found("PC113", f"`{name}` is {kind}", place, why, "make it `async def`")


def _place(implementation: Implementation) -> Location | None:
    factory = implementation.factory
    if careful.is_class(factory):
        return places.of_class(factory)
    return places.of_function(factory) or implementation.location


@rule("PC114", "implementation-attributes", scope=Scope.SPEC)
def implementation_attributes(subject: Subject) -> Judgement:
    """Check that the stack can set its attributes on the implementation.

    What it does:
        Looks at the class for what forbids it: `__slots__` without a `__dict__`, a frozen
        dataclass, a property without a setter of that name. A class with a `__setattr__` of its own is asked,
        on an object that its factory made. The attributes are those that the loader sets on every
        provider, and those that a routing table sets without that the protocol declares them.

    Why is this bad:
        The assignment raises after the provider was built, and the stack does not start.

    Example:
        ```python
        class MyInference(Inference):
            __slots__ = ("config",)  # no room for `__provider_id__`
        ```

    How to fix:
        Remove `__slots__` or add `"__dict__"` to it; do not freeze the implementation; give a
        property of that name a setter.

    Source:
        The stack's `instantiate_provider`.
    """
    if subject.contract is None:
        return Judgement(skipped="the stack is not known")
    implementation = subject.implementation()
    absent = judge_absence("PC114", implementation)
    if absent is not None or implementation.cls is None:
        return absent or Judgement()
    # what the public protocol declares is judged by PC209
    declared = subject.api.public.attributes if subject.api and subject.api.public else {}
    injected = subject.api.injected if subject.api else ()
    wanted = (*subject.contract.attributes, *(name for name in injected if name not in declared))
    classes = (implementation.cls, *implementation.alternatives)
    found, unseen = _unsettable(classes, wanted)
    if unseen and (made := _made(subject)) is not None:
        found, unseen = [*found, *_refused(made, wanted)], []
    return Judgement(tuple(found), inconclusive="; ".join(dict.fromkeys(unseen)))


def _made(subject: Subject) -> Any:
    """What the factory returned where the provider could be tried: it tells what its class does not."""
    first = baseline(subject)
    return first.witness.made[0] if isinstance(first, Start) and first.witness.made else None


def _refused(made: Any, wanted: tuple[str, ...]) -> list[Finding]:
    """What an object says that has its own way of taking attributes."""
    errors = {name: attempt(partial(setattr, made, name, None)).error for name in wanted}
    refused: dict[str, list[str]] = {}
    for name, error in errors.items():
        if error is not None:
            refused.setdefault(careful.class_name(type(error)), []).append(name)
    return [
        _refusing(type(made), f"its `__setattr__` raises {reason}", tuple(names))
        for reason, names in refused.items()
    ]


def _unsettable(classes: Iterable[type], wanted: tuple[str, ...]) -> tuple[list[Finding], list[str]]:
    """One finding per class and reason, and what could not be told."""
    refused: dict[tuple[type, str], list[str]] = {}
    unseen = []
    for cls in classes:
        for name in wanted:
            reason, unknown = why_not_assignable(cls, name)
            if reason:
                refused.setdefault((cls, reason), []).append(name)
            unseen += [unknown] if unknown else []
    return [_refusing(cls, reason, tuple(names)) for (cls, reason), names in refused.items()], unseen


def _refusing(cls: type, reason: str, names: tuple[str, ...]) -> Finding:
    title = careful.class_name(cls)
    return Finding(
        "PC114",
        Severity.ERROR,
        f"`{title}` does not take {plural(names)}: {reason}",
        location=places.of_class(cls),
        why="The stack sets these attributes on what the factory returns.",
        fix="let instances take attributes of these names: an ordinary class does",
        detail=f"{title}:{reason}",
    )


@rule("PC115", "factory-result", scope=Scope.SPEC, applies=is_loadable)
def factory_result(subject: Subject) -> Judgement:
    """Check that the factory gives an implementation.

    What it does:
        Follows the factory's source: an import in it that fails through the provider's own fault
        or because this release of the stack has no such name, a coroutine that it does not await,
        a name that nothing defines, a call that the implementation's class does not take, and a result
        that is nothing, the class itself or a plain value are reported; so is a class that has abstract
        methods left. Where the source does not tell and the factory cannot be run here, the check is
        inconclusive.

    Why is this bad:
        The stack sets attributes on what the factory returns and calls the API's methods on it.

    Example:
        ```python
        async def get_provider_impl(config, deps):
            impl = MyImpl(config)
            await impl.initialize()  # and no `return impl`
        ```

    How to fix:
        Return the instance, once it is initialized.

    Source:
        The stack's `instantiate_provider`.
    """
    implementation = subject.implementation()
    absent = judge_absence("PC115", implementation)
    if absent is not None or not implementation.made:
        return absent or Judgement()
    made = (implementation.cls, *implementation.alternatives)
    return Judgement(tuple(f for cls in made if cls is not None for f in _never_made(cls, _told_of(subject))))


def _told_of(subject: Subject) -> frozenset[str]:
    """The methods that the rules about the protocols judge one by one."""
    protocols = (subject.api.public, subject.api.private) if subject.api else ()
    return frozenset(name for protocol in protocols if protocol for name in protocol.methods)


def _never_made(cls: type, told: frozenset[str]) -> Iterable[Finding]:
    """What is told of a class with abstract members, unless all of them are told by themselves."""
    left = {name: owner for name, owner in abstract_left(cls).items() if name not in told}
    if left:
        title = careful.class_name(cls)
        owners = ", ".join(dict.fromkeys(f"`{careful.class_name(owner)}`" for owner in left.values()))
        yield Finding(
            "PC115",
            Severity.ERROR,
            f"`{title}` cannot be made: {plural(tuple(left))} of {owners} {'is' if len(left) == 1 else 'are'}"
            " still abstract",
            location=places.of_class(cls),
            why=f"TypeError: the factory calls `{title}(...)`, and the stack does not start.",
            fix=f"implement {plural(tuple(left))}",
            detail=title,
        )
