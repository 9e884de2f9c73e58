"""PC651 and PC655-PC660: what comes of the calls that clients make on a running provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from provider_conformance.evidence.answers import (
    crashed,
    differing,
    is_parallel,
    refusal,
    unequal,
    wrong_answers,
)
from provider_conformance.evidence.calls import (
    BUDGET,
    Again,
    Observed,
    asked_of,
    is_called,
    is_theirs,
    long,
    module_of_method,
)
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import NONE, STATIC, MethodCalls, closing, finding, one_a_method
from provider_conformance.findings import Finding, Severity
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.endings import how
from provider_conformance.sandbox.progress import TooBusyError


def _has_parallels(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and is_parallel(asked)


@rule("PC651", "answer-of-another-type", scope=Scope.PUBLIC, applies=is_called, after=(*STATIC, "PC402"))
def answer_of_another_type(subject: Subject, calls: MethodCalls) -> Iterator[Finding]:
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
    for one, message in islice(wrong_answers(subject, calls.asked, calls.seen), 1):
        yield finding(subject, one, message, "return what the protocol promises")


@rule("PC655", "unequal-lists", scope=Scope.PUBLIC, applies=_has_parallels, after=STATIC)
def unequal_lists(subject: Subject, calls: MethodCalls) -> Iterator[Finding]:
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
    whole = (one for one in calls.seen if one.answered and one.chunks is None)
    told = ((one, message) for one in whole if (message := unequal(calls.asked, one)))
    for one, message in islice(told, 1):
        yield finding(subject, one, message, "give one item for each, in the same order")


@rule("PC656", "blocks-the-loop", scope=Scope.SPEC, applies=is_called, after=STATIC)
def blocks_the_loop(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    """Check that no call keeps the event loop to itself.

    What it does:
        Lets a timer run in the event loop while the provider is called, and a thread that looks where the
        loop's thread is when the timer stands still. A stand of more than 0.5 seconds within the
        provider's code is tried a second time; only what stands twice is told. Time that the
        machine itself takes away is not counted, nor are garbage collections, which take as long as the
        objects of the whole process are many.

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
    yield from one_a_method(found, _stalling(found, again), NONE)


def _stalling(found: Observed, again: Again) -> Iterator[Finding]:
    hanging = {one.method for one in found.seen if one.late}
    for name in dict.fromkeys(s.method for s in found.stalls if s.method not in hanging):
        stalls = [s for s in again.of(name).stalls if s.method == name]
        if not stalls:
            continue
        longest = max(stalls, key=lambda stall: stall.seconds)
        message = f"it keeps the event loop to itself for {longest.seconds:.1f} seconds"
        why = f"nothing else runs meanwhile (budget: {BUDGET} seconds); seen with\n    {longest.during}"
        fix = "await an asynchronous client, or use `asyncio.to_thread`"
        yield Finding("", Severity.ERROR, message, name, location=longest.place, why=why, fix=fix)


