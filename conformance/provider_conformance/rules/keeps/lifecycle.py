"""PC705-PC708: what becomes of the calls that begin and end a provider's life, and of its health."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.contracts.model import StackCall
from provider_conformance.evidence.called_again import called_again
from provider_conformance.evidence.conduct import is_over_time, refused
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.signatures import not_judgeable, views_of
from provider_conformance.evidence.start import KEPT, Start, baseline, want_of_backend
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Level, Location, Severity, left_to
from provider_conformance.hosts.running import FIRST
from provider_conformance.package import places
from provider_conformance.package.chains import reason
from provider_conformance.protocols import careful
from provider_conformance.protocols.calls import CallShape, refusal
from provider_conformance.protocols.live import look_up
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel, ResultKind, State
from provider_conformance.protocols.signature import Signature
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.progress import Patience, TooBusyError

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

SECONDS: Final = 5.0
"""How long an installed stack waits for a provider's shutdown."""
_NAMES: Final = ("initialize", "shutdown")
_STATES: Final = ("OK", "Error", "Not Implemented")
"""The values of the stacks' `HealthStatus`."""


@dataclass(slots=True)
class _Step:
    """One call on the running provider, and what came of it."""

    method: str
    turn: int
    awaitable: bool = True
    done: bool = False
    late: bool = False
    unsure: bool = False
    error: BaseException | None = None
    value: Any = None


async def _step(steps: list[_Step], instance: Any, method: str, turn: int) -> None:
    """Make a call without arguments, for at most :data:`SECONDS`; nothing where it takes none."""
    function = careful.attribute(instance, method)
    if not callable(function) or not _takes_nothing(function) or not _is_there(instance, method):
        return
    step = _Step(method, turn)
    steps.append(step)
    limit = Patience(SECONDS)
    try:
        result = function()
        step.awaitable = isawaitable(result)
        async with limit:  # in this very task: a SystemExit is caught here as well
            step.value = await result if step.awaitable else result
    except (Exception, SystemExit) as error:
        step.error = error
        step.late = isinstance(error, TimeoutError) and limit.expired()
        step.unsure = step.late and limit.unsure
    step.done = True


def _is_there(instance: Any, method: str) -> bool:
    """Whether the provider has written a method, or the stack calls it whatever answers for it."""
    return method == "shutdown" or inspect.getattr_static(instance, method, None) is not None


