"""PC55x: rules about a stack rather than a provider; every example is generated, none is a known fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.planted import HostedStack, is_unnamed, outcome, planted_in, resolving
from provider_conformance.evidence.resolution import broken_promise, explains
from provider_conformance.findings import Finding, Severity
from provider_conformance.hosts.model import Resolution, StackSketch
from provider_conformance.rules.model import Scope, rule
from provider_conformance.strategies.search import smallest

if TYPE_CHECKING:
    from provider_conformance.strategies.faults import Planted

_SOUND: Final = 150


@rule("PC553", "stack-duplicate-lost", scope=Scope.STACK)
def duplicate_lost(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack does not lose a provider whose id is taken.

    What it does:
        Resolves run configs in which two providers of one API have the same `provider_id`. The
        stack must start both or raise an error that names the id.

    Why is this bad:
        One of the two is dropped without a word. Objects registered with that id go to the other
        one, and whoever wrote the config looks for the fault in the wrong place.

    Example:
        ```python
        ProviderSketch("agents", "a", "inline::x"), ProviderSketch("agents", "a", "inline::y")
        ```

    How to fix:
        Refuse an id that is taken, and name the id, the API and both types.

    Source:
        Generated run configs with one planted duplicate, on the stack's own resolver.
    """
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    found = planted_in(stack.host, FaultKind.DUPLICATE_ID, _lost)
    if found is None:
        return
    planted, resolution = found
    declared, started = len(planted.subject.providers), len(resolution.started)
    done = f"{started} of {declared} declared providers are started" if resolution.error is None else ""
    message = f"the provider_id {planted.fault.nodes[0]!r} is given twice: {done or outcome(resolution)}"
    why = "A provider of the run config is dropped without a word."
    yield stack.finding(message, resolving(planted.subject), why)


def _lost(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    if resolution.error is None:
        return len(resolution.started) < len(planted.subject.providers)
    return not explains(resolution.error, *planted.fault.nodes)


@rule("PC555", "stack-missing-dependency-unexplained", scope=Scope.STACK)
def missing_dependency_unexplained(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack says which provider needs what is not there.

    What it does:
        Resolves run configs in which one provider needs an API that has no provider, or one that
        `apis` leaves out. The stack must raise an error that names the missing API and the provider
        (or API) that needs it; where an API is left out, it may also deliver it all the same.

    Why is this bad:
        A bare `KeyError` names one API and not who needs it; the config looks right to its author.

    Example:
        ```python
        StackSketch((ProviderSketch("agents", "a", "inline::x", needs=("telemetry",)),))
        ```

    How to fix:
        Check dependencies before anything is built, and name both sides in the error.

    Source:
        Generated run configs with one planted fault, on the stack's own resolver.
    """
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    for kind in (FaultKind.MISSING_DEPENDENCY, FaultKind.API_LEFT_OUT):
        if found := planted_in(stack.host, kind, _undelivered):
            planted, resolution = found
            needy, missing = planted.fault.nodes
            message = f"{needy} needs {missing}, which {_ABSENCE[kind]}: {outcome(resolution)}"
            why = "The error does not say who needs what."
            yield stack.finding(message, resolving(planted.subject), why, kind.value)


_ABSENCE: Final = {
    "missing dependency": "has no provider",
    "needed API left out of apis": "is left out of `apis`",
}


def _undelivered(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    needy, missing = planted.fault.nodes
    if resolution.error is not None:
        return not explains(resolution.error, needy, missing)
    return not any(s.api == needy and missing in s.received for s in resolution.started)


@rule("PC556", "stack-unknown-name-unexplained", scope=Scope.STACK)
def unknown_name_unexplained(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack names what it does not know or does not allow.

    What it does:
        Resolves run configs that name a provider type which the registry lacks, or a provider for the
        API of a routing table. The stack must raise an error that names the culprit.

    Why is this bad:
        Without the name the author of the config has to find the line alone.

    Example:
        ```yaml
        providers:
          models:            # the routing table's API: the stack provides it by itself
            - provider_id: mine
        ```

    How to fix:
        Name the API, the type and the nearest known types in the error.

    Source:
        Generated run configs with one planted fault, on the stack's own resolver.
    """
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    for kind in (FaultKind.UNKNOWN_TYPE, FaultKind.TABLE_OVERRIDE):
        if found := planted_in(stack.host, kind, is_unnamed):
            planted, resolution = found
            message = f"{kind.value} {planted.fault.nodes[0]!r}: {outcome(resolution)}"
            why = "The error does not name the culprit."
            yield stack.finding(message, resolving(planted.subject), why, kind.value)
            return


@rule("PC557", "stack-router-over-nothing", scope=Scope.STACK, severity=Severity.WARNING)
def router_over_nothing(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack sets up no router without a provider behind it.

    What it does:
        Resolves run configs whose `apis` name a routed API that has no provider. The stack must raise
        an error that names the API, or leave its router out.

    Why is this bad:
        The API is listed and answers, and every request to it fails: with "not found" for a model that
        nobody can ever register.

    Example:
        ```python
        StackSketch(apis=("inference", "models"))  # and no provider
        ```

    How to fix:
        Leave the router and its routing table out, or refuse the config.

    Source:
        Generated run configs on the stack's own resolver; what its routing tables are built over.
    """
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    found = planted_in(stack.host, FaultKind.EMPTY_ROUTER, _routes_to_nothing)
    if found is None:
        return
    planted, resolution = found
    router = planted.fault.nodes[0]
    tables = ", ".join(resolution.empty_tables)
    done = f"the routing tables of {tables} are built over nothing" if tables else outcome(resolution)
    message = f"{router} is to be served and has no provider: {done}"
    why = "Every request to it fails."
    yield stack.finding(message, resolving(planted.subject), why, severity=Severity.WARNING)


def _routes_to_nothing(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    if not planted.fault.nodes:
        return False
    if resolution.error is not None:
        return not explains(resolution.error, *planted.fault.nodes)
    return bool(resolution.empty_tables)


@rule("PC558", "stack-wiring", scope=Scope.STACK)
def wiring(stack: HostedStack) -> Iterator[Finding]:
    """Check that a stack resolves what it should, in order, and hands everybody what they declare.

    What it does:
        Resolves run configs without a fault. Every declared provider must be built once, after
        every provider of each API that it needs or may use; its `deps` must hold exactly what it
        declares, and under each API what serves that API. A refusal that says why is a warning: a part of
        the stack then needs something that no spec shows.

    Why is this bad:
        A provider calls something that is not there, or not ready.

    Example:
        ```python
        StackSketch((
            ProviderSketch("agents", "a", "inline::x", needs=("inference",)),
            ProviderSketch("inference", "i", "inline::y"),
        ))
        ```

    How to fix:
        Sort all providers by what they declare, and look each dependency up by its API.

    Source:
        Generated run configs on the stack's own resolver.
    """
    from provider_conformance.strategies.stacks import stacks  # noqa: PLC0415

    vocabulary = stack.host.vocabulary
    found = smallest(
        stacks(vocabulary=vocabulary),
        lambda sketch: bool(broken_promise(sketch, stack.host.resolve(sketch), vocabulary)),
        examples=_SOUND,
    )
    if found is None:
        return
    resolution = stack.host.resolve(found)
    message = broken_promise(found, resolution, vocabulary)
    why = "A sound run config does not start as it says."
    severity = Severity.WARNING if explains(resolution.error) else Severity.ERROR
    yield stack.finding(message, resolving(found), why, severity=severity)
