"""PC661 and PC615: is each method that the stack demands answered, or said not to be supported?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provider_conformance.evidence.coverage import Answered, Written
from provider_conformance.evidence.demands import (
    PUBLIC,
    REGISTRY,
    is_covered,
    is_demanded,
    is_registered_with,
    needs,
)
from provider_conformance.evidence.registries.registering import Registered
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC, finding
from provider_conformance.findings import Finding, Location, Row, Severity, Status
from provider_conformance.package.loading import Home, last_own_frame
from provider_conformance.package.places import of_function
from provider_conformance.rules.model import Scope, rule

_TOLD: Final = (
    *STATIC,
    "PC402",
    *("PC651", "PC652", "PC653", "PC654", "PC659", "PC660", "PC662", "PC723", "PC724", "PC725"),
)
"""The rules that tell of one call why it went wrong."""
_OPEN: Final = (Status.REFUSED, Status.NOT_CALLED)


@rule("PC661", "method-not-answered", scope=Scope.PUBLIC, applies=is_covered, after=_TOLD, covers=PUBLIC)
def method_not_answered(subject: Subject, written: Written) -> Iterator[Finding | Row]:
    """Check that each public method that the stack demands is answered, or said not to be supported.

    What it does:
        Looks at what the usual calls on the method came to. It is *answered* where one of them came back with
        the promised kind of result, a stream to its end, and *unsupported* where all of them raise
        `NotImplementedError`. A method of which every call crashed, gave something else or did not come back
        is an error. One that refuses every call, or that could not be called here, is inconclusive where the
        stack demands it. A method that the protocol itself has a body for is judged where the provider
        has written it.

    Why is this bad:
        A provider that starts and answers nothing looks healthy: its clients get an error for each request.

    Example:
        ```python
        async def embeddings(self, model, contents):
            raise ValueError("set MY_KEY")  # whatever is asked
        ```

    How to fix:
        Answer the call. Where the configuration is what is missing, give one with `--provider-config`;
        where a server is, start it. What the provider does not offer raises `NotImplementedError`, or is
        declared in `provider_unsupported` with a reason.

    Source:
        The public protocols, and the calls that the stack's routers and routes make.
    """
    demanded = is_demanded(subject)
    if not demanded and not written.offered:
        raise NotJudged("the provider does not offer it")
    if written.absent:
        why = "there is no method to call"
        yield Row(subject.method, PUBLIC, demanded, Status.ABSENT, reason=why)
        raise NotJudged(why, see=("PC201", "PC202", "PC208"))
    answered = subject.store.get(Answered, subject)  # only here: what is not there need not be tried
    row = answered.row
    yield row
    if row.status is Status.FAILED and answered.first is not None:
        message = f"no call of it is answered: {row.reason}"
        fix = "answer it, or raise NotImplementedError where the provider does not offer it"
        severity = Severity.ERROR if demanded or written.offered else Severity.WARNING
        yield finding(subject, answered.first, message, fix, severity)
    elif row.status is Status.UNSUPPORTED:
        raise NotJudged(f"it is not supported: {row.reason}")
    elif row.status in _OPEN:
        raise NotJudged(row.reason, inconclusive=demanded)


@rule(
    "PC615",
    "registry-not-answered",
    scope=Scope.PRIVATE,
    applies=is_registered_with,
    after=("PC3", "PC60", "PC610", "PC611", "PC612", "PC613", "PC614", "PC723", "PC724", "PC725"),
    covers=REGISTRY,
)
def registry_not_answered(subject: Subject, registered: Registered) -> Iterator[Finding | Row]:
    """Check that each method that the routing table calls is answered, or said not to be supported.

    What it does:
        Asks for the listing as the stack does, registers an object with the provider and unregisters it. A
        method that crashes is an error; one that refuses everything, or cannot be called here, is
        inconclusive.

    Why is this bad:
        What cannot be listed or registered is not routed, however well the provider serves it.

    Example:
        ```python
        async def register_shield(self, shield):
            return self.shields[shield.identifier]  # KeyError: it is not there yet
        ```

    How to fix:
        Accept what the stack registers, or raise `NotImplementedError` where the provider cannot.

    Source:
        The private registry protocols, and the calls of the stack's routing tables.
    """
    row = registered.row
    yield row
    if row.status is Status.FAILED and registered.error is not None:
        message = f"no call of it is answered: {row.reason}"
        fix = "answer it, or raise NotImplementedError where the provider does not offer it"
        why = "the routing table calls it when the stack starts, and when a client registers something"
        place = _place(subject, registered.error)
        yield Finding("", Severity.ERROR, message, subject.method, location=place, why=why, fix=fix)
    elif row.status is Status.UNSUPPORTED:
        raise NotJudged(f"it is not supported: {row.reason}")
    elif row.status in _OPEN:
        raise NotJudged(row.reason, inconclusive=needs(subject))


def _place(subject: Subject, error: BaseException) -> Location | None:
    home = Home(subject.provider.package, subject.provider.places)
    cls = subject.implementation().cls
    return last_own_frame(error, home) or of_function(getattr(cls, subject.method, None))
