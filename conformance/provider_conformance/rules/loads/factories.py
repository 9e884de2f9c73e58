"""PC110-PC115: does the stack's loader get an implementation from the spec?"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from provider_conformance.contracts.model import Factory
from provider_conformance.evidence.factory import FoundFactory, Taking
from provider_conformance.evidence.loading import code_of, finding, is_loadable, plural, reported
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import places
from provider_conformance.package.model import Implementation
from provider_conformance.protocols import careful
from provider_conformance.protocols.calls import CallShape, Refusal, refusal
from provider_conformance.protocols.classes import abstract_left
from provider_conformance.protocols.model import ResultKind
from provider_conformance.protocols.signature import Kind, Signature
from provider_conformance.protocols.unwrap import Callee, callee
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.containment import attempt


def _found(message: str, location: Location | None, why: str, fix: str, **more: Any) -> Finding:
    return Finding("", Severity.ERROR, message, location=location, why=why, fix=fix, **more)


@rule("PC110", "module", scope=Scope.SPEC, applies=is_loadable)
def module(subject: Subject) -> Iterator[Finding]:
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
    implementation, problem = subject.implementation(), subject.implementation().problem
    if problem is not None and code_of(problem) == "PC110":
        yield finding(problem)
    elif implementation.factory is None and implementation.unseen:
        raise NotJudged(implementation.unseen, inconclusive=True)
    elif subject.provider.not_imported:
        raise NotJudged(subject.provider.not_imported)
    elif implementation.not_imported:
        raise NotJudged(implementation.note, inconclusive=True)


@rule("PC111", "factory-missing", scope=Scope.SPEC, applies=is_loadable)
def factory_missing(subject: Subject) -> Iterator[Finding]:
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
    yield from _lacking(subject, "PC111")


def _lacking(subject: Subject, code: str) -> Iterator[Finding]:
    """The finding of rule ``code`` where that reports why there is no factory.

    Raises:
        NotJudged: Another rule reports it.
    """
    problem = subject.implementation().problem
    if subject.implementation().factory is None and problem is not None:
        yield reported(code, problem)
    else:
        subject.store.get(FoundFactory, subject)


@rule("PC112", "factory-signature", scope=Scope.SPEC, applies=is_loadable)
def factory_signature(found: FoundFactory) -> Iterator[Finding]:
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
    seen = callee(found.factory, object, binds=False)
    if seen.signature is None:
        why = f"the signature of `{found.expected.function}` cannot be seen: {seen.why}"
        raise NotJudged(why, inconclusive=True)
    passed = _passed(found.factory, found.expected)
    wrong = refusal(seen.signature, CallShape(passed))
    if message := _told(wrong) if wrong else _misplaced(seen.signature, passed):
        shown = f"{found.expected.function}({', '.join(passed)})"
        why = f"instantiate_provider calls `{shown}` by position."
        fix = f"define it as `{shown}`; give further parameters a default"
        place = places.of_function(found.factory)
        yield _found(f"`{found.expected.function}{seen.signature}` {message}", place, why, fix)


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
def factory_not_async(subject: Subject) -> Iterator[Finding]:
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
    yield from _lacking(subject, "PC113")
    if (found := subject.store.find(FoundFactory, subject)) is not None:
        yield from _not_async(found)


def _not_async(found: FoundFactory) -> Iterator[Finding]:
    name = found.expected.function
    seen: Callee = callee(found.factory, object, binds=False)
    if ResultKind.ANY in seen.kinds and not found.implementation.at_once:
        why = f"whether `{name}` returns an awaitable cannot be told from its source"
        raise NotJudged(why, inconclusive=True)
    if seen.kinds <= {ResultKind.AWAITABLE}:
        return
    kind = "not async"
    if ResultKind.ASYNC_ITERATOR in seen.kinds:
        kind = "an async generator"
    elif careful.is_class(found.factory):
        kind = "a class"
    why = "instantiate_provider awaits what it returns."
    yield _found(f"`{name}` is {kind}", _place(found.implementation), why, "make it `async def`")


def _place(implementation: Implementation) -> Location | None:
    factory = implementation.factory
    if careful.is_class(factory):
        return places.of_class(factory)
    return places.of_function(factory) or implementation.location


@rule("PC114", "implementation-attributes", scope=Scope.SPEC)
def implementation_attributes(taking: Taking) -> Iterator[Finding]:
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
    for (cls, reason), names in taking.refused.items():
        yield _refusing(cls, reason, tuple(names))
    if taking.unseen:
        raise NotJudged("; ".join(taking.unseen), inconclusive=True)


def _refusing(cls: type, reason: str, names: tuple[str, ...]) -> Finding:
    title = careful.class_name(cls)
    return Finding(
        "",
        Severity.ERROR,
        f"`{title}` does not take {plural(names)}: {reason}",
        location=places.of_class(cls),
        why="The stack sets these attributes on what the factory returns.",
        fix="let instances take attributes of these names: an ordinary class does",
        detail=f"{title}:{reason}",
    )


@rule("PC115", "factory-result", scope=Scope.SPEC, applies=is_loadable)
def factory_result(subject: Subject) -> Iterator[Finding]:
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
    found = subject.implementation()
    if found.problem is not None:
        yield reported("PC115", found.problem)
    elif found.cls is None:
        raise NotJudged(found.unseen, inconclusive=True)
    elif found.made:
        for cls in (found.cls, *found.alternatives):
            yield from _never_made(cls, _told_of(subject))


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
            "",
            Severity.ERROR,
            f"`{title}` cannot be made: {plural(tuple(left))} of {owners} {'is' if len(left) == 1 else 'are'}"
            " still abstract",
            location=places.of_class(cls),
            why=f"TypeError: the factory calls `{title}(...)`, and the stack does not start.",
            fix=f"implement {plural(tuple(left))}",
            detail=title,
        )
