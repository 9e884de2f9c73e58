"""PC705-PC708: what becomes of the calls that begin and end a provider's life, and of its health."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from provider_conformance.evidence.conduct import is_over_time
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.life import SECONDS, Failing, Life, Step, Unawaitable
from provider_conformance.findings import Finding, Level, Location, Severity
from provider_conformance.package import places
from provider_conformance.package.chains import reason
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.progress import TooBusyError

_STATES: Final = ("OK", "Error", "Not Implemented")
"""The values of the stacks' `HealthStatus`."""


def _finding(
    subject: Subject, method: str, message: str, why: str, fix: str, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding("", severity, message, method=method, location=_place(subject, method), why=why, fix=fix)


def _place(subject: Subject, method: str) -> Location | None:
    """Where a method is defined, or else the class."""
    found = subject.implementation()
    return places.of_function(careful.attribute(found.cls, method)) or found.location


@rule("PC705", "life-cycle-not-async", scope=Scope.SPEC, applies=is_loadable, level=Level.STARTS)
def life_cycle_not_async(subject: Subject, found: Unawaitable) -> Iterator[Finding]:
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
    for method, caller in found.callers.items():
        message = f"`{method}` is not async" + (f", and {caller} awaits it" if caller else "")
        why = "What it returns can't be used in an `await` expression: the caller gets a TypeError."
        if not caller:
            why = "Nobody awaits it in this stack; what initializes providers in later ones (a worker) does."
        fix = f"write `async def {method}(self)`"
        severity = Severity.ERROR if caller else Severity.WARNING
        yield _finding(subject, method, message, why, fix, severity)


@rule("PC706", "life-cycle-not-repeatable", scope=Scope.SPEC, applies=is_loadable, level=Level.STARTS)
def life_cycle_not_repeatable(subject: Subject, found: Failing) -> Iterator[Finding]:
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
    step = found.step
    if step is None or step.error is None:
        return
    message = f"`{step.method}` raises {reason(step.error)}{' when it is called again' if step.again else ''}"
    once_more = " again" if step.again else ""
    why = f"Called{once_more} by {found.callers}: what the provider holds may stay open."
    if not found.callers:
        why = f"Nobody calls it{once_more} in this stack; other releases, and tests, do."
    fix = f"let `{step.method}` do nothing where there is nothing to do"
    severity = Severity.ERROR if found.callers else Severity.WARNING
    yield _finding(subject, step.method, message, why, fix, severity)


@rule("PC707", "life-cycle-too-slow", scope=Scope.SPEC, applies=is_loadable, level=Level.STARTS)
def life_cycle_too_slow(subject: Subject, life: Life) -> Iterator[Finding]:
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
    late = next((step for step in life.begun_and_ended if step.late or not step.done), None)
    if late is not None and late.unsure:
        raise NotJudged(f"`{late.method}`: {TooBusyError(SECONDS)}", inconclusive=True)
    if late is not None:
        message = f"`{late.method}` does not finish within {SECONDS:g} seconds"
        why = "The stack waits for it, and cancels or abandons it then."
        fix = "give every wait a limit, and cancel background tasks before waiting for them"
        yield _finding(subject, late.method, message, why, fix)
    elif is_over_time(life.first.error, built=bool(life.first.witness.made)):
        raise NotJudged("its start does not come to an end", see=("PC724",))
    elif life.first.error is not None:
        raise NotJudged(f"its start does not come to an end here: {life.first.error}", inconclusive=True)


@rule("PC708", "health-shape", scope=Scope.SPEC, applies=is_loadable)
def health_shape(subject: Subject, life: Life) -> Iterator[Finding]:
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
    step = life.health
    if step is None:
        raise NotJudged("it has no `health` that can be called without arguments")
    if step.late or not step.done:
        raise NotJudged(f"`health` does not answer within {SECONDS:g} seconds", inconclusive=True)
    asked = subject.api is not None and "health" in subject.api.calls
    if (wrong := _wrong_health(step)) and (asked or step.awaitable):
        why = "Stacks await it, and show the answer in the list of their providers."
        fix = 'return a dict: `{"status": "OK"}`, which is the later stacks\' `HealthResponse`'
        severity = Severity.ERROR if asked else Severity.WARNING
        yield _finding(subject, "health", f"`health` {wrong}", why, fix, severity)


def _wrong_health(step: Step) -> str:
    if step.error is not None:
        return ""
    if not step.awaitable:
        return "is not async"
    if not isinstance(step.value, Mapping):
        return f"gives a {careful.class_name(type(step.value))}, no dict"
    status = step.value.get("status")
    if isinstance(status, str) and any(status == known for known in _STATES):
        return ""
    return f"has the status {careful.short_repr(status)}, none of {', '.join(_STATES)}"
