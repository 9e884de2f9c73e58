"""What came of a law: a few calls on a provider in a trial of their own, and which promises were not kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provider_conformance.evidence.calls import asked_of, guide_of_subject, is_theirs, methods_of
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.chains import reason
from provider_conformance.package.exceptions import Nature
from provider_conformance.package.model import SpecKind

if TYPE_CHECKING:
    from provider_conformance.calling.client import Broken, Client, UnansweredError
    from provider_conformance.hosts.running import Running

Law = Callable[["Client"], AsyncIterator["Broken"]]
"""Makes calls, and yields each promise that was not kept."""


@dataclass(slots=True)
class Course:
    """How far a law came.

    Attributes:
        broken: What was not kept.
        ended: Why it did not come to its end, None where it did.
    """

    broken: list[Broken] = field(default_factory=list)
    ended: NotJudged | None = None


def course(subject: Subject, first: Start, law: Law) -> Course:
    """Try a law on a new stack.

    Args:
        subject: The provider.
        first: Its first trial.
        law: The law.
    """
    from provider_conformance.calling import client as clients  # noqa: PLC0415 - pydantic, late
    from provider_conformance.calling.calling import Caller  # noqa: PLC0415
    from provider_conformance.calling.stalls import LoopWatch  # noqa: PLC0415
    from provider_conformance.evidence.calls import BUDGET  # noqa: PLC0415
    from provider_conformance.hosts.running import FIRST  # noqa: PLC0415

    found = Course()
    theirs = is_theirs(subject)
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    every = {name: asked for name in methods_of(subject) if (asked := asked_of(subject, name)) is not None}
    guide = guide_of_subject(subject)

    async def work(running: Running) -> None:
        async with LoopWatch(theirs, BUDGET) as watch:
            caller = Caller(running.instances[FIRST], theirs, watch, remote=remote)
            caller.listen()
            client = await clients.Client.of(running, caller, every, guide, standin=first.standin)
            try:
                async for one in law(client):
                    found.broken.append(one)
            except clients.UnansweredError as error:
                found.ended = _unanswered(found, error)
            except clients.NoPlaceError as error:
                found.ended = NotJudged(str(error))
            except clients.UnseenError as error:
                found.ended = NotJudged(str(error), inconclusive=True)
            except clients.LeftError as error:
                found.ended = NotJudged(str(error), see=(error.code,))

    attempt = first.trial.run(first.trial.surroundings(), work)
    if attempt.error is not None and found.ended is None:
        found.ended = NotJudged(f"the trial ended early: {reason(attempt.error)}", inconclusive=True)
    return found


def _unanswered(found: Course, error: UnansweredError) -> NotJudged | None:
    """What it means that a call was not answered that was to be; a crash is one more promise not kept."""
    from provider_conformance.calling.client import Broken, meaning  # noqa: PLC0415 - pydantic, late

    seen = error.seen
    if seen.late:
        return NotJudged(f"`{seen.method}` does not come back", see=("PC659",))
    told, raised = meaning(seen), reason(seen.error) if seen.error is not None else ""
    if told is Nature.UNSUPPORTED:
        return NotJudged(f"`{seen.method}` is not supported: {raised}")
    if told is Nature.CRASH:
        message = f"`{seen.method}` raises {raised}"
        found.broken.append(Broken(seen.method, message, error.shown, crash=True))
        return None
    return NotJudged(f"`{seen.method}` is not answered: {raised}", inconclusive=True)
