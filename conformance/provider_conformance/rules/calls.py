"""PC651-PC660: what comes of the calls that clients make on a running provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from provider_conformance.findings import PASS, Finding, Judgement, Severity
from provider_conformance.protocols.fitting import called, misfit
from provider_conformance.protocols.model import ResultKind
from provider_conformance.rules.answers import (
    crashed,
    differing,
    is_offline,
    is_parallel,
    refusal,
    static_fault,
    typed_fault,
    unequal,
    where,
)
from provider_conformance.rules.called import (
    BUDGET,
    LONG,
    Observed,
    asked_of,
    is_called,
    observe,
    observed,
)
from provider_conformance.rules.model import Rule, Scope, Subject, rule
from provider_conformance.rules.signatures import caller_of
from provider_conformance.rules.trials import started

if TYPE_CHECKING:
    from provider_conformance.hosts.asking import Asked
    from provider_conformance.hosts.calling import Seen

_CLOSING: Final = ("closed", "left", "after")


def _streams(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and asked.streams_on_demand is not None


def _has_chunks(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and asked.chunk is not None


def _has_parallels(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and is_parallel(asked)


def _of_method(
    subject: Subject, judge: Callable[[Observed, Asked, list[Seen]], Judgement], *labels: str
) -> Judgement:
    """Judge one method by its calls; without any that was answered say why there are none."""
    found = observed(subject)
    if isinstance(found, Judgement):
        return found
    if fault := static_fault(subject):
        return Judgement(skipped=f"see {fault}")
    if why := found.unseen.get(subject.method):
        return Judgement(skipped=f"it is not called: {why}")
    seen = found.of(subject.method)
    if not any(one.answered for one in seen):
        return _unanswered(seen, found)
    return judge(found, found.asked[subject.method], found.of(subject.method, *labels))


def _unanswered(seen: list[Seen], found: Observed) -> Judgement:
    if not seen:
        return Judgement(inconclusive=found.ended or "no arguments can be made for it")
    if any(one.late for one in seen):
        return Judgement(skipped="it does not come back, see PC659")
    last = seen[0]
    if is_offline(last):
        return Judgement(inconclusive=f"what it works with is not there: {refusal(last)}")
    if crashed(last) and not found.helped:
        return Judgement(skipped=f"it crashes, see PC660: {refusal(last)}")
    return Judgement(skipped=f"it accepts none of the calls that were made: {refusal(last)}")


def _finding(
    subject: Subject, code: str, one: Seen, message: str, fix: str, severity: Severity = Severity.ERROR
) -> Finding:
    """A finding about a call, with the line that repeats it and who makes such calls in the stack."""
    calls = subject.api.calls.get(one.method, ()) if subject.api else ()
    who = f"; called by {caller_of(calls[0])}" if calls else ""
    why = f"seen with\n    {one.text}{who}"
    place = one.place or where(subject, one.method)
    return Finding(code, severity, message, one.method, location=place, why=why, fix=fix)


@rule("PC651", "answer-of-another-type", scope=Scope.PUBLIC, applies=is_called)
def answer_of_another_type(subject: Subject) -> Judgement:
    """Check that a method answers with what its protocol promises.

    What it does:
        Calls the method on the running provider and looks at what is returned, once awaited: an
        instance of the promised class or of a subclass, an object that has the attributes which the promised
        model requires, None only where it is promised. Lists and dicts are looked into.

    Why is this bad:
        The router and the server read fields of the answer: a dict has none, and the client sees an
        internal error.

    Example:
        ```python
        async def run_shield(self, shield_type, messages, params=None):
            return {"violation": None}  # promised: RunShieldResponse
        ```

    How to fix:
        Return the API's own model.

    Source:
        The return annotations of the public protocols.
    """

    def judge(found: Observed, asked: Asked, seen: list[Seen]) -> Judgement:
        told = next(_wrong_answers(subject, asked, seen), None)
        if told is None:
            return PASS
        if fault := typed_fault(subject):
            return Judgement(skipped=f"see {fault}")
        one, message = told
        return Judgement((_finding(subject, "PC651", one, message, "return what the protocol promises"),))

    return _of_method(subject, judge)


def _wrong_answers(subject: Subject, asked: Asked, seen: list[Seen]) -> Iterator[tuple[Seen, str]]:
    stream = asked.streams_on_demand
    method = subject.api.public.methods[asked.name] if subject.api and subject.api.public else None
    for one in seen:
        if not one.answered or one.chunks is not None:
            continue
        if stream is not None and one.values.get(stream.path):
            continue
        if method is not None and method.result is ResultKind.AWAITABLE and not one.awaited:
            yield one, f"it returns {called(one.answer)} at once, and callers await it"
        elif asked.whole is not None and (told := misfit(one.answer, asked.whole, "the answer")):
            yield one, told


@rule("PC652", "does-not-stream", scope=Scope.PUBLIC, applies=_streams)
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
            return Judgement((_finding(subject, "PC652", one, message, fix),))
        return (
            _unanswered([one], found)
            if one.late or crashed(one)
            else Judgement(skipped=f"it refuses to stream: {refusal(one)}")
        )

    return _of_method(subject, judge, "streamed")


@rule("PC653", "streams-unasked", scope=Scope.PUBLIC, applies=_streams)
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
            (_finding(subject, "PC653", one, message, "answer as a whole unless `stream` is true"),)
        )

    return _of_method(subject, judge)


@rule("PC654", "stream-breaks", scope=Scope.PUBLIC, applies=_has_chunks)
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
            return Judgement(skipped="there is no stream to judge, see PC652")
        told = next(_broken_streams(asked, seen), None)
        if told is None:
            return PASS
        one, message, fix = told
        return Judgement((_finding(subject, "PC654", one, message, fix),))

    return _of_method(subject, judge)


def _broken_streams(asked: Asked, seen: list[Seen]) -> Iterator[tuple[Seen, str, str]]:
    for one in seen:
        if one.label == "streamed" or asked.whole is None:
            for number, chunk in enumerate(one.chunks or ()):
                if told := misfit(chunk, asked.chunk, f"chunk {number}"):
                    yield one, told, "yield what the protocol promises"
        if one.label in _CLOSING and not one.answered:
            done = {"closed": "closing it early", "left": "leaving it early"}.get(
                one.label, "calling again after a stream was left early"
            )
            came = "hangs" if one.late else f"raises {type(one.error).__name__}: {one.error}"
            yield one, f"{done} {came}", "let the stream be closed after any chunk, and release what it holds"


@rule("PC655", "unequal-lists", scope=Scope.PUBLIC, applies=_has_parallels)
def unequal_lists(subject: Subject) -> Judgement:
    """Check that lists which belong together have the same length.

    What it does:
        Calls the method with one input, with many and, where that is accepted, with none. Chunks and
        their scores must be equally many; so must inputs and their embeddings, completions or
        verdicts.

    Why is this bad:
        Callers pair them by their place: an embedding is stored with another text's, a score is
        taken for another chunk's, silently.

    Example:
        ```python
        async def embeddings(self, model, contents):
            vectors = [embed(text) for text in set(contents)]  # equal texts are lost
            return EmbeddingsResponse(embeddings=vectors)
        ```

    How to fix:
        Give one item for each input, in the same order.

    Source:
        The data types of the APIs.
    """

    def judge(found: Observed, asked: Asked, seen: list[Seen]) -> Judgement:
        for one in seen:
            if one.answered and one.chunks is None and (told := unequal(asked, one)):
                fix = "give one item for each, in the same order"
                return Judgement((_finding(subject, "PC655", one, told, fix),))
        return PASS

    return _of_method(subject, judge)


def _of_spec(
    subject: Subject, judge: Callable[[Observed], Iterator[Finding]], nothing: str = ""
) -> Judgement:
    """Judge all methods of a spec at once, one finding for each at most."""
    found = observed(subject)
    if isinstance(found, Judgement):
        return found
    told: dict[str, Finding] = {}
    for finding in judge(found):
        told.setdefault(finding.method, finding)
    if told:
        return Judgement(tuple(told.values()))
    if not found.seen:
        why = found.ended or "; ".join(f"{name}: {why}" for name, why in found.unseen.items())
        return Judgement(inconclusive=why) if found.ended else Judgement(skipped=f"nothing is called: {why}")
    if any(one.answered for one in found.seen):
        return PASS
    first = found.seen[0]
    if is_offline(first):
        return Judgement(inconclusive=f"what it works with is not there: {refusal(first)}")
    return Judgement(skipped=f"{nothing}: {refusal(first)}") if nothing else PASS


_NONE: Final = "it accepts none of the calls that were made"


@rule("PC656", "blocks-the-loop", scope=Scope.SPEC, applies=is_called)
def blocks_the_loop(subject: Subject) -> Judgement:
    """Check that no call keeps the event loop to itself.

    What it does:
        Lets a timer run in the event loop while the provider is called, and a thread that looks where the
        loop's thread is when the timer stands still. A stand of more than 0.5 seconds within the
        provider's code is tried a second time; only what stands twice is told. Time that the
        machine itself takes away is not counted.

    Why is this bad:
        All requests of the server share the loop: while one blocks it, none is answered, and health
        checks fail.

    Example:
        ```python
        async def chat_completion(self, model, messages, ...):
            answer = requests.post(self.url, json=...)  # blocks
        ```

    How to fix:
        Use an asynchronous client, or `await asyncio.to_thread(...)` for what blocks.

    Source:
        The Python documentation on developing with asyncio.
    """

    def judge(found: Observed) -> Iterator[Finding]:
        hanging = {one.method for one in found.seen if one.late}
        for name in dict.fromkeys(s.method for s in found.stalls if s.method not in hanging):
            first = started(subject)
            again = None if isinstance(first, Judgement) else observe(subject, first, frozenset([name]))
            stalls = [s for s in again.stalls if s.method == name] if again is not None else []
            if not stalls:
                continue
            longest = max(stalls, key=lambda stall: stall.seconds)
            message = f"it keeps the event loop to itself for {longest.seconds:.1f} seconds"
            why = f"nothing else runs meanwhile (budget: {BUDGET} seconds); seen with\n    {longest.during}"
            fix = "await an asynchronous client, or use `asyncio.to_thread`"
            yield Finding("PC656", Severity.ERROR, message, name, location=longest.place, why=why, fix=fix)

    return _of_spec(subject, judge, _NONE)


@rule("PC657", "calls-mix", scope=Scope.SPEC, applies=is_called)
def calls_mix(subject: Subject) -> Judgement:
    """Check that calls at the same time get the answers that they get alone.

    What it does:
        Makes four calls with different texts one after the other, the same once more, and then all
        at once. Where the first two rounds agree, the third must too; otherwise the provider
        gives another answer every time and nothing is said.

    Why is this bad:
        One client reads what was meant for another.

    Example:
        ```python
        async def chat_completion(self, model, messages, ...):
            self.messages = messages      # of this call, until the next one begins
            await self.engine.prepare()
            return self.engine.answer(self.messages)
        ```

    How to fix:
        Keep what belongs to a call in local variables.

    Source:
        The server handles requests at the same time, on one instance.
    """

    def judge(found: Observed) -> Iterator[Finding]:
        for calls in found.together:
            if (told := differing(calls)) is None or not _differs_again(subject, calls.method):
                continue
            number, message = told
            one = replace(calls.together[number], text="\n    ".join(f"{t}  # at once" for t in calls.texts))
            yield _finding(subject, "PC657", one, message, "keep what belongs to a call in local variables")

    return _of_spec(subject, judge, _NONE)


def _differs_again(subject: Subject, method: str) -> bool:
    """Whether it is so a second time: what depends on the clock may agree twice and differ then."""
    first = started(subject)
    if isinstance(first, Judgement):
        return False
    again = observe(subject, first, frozenset([method]))
    return any(differing(calls) is not None for calls in again.together if calls.method == method)


@rule("PC658", "arguments-changed", scope=Scope.SPEC, applies=is_called)
def arguments_changed(subject: Subject) -> Judgement:
    """Check that a call leaves its arguments as they were.

    What it does:
        Compares the arguments of each call with copies that were made before it.

    Why is this bad:
        The caller goes on using them: an agent's history gets messages that nobody sent, and a
        default that all callers share holds for all of them from then on.

    Example:
        ```python
        async def chat_completion(self, model, messages, ...):
            messages.append(SystemMessage(content="Be brief."))
        ```

    How to fix:
        Work on a copy: `[*messages, SystemMessage(...)]`, `params.model_copy(update=...)`.

    Source:
        The built-in agents, which keep the lists that they pass on.
    """

    def judge(found: Observed) -> Iterator[Finding]:
        for one in found.seen:
            if one.changed:
                request = found.asked[one.method].request == one.changed
                severity = Severity.WARNING if request else Severity.ERROR
                message = f"it changes its argument `{one.changed}`"
                yield _finding(subject, "PC658", one, message, "work on a copy", severity)

    return _of_spec(subject, judge)


@rule("PC659", "does-not-come-back", scope=Scope.SPEC, applies=is_called)
def does_not_come_back(subject: Subject) -> Judgement:
    """Check that every call comes to an end.

    What it does:
        Gives each call 3 seconds. One that takes longer is tried again in a new stack, where it has
        7; only what is late twice is told. Streams that hang when they are closed are told by PC654.

    Why is this bad:
        The client waits until it gives up, and what the call holds is never released.

    Example:
        ```python
        async def query_documents(self, bank_id, query, params=None):
            await self.ready.wait()  # nobody ever sets it
        ```

    How to fix:
        Set a time limit for what is waited for (`asyncio.timeout`) and raise when it is over.

    Source:
        The budget of this tool.
    """

    def judge(found: Observed) -> Iterator[Finding]:
        for name in dict.fromkeys(one.method for one in found.seen if one.late and not _closing(one)):
            first = started(subject)
            if found.helped or isinstance(first, Judgement):
                continue
            again = observe(subject, first, frozenset([name]), LONG)
            for one in again.of(name):
                if one.late and not _closing(one):
                    message = f"it does not come back within {LONG:g} seconds"
                    yield _finding(
                        subject, "PC659", one, message, "set a time limit, and raise when it is over"
                    )

    return _of_spec(subject, judge)


def _closing(one: Seen) -> bool:
    return one.label in _CLOSING and (one.label == "after" or one.doing in ("closed", "left"))


@rule("PC660", "valid-call-crashes", scope=Scope.SPEC, applies=is_called)
def valid_call_crashes(subject: Subject) -> Judgement:
    """Check that a call with valid arguments is answered or refused, and never crashes.

    What it does:
        Calls each method with likely arguments, with generated ones, with no and with many items in its
        lists, and with identifiers that nobody has registered. A refusal is a `ValueError`, a
        `NotImplementedError`, any error that the provider raises with a sentence of its own; a
        `TypeError`, `AttributeError`, `KeyError`, `IndexError` that just happens is a mistake.
        Of a provider that works with others nothing is said: they are made up here.

    Why is this bad:
        The client sees an internal error and cannot tell what is wrong with its request.

    Example:
        ```python
        async def chat_completion(self, model, messages, ...):
            prompt = messages[-1].content  # IndexError without a message
        ```

    How to fix:
        Serve the call, or check the arguments and raise `ValueError` with a sentence.

    Source:
        The parameter annotations of the public protocols.
    """

    def judge(found: Observed) -> Iterator[Finding]:
        for one in found.seen:
            if crashed(one) and not (found.helped or _closing(one)) and not _is_told(subject, one):
                routed = one.label == "unknown" and bool(subject.api and subject.api.routed_by)
                severity = Severity.WARNING if routed else Severity.ERROR
                message = f"a valid call raises {type(one.error).__name__}: {one.error}"
                fix = "serve it, or refuse it with a ValueError that says why"
                yield _finding(subject, "PC660", one, message, fix, severity)

    return _of_spec(subject, judge)


def _is_told(subject: Subject, one: Seen) -> bool:
    return bool(static_fault(replace(subject, method=one.method)))


RULES: Final[tuple[Rule, ...]] = (
    answer_of_another_type,
    does_not_stream,
    streams_unasked,
    stream_breaks,
    unequal_lists,
    blocks_the_loop,
    calls_mix,
    arguments_changed,
    does_not_come_back,
    valid_call_crashes,
)
