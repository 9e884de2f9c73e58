"""PC652-PC654: streams come when they are asked for, are made of the right pieces, and can be left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from provider_conformance.evidence.answers import refusal
from provider_conformance.evidence.calls import asked_of, is_called
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import CLOSING, STATIC, MethodCalls, StreamCall, Streams, finding
from provider_conformance.findings import Finding
from provider_conformance.protocols.fitting import called, misfit
from provider_conformance.rules.model import Scope, rule

if TYPE_CHECKING:
    from provider_conformance.calling.asking import Asked
    from provider_conformance.calling.calling import Seen


def _streams(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and asked.streams_on_demand is not None


def _has_chunks(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and asked.chunk is not None


@rule("PC652", "does-not-stream", scope=Scope.PUBLIC, applies=_streams, after=STATIC)
def does_not_stream(subject: Subject, streamed: StreamCall) -> Iterator[Finding]:
    """Check that a call with `stream=True` gives an asynchronous iterator.

    What it does:
        Calls the method with `stream=True` and awaits the result where it can be awaited. What comes must
        have `__aiter__`. A refusal (`NotImplementedError`, `ValueError`) is no finding.

    Why is this bad:
        The server iterates over the answer, which raises `TypeError` after the response has begun.

    Example:
        ```python
        async def chat_completion(self, model, messages, stream=False, ...):
            chunks = [chunk async for chunk in self._chunks(messages)]
            return chunks  # a list
        ```

    How to fix:
        Return an asynchronous generator where `stream` is true, or refuse with `NotImplementedError`.

    Source:
        The public protocols: `AsyncIterator` among the results.
    """
    if streamed.seen.chunks is None:
        what = called(streamed.seen.answer)
        message = f"with `stream=True` it answers with {what}, and not with an iterator"
        yield finding(
            subject, streamed.seen, message, "return an asynchronous iterator where `stream` is true"
        )


@rule("PC653", "streams-unasked", scope=Scope.PUBLIC, applies=_streams, after=STATIC)
def streams_unasked(subject: Subject, calls: MethodCalls) -> Iterator[Finding]:
    """Check that a call without `stream=True` gives the whole answer.

    What it does:
        Calls the method with `stream=False` and without `stream`, and awaits the result. It must not
        be an asynchronous iterator.

    Why is this bad:
        The caller reads fields of the answer; an iterator has none.

    Example:
        ```python
        async def chat_completion(self, model, messages, stream=False, ...):
            return self._chunks(messages)  # whatever `stream` says
        ```

    How to fix:
        Look at `stream`, and gather the pieces where it is not true.

    Source:
        The public protocols: `stream` is `False` unless given.
    """
    slot = calls.asked.streams_on_demand
    streamed = (s for s in calls.seen if s.chunks is not None and slot and not s.values.get(slot.path))
    for one in islice(streamed, 1):
        said = "with `stream=False`" if slot and slot.path in one.values else "without `stream`"
        message = f"{said} it answers with an asynchronous iterator"
        yield finding(subject, one, message, "answer as a whole unless `stream` is true")


@rule("PC654", "stream-breaks", scope=Scope.PUBLIC, applies=_has_chunks, after=STATIC)
def stream_breaks(subject: Subject, streams: Streams) -> Iterator[Finding]:
    """Check that the pieces of a stream are of the promised type, and that it can be left at any time.

    What it does:
        Reads a stream to its end and looks at its pieces; closes another after the first piece
        with `aclose()`; leaves a third with `break`; and calls once more. None of this may
        raise or hang.

    Why is this bad:
        Clients go away in the middle of an answer all the time. What then hangs or raises keeps
        connections, locks and memory.

    Example:
        ```python
        async def _chunks(self):
            try:
                yield first
            finally:
                yield last  # RuntimeError: async generator ignored GeneratorExit
        ```

    How to fix:
        Yield the API's own chunks; do not yield in `finally`, and release there what was acquired.

    Source:
        The public protocols; the language reference on asynchronous generators.
    """
    for one, message, fix in islice(_broken_streams(streams.asked, streams.seen), 1):
        yield finding(subject, one, message, fix)


def _broken_streams(asked: Asked, seen: Sequence[Seen]) -> Iterator[tuple[Seen, str, str]]:
    for one in seen:
        if one.label == "streamed" or asked.whole is None:
            for number, chunk in enumerate(one.chunks or ()):
                if told := misfit(chunk, asked.chunk, f"chunk {number}"):
                    yield one, told, "yield what the protocol promises"
        if one.label in CLOSING and not one.answered:
            done = {"closed": "closing it early", "left": "leaving it early"}.get(
                one.label, "calling again after a stream was left early"
            )
            came = "hangs" if one.late else f"raises {refusal(one)}"
            yield one, f"{done} {came}", "let the stream be closed after any chunk, and release what it holds"