def _takes_nothing(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind()
    except (TypeError, ValueError):
        return False
    return True


async def _nothing() -> None:
    """In place of a shutdown that does not come to an end."""


@lru_cache(maxsize=64)
def _steps(first: Start) -> tuple[_Step, ...]:
    """Initialize the running provider again, and, in another trial, ask its health and shut it down twice."""
    steps: list[_Step] = []

    async def begin(running: Running) -> None:
        await _step(steps, running.instances[FIRST], "initialize", 1)

    async def end(running: Running) -> None:
        instance = running.instances[FIRST]
        await _step(steps, instance, "health", 1)
        for turn in (1, 2):
            await _step(steps, instance, "shutdown", turn)
            if steps and steps[-1].late:
                with suppress(Exception):  # what hangs once would hang again when the stack itself calls it
                    instance.shutdown = _nothing
                return

    for work in (begin, end) if first.error is None else (end,) if first.witness.made else ():
        first.trial.run(first.trial.surroundings(), work)
    return tuple(steps)


def _lived(subject: Subject) -> tuple[Start, tuple[_Step, ...]] | Judgement:
    """The first trial and the calls made after it; a skip where the provider never ran."""
    first = baseline(subject)
    if isinstance(first, Judgement):
        return first
    if first.error is not None and not first.late:
        return left_to("PC501", why="it was not started")
    return first, _steps(first)


def _finding(subject: Subject, code: str, method: str, message: str, why: str, fix: str) -> Finding:
    return Finding(
        code, Severity.ERROR, message, method=method, location=_place(subject, method), why=why, fix=fix
    )


def _place(subject: Subject, method: str) -> Location | None:
    """Where a method is defined, or else the class."""
    found = subject.implementation()
    return places.of_function(careful.attribute(found.cls, method)) or found.location


def _declared(subject: Subject, method: str) -> bool:
    """Whether a protocol has the method: then PC2xx or PC3xx judge what it is."""
    protocols = (subject.api.public, subject.api.private) if subject.api else ()
    return any(method in protocol.methods for protocol in protocols if protocol is not None)


def _awaited_by(subject: Subject, method: str) -> StackCall | None:
    """A call of the stack that awaits the method's result."""
    calls = subject.api.calls.get(method, ()) if subject.api else ()
    return next((call for call in calls if call.awaited), None)


@rule("PC705", "life-cycle-not-async", scope=Scope.SPEC, applies=is_loadable, level=Level.STARTS)
def life_cycle_not_async(subject: Subject) -> Judgement:
    """Check that the calls that begin and end a provider's life can be awaited.

    What it does:
        Looks at what `initialize` and `shutdown` yield, where the stack awaits them or the provider's own
        factory does: on the running provider, or in its source where it cannot be tried. A plain function
        that returns an awaitable is fine. An `initialize` that nobody awaits is a warning. That a method is
        not there at all is told by PC310.

    Why is this bad:
        `object NoneType can't be used in 'await' expression`: in a shutdown the stack logs it, and what was
        started together with it may stay open; in a start the stack ends.

    Example:
        ```python
        class MyInference:
            def shutdown(self):
                self.client.close()
        ```

    How to fix:
        Write `async def`.

    Source:
        The call sites in the stack's routing tables and server; the finding names one.
    """
    implementation = subject.implementation()
    if reason := not_judgeable(implementation):
        return reason
    names = [name for name in _NAMES if not _declared(subject, name)]
    found = [name for name in names if _is_sync(subject, name)] or _seen_sync(subject, names)
    return Judgement(tuple(_sync(subject, name) for name in found))


def _is_sync(subject: Subject, method: str) -> bool:
    """Whether the source tells that a method without arguments yields what cannot be awaited."""
    asked = ProtocolMethod(method, Signature(), ResultKind.ANY, returns_none=True)
    nobody = ProtocolModel("", "", {})
    for view in views_of(subject.implementation()):
        found = look_up(view, asked, nobody)
        if (
            found.state is not State.PRESENT
            or found.signature is None
            or refusal(found.signature, CallShape())
        ):
            continue
        if found.kinds and not {ResultKind.AWAITABLE, ResultKind.ANY} & found.kinds:
            return True
    return False


def _seen_sync(subject: Subject, names: list[str]) -> list[str]:
    """The methods that gave something else than an awaitable on the running provider."""
    lived = _lived(subject)
    steps = () if isinstance(lived, Judgement) else lived[1]
    wrong = {step.method for step in steps if step.done and not step.awaitable and step.error is None}
    return [name for name in names if name in wrong]


def _awaiting(subject: Subject, method: str) -> str:
    """Who awaits a method, "" where nobody does in this stack."""
    if call := _awaited_by(subject, method):
        return call.by
    first = baseline(subject)
    error = None if isinstance(first, Judgement) else first.raised
    failed = isinstance(error, TypeError) and "await" in careful.text(error)
    return "the factory" if failed and method == "initialize" else ""


def _sync(subject: Subject, method: str) -> Finding:
    caller = _awaiting(subject, method)
    message = f"`{method}` is not async" + (f", and {caller} awaits it" if caller else "")
    why = "What it returns can't be used in an `await` expression: the caller gets a TypeError."
    late = "Nobody awaits it in this stack; what initializes providers in later ones (a worker) does."
    found = _finding(
        subject, "PC705", method, message, why if caller else late, f"write `async def {method}(self)`"
    )
    return found if caller else replace(found, severity=Severity.WARNING)


@rule("PC706", "life-cycle-not-repeatable", scope=Scope.SPEC, applies=is_loadable, level=Level.STARTS)
def life_cycle_not_repeatable(subject: Subject) -> Judgement:
    """Check that a provider can be initialized and shut down again.

    What it does:
        On a running stack calls `initialize` once more, and in another one `shutdown` twice. None of them
        may raise. A second call that raises is a warning where the release makes none. A remote provider
        that fails for want of its service is inconclusive.

    Why is this bad:
        The first stacks shut their providers down from a signal handler and at the end of the server; an
        error keeps those that come after it from being shut down. What initializes on behalf of a
        provider (a worker of later ones, a test) does not know whether the factory has.

    Example:
        ```python
        async def shutdown(self):
            await self.client.close()
            del self.client  # the second time there is none
        ```

    How to fix:
        Let both do nothing where there is nothing to do: `if self.client is None: return`.

    Source:
        The calls of `shutdown` in the stack's server and tables; the specs that run in a worker process.
    """
    lived = _lived(subject)
    if isinstance(lived, Judgement):
        return lived
    failed = [step for step in lived[1] if step.method in _NAMES and step.error is not None and not step.late]
    if not failed:
        return PASS
    step = failed[0]
    if isinstance(step.error, SystemExit):
        return left_to("PC723", why=f"`{step.method}` ends the process")
    if absent := want_of_backend(subject, step.error):
        return Judgement(inconclusive=f"`{step.method}` fails: {absent}", see=KEPT)
    if isinstance(step.error, OSError) and (teller := refused(subject)):
        return left_to(teller, why=f"`{step.method}` is kept from what it does")
    return Judgement((_raising(subject, lived[0], step),))


def _raising(subject: Subject, first: Start, step: _Step) -> Finding:
    """The finding of a call that raises: a warning where this release makes no such call."""
    again = step.turn > 1 or step.method == "initialize"  # the factory has initialized it already
    callers = called_again(subject, first, step.method) if again else _awaiting(subject, step.method)
    once_more = " again" if again else ""
    why = f"Called{once_more} by {callers}: what the provider holds may stay open."
    if not callers:
        why = f"Nobody calls it{once_more} in this stack; other releases, and tests, do."
    message = f"`{step.method}` raises {_shown(step.error)}{' when it is called again' if again else ''}"
    fix = f"let `{step.method}` do nothing where there is nothing to do"
    found = _finding(subject, "PC706", step.method, message, why, fix)
    return found if callers else replace(found, severity=Severity.WARNING)


def _shown(error: BaseException | None) -> str:
    return "" if error is None else reason(error)


@rule("PC707", "life-cycle-too-slow", scope=Scope.SPEC, applies=is_loadable, level=Level.STARTS)
def life_cycle_too_slow(subject: Subject) -> Judgement:
    """Check that initializing a provider again and shutting it down come to an end.

    What it does:
        Gives each `initialize` and `shutdown` on the running stack five seconds. A factory that does not come
        back is told by PC724.

    Why is this bad:
        For a shutdown installed stacks wait five seconds, then cancel it: what it has not closed stays open.
        Behind a routing table they wait for ever.

    Example:
        ```python
        async def shutdown(self):
            await self.queue.join()  # and nobody takes anything out of it any more
        ```

    How to fix:
        Cancel background tasks before waiting for them; give every wait a limit.

    Source:
        The stacks' `wait_for(impl.shutdown(), timeout=5)`.
    """
    lived = _lived(subject)
    if isinstance(lived, Judgement):
        return lived
    first, steps = lived
    late = next((s for s in steps if s.method in _NAMES and (s.late or not s.done)), None)
    if late is not None and late.unsure:
        return Judgement(inconclusive=f"`{late.method}`: {TooBusyError(SECONDS)}")
    if late is not None:
        message = f"`{late.method}` does not finish within {SECONDS:g} seconds"
        why = "The stack waits for it, and cancels or abandons it then."
        fix = "give every wait a limit, and cancel background tasks before waiting for them"
        return Judgement((_finding(subject, "PC707", late.method, message, why, fix),))
    if first.error is None:
        return PASS
    if is_over_time(first.error, built=bool(first.witness.made)):
        return left_to("PC724", why="its start does not come to an end")
    return Judgement(inconclusive=f"its start does not come to an end here: {first.error}")


@rule("PC708", "health-shape", scope=Scope.SPEC, applies=is_loadable)
def health_shape(subject: Subject) -> Judgement:
    """Check that the provider's health is what the stack takes for one.

    What it does:
        Calls `health` on the running provider, where it has such a method: it is awaited, and gives a dict
        whose `status` is one of `OK`, `Error` and `Not Implemented`. An exception is fine, the stack
        makes `Error` of it; so is no method. Where the stack does not ask providers of the API for
        their health, as the built-in one, another shape is a warning.

    Why is this bad:
        The answer goes into the list of providers as it is: one that is no dict fails the whole list, and
        one with another status is shown as neither healthy nor ill.

    Example:
        ```python
        async def health(self):
            return True
        ```

    How to fix:
        `return HealthResponse(status=HealthStatus.OK)`, or with `HealthStatus.ERROR` and a `message`.

    Source:
        The stacks' `HealthResponse`, `ProviderImpl.get_providers_health` and the routers' `health`.
    """
    lived = _lived(subject)
    if isinstance(lived, Judgement):
        return lived
    step = next((step for step in lived[1] if step.method == "health"), None)
    if step is None:
        return Judgement(skipped="it has no `health` that can be called without arguments")
    if step.late or not step.done:
        return Judgement(inconclusive=f"`health` does not answer within {SECONDS:g} seconds")
    asked = subject.api is not None and "health" in subject.api.calls
    wrong = "" if step.error is not None else _wrong_health(step)
    if not wrong or not (asked or step.awaitable):
        return PASS
    why = "Stacks await it, and show the answer in the list of their providers."
    fix = 'return a dict: `{"status": "OK"}`, which is the later stacks\' `HealthResponse`'
    found = _finding(subject, "PC708", "health", f"`health` {wrong}", why, fix)
    return Judgement((found if asked else replace(found, severity=Severity.WARNING),))


def _wrong_health(step: _Step) -> str:
    if not step.awaitable:
        return "is not async"
    if not isinstance(step.value, Mapping):
        return f"gives a {careful.class_name(type(step.value))}, no dict"
    status = step.value.get("status")
    if isinstance(status, str) and any(status == known for known in _STATES):
        return ""
    return f"has the status {careful.short_repr(status)}, none of {', '.join(_STATES)}"
