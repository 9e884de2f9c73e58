"""PC663: what becomes of a call that is cancelled, and of the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from provider_conformance.evidence.answers import is_one_too_many, is_unknowable, refusal
from provider_conformance.evidence.calls import Again, Observed, is_called
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC, finding, one_a_method
from provider_conformance.findings import Finding
from provider_conformance.rules.model import Scope, rule

if TYPE_CHECKING:
    from provider_conformance.calling.notes import Cancelled


@rule("PC663", "cancelled-call", scope=Scope.SPEC, applies=is_called, after=(*STATIC, "PC657"))
def cancelled_call(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    """Check that a call can be cancelled, and that the next one is answered.

    What it does:
        Takes a call that was answered several times, makes it again and cancels it: once as soon as it waits
        for something, once in its midst. It must end within 3 seconds, and then the same call must be
        answered as before; where it fails, it is made once more after 0.2 seconds, in which work in a
        thread may end. Only what is so again in a second stack is told. A call that never waits is not
        cancelled.

    Why is this bad:
        A server cancels what it does for a client that goes away. What does not end keeps its connection
        and its memory; a lock that is not released keeps all later calls waiting.

    Example:
        ```python
        async def query_chunks(self, request):
            await self.lock.acquire()
            answer = await self.search(request)  # cancelled here, the lock is never released
            self.lock.release()
        ```

    How to fix:
        Use `async with` or `finally` for what is to be released, and do not catch `asyncio.CancelledError`
        (which `except BaseException` and a bare `except` do) without raising it again.

    Source:
        Starlette, which cancels a streamed answer when its client disconnects; Python's documentation of
        task cancellation.
    """
    yield from one_a_method(found, _cancelled(subject, found, again), all_kinds=True)


def _cancelled(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    for one in found.cancelled:
        method = one.seen.method
        if _fault(one) and (told := _repeated(again, method)) is not None:
            seen = told.after or told.seen
            yield finding(
                subject, seen, _fault(told), "release in `finally`, and let the cancellation through"
            )


def _repeated(again: Again, method: str) -> Cancelled | None:
    """The same fault in a second stack, None where there it is not seen."""
    second = again.of(method).cancelled
    return next((one for one in second if one.seen.method == method and _fault(one)), None)


def _fault(one: Cancelled) -> str:
    """What went wrong, in a sentence; "" where nothing did or nothing can be told."""
    if one.seen.late:
        return "" if one.seen.unsure else "a call that is cancelled does not end"
    following = one.after
    if following is None or following.answered or following.unsure:
        return ""
    if following.late:
        return "after a call was cancelled, the next one does not come back"
    if is_unknowable(following) or is_one_too_many(following):
        return ""
    return f"after a call was cancelled, the next one raises {refusal(following)}"
