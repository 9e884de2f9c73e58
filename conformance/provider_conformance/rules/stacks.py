"""PC55x: rules about a stack rather than a provider; every example is generated, none is a known fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.resolution import broken_promise, explains
from provider_conformance.evidence.search import shortest, smallest
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Severity
from provider_conformance.hosts.model import Host, Resolution, StackSketch
from provider_conformance.rules.model import Rule, Scope, rule

if TYPE_CHECKING:
    from provider_conformance.strategies.faults import FaultKind, Planted

Graph = Mapping[str, Sequence[str]]

_RESOLUTIONS: Final = 40
_SOUND: Final = 150
_SORTS: Final = 150
_LONGEST: Final = 4096
_NO_HOST: Final = Judgement(skipped="there is no stack to judge")


def _sorting(graph: Graph) -> str:
    return f"sort({dict(graph)!r})"


def _resolving(sketch: StackSketch) -> str:
    return f"resolve({sketch!r})"


def _finding(subject: Subject, code: str, message: str, call: str, why: str, detail: str = "") -> Judgement:
    """One finding, with the smallest example as text for a test, and as a command."""
    stack = subject.host().stack if subject.host else ""
    command = f'python -c "from provider_conformance.hosts import *; print(load_host({stack!r}).{call})"'
    severity = Severity.WARNING if code == "PC557" else Severity.ERROR
    return Judgement(
        (
            Finding(
                code,
                severity,
                message,
                why=f"{why}\nThe smallest example found:\n    load_host({stack!r}).{call}",
                fix=f"this is the stack's to fix; to see it again:\n    {command}",
                detail=detail,
            ),
        )
    )


def _planted(
    host: Host, kind: FaultKind, violates: Callable[[Planted[StackSketch], Resolution], bool]
) -> tuple[Planted[StackSketch], Resolution] | None:
    """The smallest run config with a fault of ``kind`` that the stack handles badly, and what came of it."""
    from provider_conformance.strategies.stacks import faulty_stacks  # noqa: PLC0415 - needs hypothesis

    found = smallest(
        faulty_stacks(kind, vocabulary=host.vocabulary),
        lambda planted: violates(planted, host.resolve(planted.subject)),
        examples=_RESOLUTIONS,
    )
    return None if found is None else (found, host.resolve(found.subject))


def _outcome(resolution: Resolution) -> str:
    """What a stack did, in a clause."""
    error = resolution.error
    if error is None:
        return "the stack starts without a word"
    return f"the stack says only {type(error).__name__}: {error}"


@rule("PC551", "stack-cycle-unreported", scope=Scope.STACK)
def cycle_unreported(subject: Subject) -> Judgement:
    """Check that a stack refuses providers that need one another.

    What it does:
        Gives the stack's sort graphs with exactly one cycle, and its resolver run configs whose
        providers need one another, through routed APIs too. The stack must raise, and the error
        must name every API on the cycle.

    Why is this bad:
        A cycle has no order. A sort that gives one all the same starts some provider before what it
        needs; what follows is a missing dependency far from the cause, or none that anybody sees.

    Example:
        ```python
        load_host("llama-stack").sort({"a": ("b",), "b": ("a",)})  # an order, no error
        ```

    How to fix:
        Look for the cycle while sorting, and raise an error that holds its path. Providers in a
        cycle have to be taken apart by their authors.

    Source:
        Generated graphs and run configs with one planted cycle, on the stack's own resolver.
    """
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415
    from provider_conformance.strategies.graphs import graphs_with_cycle  # noqa: PLC0415

    why = "A provider on the cycle is started before something that it needs."
    cycle = smallest(
        graphs_with_cycle(min_length=1), lambda p: host.sort(p.subject).error is None, examples=_SORTS
    )
    if cycle is not None:
        path = " -> ".join([*cycle.fault.nodes, cycle.fault.nodes[0]])
        order = ", ".join(host.sort(cycle.subject).order)
        message = f"the cycle {path} is put in an order without an error: {order}"
        return _finding(subject, "PC551", message, _sorting(cycle.subject), why)
    for kind in (FaultKind.SELF_DEPENDENCY, FaultKind.CYCLE):
        if found := _planted(host, kind, _unnamed):
            planted, resolution = found
            path = " -> ".join([*planted.fault.nodes, planted.fault.nodes[0]])
            message = f"providers need one another ({path}), and {_outcome(resolution)}"
            return _finding(subject, "PC551", message, _resolving(planted.subject), why)
    return PASS


def _unnamed(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    return not explains(resolution.error, *planted.fault.nodes)


@rule("PC552", "stack-recursion-limit", scope=Scope.STACK)
def recursion_limit(subject: Subject) -> Judgement:
    """Check that a stack can sort a long chain of dependencies.

    What it does:
        Gives the stack's sort chains in which each node needs the next one, up to 4096 long.

    Why is this bad:
        A sort that recurses raises RecursionError at a length that depends on how deep its caller
        stands already, and says nothing about providers.

    Example:
        ```python
        load_host("llama-stack").sort({f"n{i}": [f"n{i + 1}"] for i in range(1000)} | {"n1000": []})
        ```

    How to fix:
        Sort with a loop and a list of what is still to visit.

    Source:
        Generated chains on the stack's own sort.
    """
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.strategies.graphs import chain  # noqa: PLC0415

    errors: list[BaseException] = []

    def fails(length: int) -> bool:
        error = host.sort(chain(length)).error
        errors.extend([error] if error else [])
        return error is not None

    length = shortest(fails, most=_LONGEST)
    if length is None:
        return PASS
    message = f"a chain of {length} nodes, each needing the next, raises {type(errors[-1]).__name__}"
    # How deep the caller stands decides about the exact length: twice as long fails everywhere.
    call = f"sort({{f'n{{i}}': [f'n{{i+1}}'] for i in range({2 * length})}} | {{'n{2 * length}': []}})"
    return _finding(subject, "PC552", message, call, "The order of long chains cannot be found.")


@rule("PC553", "stack-duplicate-lost", scope=Scope.STACK)
def duplicate_lost(subject: Subject) -> Judgement:
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
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    found = _planted(host, FaultKind.DUPLICATE_ID, _lost)
    if found is None:
        return PASS
    planted, resolution = found
    declared, started = len(planted.subject.providers), len(resolution.started)
    done = f"{started} of {declared} declared providers are started" if resolution.error is None else ""
    message = f"the provider_id {planted.fault.nodes[0]!r} is given twice: {done or _outcome(resolution)}"
    why = "A provider of the run config is dropped without a word."
    return _finding(subject, "PC553", message, _resolving(planted.subject), why)


def _lost(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    if resolution.error is None:
        return len(resolution.started) < len(planted.subject.providers)
    return not explains(resolution.error, *planted.fault.nodes)


@rule("PC554", "stack-order-varies", scope=Scope.STACK)
def order_varies(subject: Subject) -> Judgement:
    """Check that one run config always gives one order.

    What it does:
        Sorts graphs without a cycle in several processes that differ in the seed of Python's string
        hashes only. All must give the same order.

    Why is this bad:
        Providers start in another order each time the stack starts. A fault that shows with one
        order only comes and goes from start to start.

    Example:
        ```python
        needs = {"n0": ("n1", "n2"), "n1": (), "n2": ()}  # n1 or n2 first: it depends on the seed
        ```

    How to fix:
        Keep dependencies in lists or dicts, which have an order, rather than in sets.

    Source:
        Generated graphs on the stack's own sort, a process a hash seed.
    """
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.hosts.seeds import SeededSorts  # noqa: PLC0415
    from provider_conformance.strategies.graphs import dependency_graphs  # noqa: PLC0415

    with SeededSorts(host.stack) as sorts:
        found = smallest(
            dependency_graphs(), lambda graph: len(set(sorts.orders(graph).values())) > 1, examples=_SORTS
        )
        orders = sorts.orders(found) if found is not None else {}
    if found is None:
        return PASS
    told = "; ".join(f"seed {seed}: {', '.join(order or ('an error',))}" for seed, order in orders.items())
    message = f"the order of one graph depends on the hash seed ({told})"
    why = "Providers start in another order from start to start (set PYTHONHASHSEED to see it)."
    return _finding(subject, "PC554", message, _sorting(found), why)


@rule("PC555", "stack-missing-dependency-unexplained", scope=Scope.STACK)
def missing_dependency_unexplained(subject: Subject) -> Judgement:
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

    judgements = (
        _unexplained(subject, FaultKind.MISSING_DEPENDENCY),
        _unexplained(subject, FaultKind.API_LEFT_OUT),
    )
    return Judgement(tuple(f for j in judgements for f in j.findings), skipped=judgements[0].skipped)


def _unexplained(subject: Subject, kind: FaultKind) -> Judgement:
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    found = _planted(host, kind, _undelivered)
    if found is None:
        return PASS
    planted, resolution = found
    needy, missing = planted.fault.nodes
    message = f"{needy} needs {missing}, which {_ABSENCE[kind]}: {_outcome(resolution)}"
    why = "The error does not say who needs what."
    return _finding(subject, "PC555", message, _resolving(planted.subject), why, kind.value)


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
def unknown_name_unexplained(subject: Subject) -> Judgement:
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
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    for kind in (FaultKind.UNKNOWN_TYPE, FaultKind.TABLE_OVERRIDE):
        if found := _planted(host, kind, _unnamed):
            planted, resolution = found
            message = f"{kind.value} {planted.fault.nodes[0]!r}: {_outcome(resolution)}"
            why = "The error does not name the culprit."
            return _finding(subject, "PC556", message, _resolving(planted.subject), why, kind.value)
    return PASS


@rule("PC557", "stack-router-over-nothing", scope=Scope.STACK, severity=Severity.WARNING)
def router_over_nothing(subject: Subject) -> Judgement:
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
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.strategies.faults import FaultKind  # noqa: PLC0415

    found = _planted(host, FaultKind.EMPTY_ROUTER, _routes_to_nothing)
    if found is None:
        return PASS
    planted, resolution = found
    router = planted.fault.nodes[0]
    tables = ", ".join(resolution.empty_tables)
    done = f"the routing tables of {tables} are built over nothing" if tables else _outcome(resolution)
    message = f"{router} is to be served and has no provider: {done}"
    return _finding(subject, "PC557", message, _resolving(planted.subject), "Every request to it fails.")


def _routes_to_nothing(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    if not planted.fault.nodes:
        return False
    if resolution.error is not None:
        return not explains(resolution.error, *planted.fault.nodes)
    return bool(resolution.empty_tables)


@rule("PC558", "stack-wiring", scope=Scope.STACK)
def wiring(subject: Subject) -> Judgement:
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
    if subject.host is None:
        return _NO_HOST
    host = subject.host()
    from provider_conformance.strategies.stacks import stacks  # noqa: PLC0415

    vocabulary = host.vocabulary
    found = smallest(
        stacks(vocabulary=vocabulary),
        lambda sketch: bool(broken_promise(sketch, host.resolve(sketch), vocabulary)),
        examples=_SOUND,
    )
    if found is None:
        return PASS
    resolution = host.resolve(found)
    message = broken_promise(found, resolution, vocabulary)
    why = "A sound run config does not start as it says."
    judgement = _finding(subject, "PC558", message, _resolving(found), why)
    if not explains(resolution.error):
        return judgement
    return Judgement(tuple(replace(f, severity=Severity.WARNING) for f in judgement.findings))


RULES: Final[tuple[Rule, ...]] = (
    cycle_unreported,
    recursion_limit,
    duplicate_lost,
    order_varies,
    missing_dependency_unexplained,
    unknown_name_unexplained,
    router_over_nothing,
    wiring,
)