@rule("PC657", "calls-mix", scope=Scope.SPEC, applies=is_called, after=STATIC)
def calls_mix(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    """Check that calls at the same time come to what they come to alone.

    What it does:
        Makes four calls with different texts one after the other, the same once more, and then all
        at once; later, calls on up to three methods at once. A call that was answered alone must be
        answered then, unless it says that it is one too many (429, 503, or in words: busy, too many).
        Where the answers of the first two rounds agree, the third must give the same; otherwise the
        provider gives another answer every time. Only what is so again in a second stack is told.

    Why is this bad:
        A server has many clients at a time. Their calls fail as soon as there is more than one, or one
        client reads what was meant for another. No test with a single client shows it.

    Example:
        ```python
        async def chat_completion(self, model, messages, ...):
            self.messages = messages      # of this call, until the next one begins
            await self.engine.prepare()
            return self.engine.answer(self.messages)
        ```

    How to fix:
        Keep what belongs to a call in local variables, and guard with a lock what serves one call at a time.

    Source:
        The server handles requests at the same time, on one instance.
    """
    yield from one_a_method(found, _mixed(subject, found, again), NONE, all_kinds=True)


def _mixed(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    told = set[str]()
    for calls in found.together:
        if told & {*calls.methods} or (seen := differing(calls)) is None or not _again(again, calls.methods):
            continue
        told |= {*calls.methods}
        number, message = seen
        one = replace(calls.together[number], text="\n    ".join(f"{t}  # at once" for t in calls.texts))
        fix = "keep what belongs to a call in local variables; guard with a lock what serves one at a time"
        yield finding(subject, one, message, fix)


def _again(again: Again, methods: tuple[str, ...]) -> bool:
    """Whether it is so a second time: what depends on the clock may agree twice and differ then."""
    together = again.of(*methods).together
    return any(differing(calls) is not None for calls in together if calls.methods == methods)


@rule("PC658", "arguments-changed", scope=Scope.SPEC, applies=is_called, after=STATIC)
def arguments_changed(subject: Subject, found: Observed) -> Iterator[Finding]:
    """Check that a call leaves its arguments as they were.

    What it does:
        Compares the arguments of each call with copies that were made before it. What a method does that
        the provider inherits from the stack is not told.

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
    yield from one_a_method(found, _changing(subject, found))


def _changing(subject: Subject, found: Observed) -> Iterator[Finding]:
    theirs = is_theirs(subject)
    for one in found.seen:
        if one.changed and theirs(module_of_method(subject, one.method)):
            request = found.asked[one.method].request == one.changed
            severity = Severity.WARNING if request else Severity.ERROR
            yield finding(
                subject, one, f"it changes its argument `{one.changed}`", "work on a copy", severity
            )


@rule("PC659", "does-not-come-back", scope=Scope.SPEC, applies=is_called, after=STATIC)
def does_not_come_back(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    """Check that every call comes to an end.

    What it does:
        Gives each call 3 seconds. One that takes longer is tried again in a new stack, where it has four
        fifths of `--provider-timeout`; only what is late twice is told. A stream that has not ended after
        10000 pieces, for an input of a few words, has no end. Streams that hang when they are closed are
        told by PC654.

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
    yield from one_a_method(found, (*_endless(subject, found), *_late(subject, found, again)))


def _endless(subject: Subject, found: Observed) -> Iterator[Finding]:
    from provider_conformance.calling.calling import ENDLESS  # noqa: PLC0415 - pydantic, late

    for one in found.seen:
        if one.endless and not one.helped:
            message = f"its stream does not end: {ENDLESS} pieces were read"
            yield finding(subject, one, message, "end the stream when the answer is complete")


def _late(subject: Subject, found: Observed, again: Again) -> Iterator[Finding]:
    late = (one for one in found.seen if one.late and not (one.helped or closing(one)))
    for name in dict.fromkeys(one.method for one in late if not found.helped):
        for one in again.of(name, patience=long()).of(name):
            if one.late and not closing(one):
                if one.unsure:
                    raise TooBusyError(long())
                message = f"it does not come back within {long():g} seconds"
                yield finding(subject, one, message, "set a time limit, and raise when it is over")


@rule("PC660", "valid-call-crashes", scope=Scope.SPEC, applies=is_called, after=STATIC)
def valid_call_crashes(subject: Subject, found: Observed) -> Iterator[Finding]:
    """Check that a call with valid arguments is answered or refused, and never crashes.

    What it does:
        Calls each method with likely arguments, with generated ones, with no and with many items in its
        lists, and with identifiers that nobody has registered. A refusal is a `ValueError`, a
        `NotImplementedError`, an error with a status from 400 to 499, any error that the provider
        raises with a sentence of its own, and what every caller in the stack handles by name (a
        `KeyError` where the route answers that with 404). Whatever else just happens is a mistake: a
        `TypeError`, a `FileNotFoundError`, an event loop that is closed, an answer that its own class
        refuses.
        Nothing is said where a back end or a declared requirement is not there, nor of a call in which
        another provider took part: that one is made up here.
        Where the call fails over another method that has a finding of its own, that one tells it.

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
    yield from one_a_method(found, _crashing(subject, found), all_kinds=True)


def _crashing(subject: Subject, found: Observed) -> Iterator[Finding]:
    for one in found.seen:
        if not crashed(one) or found.helped or one.misled or closing(one):
            continue
        fix = "serve it, or refuse it with a ValueError that says why"
        if isinstance(one.error, SystemExit):
            message = f"a valid call ends the process: {how(one.error)}"
            yield replace(finding(subject, one, message, fix), code="PC723")
        else:
            routed = one.label == "unknown" and bool(subject.api and subject.api.routed_by)
            severity = Severity.WARNING if routed else Severity.ERROR
            yield finding(subject, one, f"a valid call raises {refusal(one)}", fix, severity)
