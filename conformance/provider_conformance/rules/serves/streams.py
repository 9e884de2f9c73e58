"""PC652-PC654: streams come when they are asked for, are made of the right pieces, and can be left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from provider_conformance.evidence.answers import crashed, refusal
from provider_conformance.evidence.calls import Observed, asked_of, is_called
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import CLOSING, STATIC, finding, of_method, unanswered
from provider_conformance.findings import PASS, Judgement, left_to
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
def does_not_stream(subject: Subject) -> Judgement:
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

    def judge(found: Observed, asked: Asked, seen: list[Seen]) -> Judgement:
        if not seen:
            return Judgement(inconclusive=found.ended or "it was not called with `stream=True`")
        one = seen[0]
        if one.answered:
            if one.chunks is not None:
                return PASS
            message = f"with `stream=True` it answers with {called(one.answer)}, and not with an iterator"
            fix = "return an asynchronous iterator where `stream` is true"
            return Judgement((finding(subject, "PC652", one, message, fix),))
        return (
            unanswered([one], found)
            if one.late or crashed(one)
            else Judgement(skipped=f"it refuses to stream: {refusal(one)}")
        )

    return of_method(subject, judge, "streamed")


@rule("PC653", "streams-unasked", scope=Scope.PUBLIC, applies=_streams, after=STATIC)
def streams_unasked(subject: Subject) -> Judgement:
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

    def judge(found: Observed, asked: Asked, seen: list[Seen]) -> Judgement:
        slot = asked.streams_on_demand
        streamed = [s for s in seen if s.chunks is not None and slot and not s.values.get(slot.path)]
        if not streamed:
            return PASS
        one = streamed[0]
        said = "with `stream=False`" if slot and slot.path in one.values else "without `stream`"
        message = f"{said} it answers with an asynchronous iterator"
        return Judgement(
            (finding(subject, "PC653", one, message, "answer as a whole unless `stream` is true"),)
        )

    return of_method(subject, judge)


@rule("PC654", "stream-breaks", scope=Scope.PUBLIC, applies=_has_chunks, after=STATIC)
def stream_breaks(subject: Subject) -> Judgement:
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

    def judge(found: Observed, asked: Asked, seen: list[Seen]) -> Judgement:
        if not any(one.answered and one.chunks is not None for one in seen):
            refused = next((one for one in seen if one.label == "streamed" and not one.answered), None)
            if refused is not None and not (refused.late or crashed(refused)):
                return Judgement(skipped=f"it refuses to stream: {refusal(refused)}")
            return left_to("PC652", why="there is no stream to judge")
        told = next(_broken_streams(asked, seen), None)
        if told is None:
            return PASS
        one, message, fix = told
        return Judgement((finding(subject, "PC654", one, message, fix),))

    return of_method(subject, judge)


def _broken_streams(asked: Asked, seen: list[Seen]) -> Iterator[tuple[Seen, str, str]]:
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
