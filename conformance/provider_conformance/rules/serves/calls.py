"""PC651 and PC655-PC660: what comes of the calls that clients make on a running provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

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
    Observed,
    asked_of,
    is_called,
    is_theirs,
    long,
    module_of_method,
    observe,
)
from provider_conformance.evidence.start import started
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import NONE, STATIC, closing, finding, of_method, of_spec
from provider_conformance.findings import PASS, Finding, Judgement, Severity
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.endings import how
from provider_conformance.sandbox.progress import TooBusyError

if TYPE_CHECKING:
    from provider_conformance.calling.asking import Asked
    from provider_conformance.calling.calling import Seen


def _has_parallels(subject: Subject) -> bool:
    asked = asked_of(subject) if is_called(subject) else None
    return asked is not None and is_parallel(asked)


@rule("PC651", "answer-of-another-type", scope=Scope.PUBLIC, applies=is_called, after=(*STATIC, "PC402"))
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
        told = next(wrong_answers(subject, asked, seen), None)
        if told is None:
            return PASS
        one, message = told
        return Judgement((finding(subject, "PC651", one, message, "return what the protocol promises"),))

    return of_method(subject, judge)


@rule("PC655", "unequal-lists", scope=Scope.PUBLIC, applies=_has_parallels, after=STATIC)
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
                return Judgement((finding(subject, "PC655", one, told, fix),))
        return PASS

    return of_method(subject, judge)


@rule("PC656", "blocks-the-loop", scope=Scope.SPEC, applies=is_called, after=STATIC)
def blocks_the_loop(subject: Subject) -> Judgement:
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

    return of_spec(subject, judge, NONE)


@rule("PC657", "calls-mix", scope=Scope.SPEC, applies=is_called, after=STATIC)
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
            yield finding(subject, "PC657", one, message, "keep what belongs to a call in local variables")

    return of_spec(subject, judge, NONE, all_kinds=True)


def _differs_again(subject: Subject, method: str) -> bool:
    """Whether it is so a second time: what depends on the clock may agree twice and differ then."""
    first = started(subject)
    if isinstance(first, Judgement):
        return False
    again = observe(subject, first, frozenset([method]))
    return any(differing(calls) is not None for calls in again.together if calls.method == method)


@rule("PC658", "arguments-changed", scope=Scope.SPEC, applies=is_called, after=STATIC)
def arguments_changed(subject: Subject) -> Judgement:
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

    def judge(found: Observed) -> Iterator[Finding]:
        theirs = is_theirs(subject)
        for one in found.seen:
            if one.changed and theirs(module_of_method(subject, one.method)):
                request = found.asked[one.method].request == one.changed
                severity = Severity.WARNING if request else Severity.ERROR
                message = f"it changes its argument `{one.changed}`"
                yield finding(subject, "PC658", one, message, "work on a copy", severity)

    return of_spec(subject, judge)


@rule("PC659", "does-not-come-back", scope=Scope.SPEC, applies=is_called, after=STATIC)
def does_not_come_back(subject: Subject) -> Judgement:
    """Check that every call comes to an end.

    What it does:
        Gives each call 3 seconds. One that takes longer is tried again in a new stack, where it has four
        fifths of `--provider-timeout`; only what is late twice is told. Streams that hang when they
        are closed are told by PC654.

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
        late = (one for one in found.seen if one.late and not (one.helped or closing(one)))
        for name in dict.fromkeys(one.method for one in late):
            first = started(subject)
            if found.helped or isinstance(first, Judgement):
                continue
            again = observe(subject, first, frozenset([name]), long())
            for one in again.of(name):
                if one.late and not closing(one):
                    if one.unsure:
                        raise TooBusyError(long())
                    message = f"it does not come back within {long():g} seconds"
                    yield finding(
                        subject, "PC659", one, message, "set a time limit, and raise when it is over"
                    )

    return of_spec(subject, judge)


@rule("PC660", "valid-call-crashes", scope=Scope.SPEC, applies=is_called, after=STATIC)
def valid_call_crashes(subject: Subject) -> Judgement:
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

    def judge(found: Observed) -> Iterator[Finding]:
        for one in found.seen:
            if crashed(one) and not (found.helped or one.misled or closing(one)):
                routed = one.label == "unknown" and bool(subject.api and subject.api.routed_by)
                severity = Severity.WARNING if routed else Severity.ERROR
                fix = "serve it, or refuse it with a ValueError that says why"
                if isinstance(one.error, SystemExit):
                    message = f"a valid call ends the process: {how(one.error)}"
                    yield finding(subject, "PC723", one, message, fix)
                else:
                    message = f"a valid call raises {refusal(one)}"
                    yield finding(subject, "PC660", one, message, fix, severity)

    return of_spec(subject, judge, all_kinds=True)
