"""What becomes of the calls that begin and end a provider's life, and of the one that asks for its health."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.conduct import Conduct
from provider_conformance.evidence.signatures import Classes
from provider_conformance.evidence.start import KEPT, Start, want_of_backend
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.called_again import called_again
from provider_conformance.hosts.running import FIRST
from provider_conformance.protocols import careful
from provider_conformance.protocols.calls import CallShape, refusal
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel, ResultKind, State
from provider_conformance.protocols.signature import Signature
from provider_conformance.sandbox.progress import Patience

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running

SECONDS: Final = 5.0
"""How long an installed stack waits for a provider's shutdown."""
_NAMES: Final = ("initialize", "shutdown")


@dataclass(slots=True)
class Step:
    """One call on the running provider, and what came of it."""

    method: str
    turn: int
    awaitable: bool = True
    done: bool = False
    late: bool = False
    unsure: bool = False
    error: BaseException | None = None
    value: Any = None

    @property
    def again(self) -> bool:
        """Whether the method was called before: the factory has initialized it already."""
        return self.turn > 1 or self.method == "initialize"


async def _step(steps: list[Step], instance: Any, method: str, turn: int) -> None:
    """Make a call without arguments, for at most :data:`SECONDS`; nothing where it takes none."""
    function = careful.attribute(instance, method)
    if not callable(function) or not _takes_nothing(function) or not _is_there(instance, method):
        return
    step = Step(method, turn)
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


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """The calls made on a provider after its first trial, each in its turn.

    Attributes:
        first: That trial.
        steps: The calls: `initialize` again, and in another trial `health`, and `shutdown` twice.
    """

    first: Start
    steps: tuple[Step, ...]

    @classmethod
    def collect(cls, first: Start) -> Life:
        """Make the calls.

        Raises:
            NotJudged: The provider never ran.
        """
        if first.error is not None and not first.late:
            raise NotJudged("it was not started", see=("PC501",))
        steps: list[Step] = []

        async def begin(running: Running) -> None:
            await _step(steps, running.instances[FIRST], "initialize", 1)

        async def end(running: Running) -> None:
            instance = running.instances[FIRST]
            await _step(steps, instance, "health", 1)
            for turn in (1, 2):
                await _step(steps, instance, "shutdown", turn)
                if steps and steps[-1].late:
                    with suppress(Exception):  # what hangs once would hang again when the stack calls it
                        instance.shutdown = _nothing
                    return

        for work in (begin, end) if first.error is None else (end,) if first.witness.made else ():
            first.trial.run(first.trial.surroundings(), work)
        return cls(first, tuple(steps))

    @property
    def begun_and_ended(self) -> list[Step]:
        """The calls that begin and end its life."""
        return [step for step in self.steps if step.method in _NAMES]

    @property
    def health(self) -> Step | None:
        """The call that asks for its health, None where it has no such method without arguments."""
        return next((step for step in self.steps if step.method == "health"), None)


@dataclass(frozen=True, slots=True)
class Unawaitable:
    """The calls that begin and end a provider's life and give what cannot be awaited.

    Attributes:
        callers: Who awaits each of these methods, "" where nobody does in this stack.
    """

    callers: dict[str, str]

    @classmethod
    def collect(cls, subject: Subject, classes: Classes) -> Unawaitable:
        """Read it off the source; where that does not tell, see what the calls give.

        Methods that a protocol has are left out: the rules about signatures judge them.
        """
        names = [name for name in _NAMES if not _declared(subject, name)]
        found = [name for name in names if _is_sync(classes.views, name)]
        if not found and (life := subject.store.find(Life, subject)) is not None:
            wrong = {
                step.method for step in life.steps if step.done and not step.awaitable and step.error is None
            }
            found = [name for name in names if name in wrong]
        return cls({name: awaiting(subject, name) for name in found})


def _declared(subject: Subject, method: str) -> bool:
    protocols = (subject.api.public, subject.api.private) if subject.api else ()
    return any(method in protocol.methods for protocol in protocols if protocol is not None)


def _is_sync(views: tuple[View, ...], method: str) -> bool:
    """Whether the source tells that a method without arguments yields what cannot be awaited."""
    asked = ProtocolMethod(method, Signature(), ResultKind.ANY, returns_none=True)
    nobody = ProtocolModel("", "", {})
    for view in views:
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


def awaiting(subject: Subject, method: str) -> str:
    """Who awaits a method, "" where nobody does in this stack."""
    calls = subject.api.calls.get(method, ()) if subject.api else ()
    if call := next((call for call in calls if call.awaited), None):
        return call.by
    first = subject.store.find(Start, subject)
    error = first.raised if first is not None else None
    failed = isinstance(error, TypeError) and "await" in careful.text(error)
    return "the factory" if failed and method == "initialize" else ""


@dataclass(frozen=True, slots=True)
class Failing:
    """The call of its life cycle with which a provider fails.

    Attributes:
        step: The call, None where none fails.
        callers: Who makes it, "" where nobody does in this stack.
    """

    step: Step | None = None
    callers: str = ""

    @classmethod
    def collect(cls, subject: Subject, life: Life) -> Failing:
        """Take the first call that raises.

        Raises:
            NotJudged: It is for want of its back end, or another rule reports what it raises.
        """
        failed = [step for step in life.begun_and_ended if step.error is not None and not step.late]
        if not failed:
            return cls()
        step = failed[0]
        if isinstance(step.error, SystemExit):
            raise NotJudged(f"`{step.method}` ends the process", see=("PC723",))
        if absent := want_of_backend(subject, step.error):
            raise NotJudged(f"`{step.method}` fails: {absent}", inconclusive=True, see=KEPT)
        if isinstance(step.error, OSError) and (teller := subject.store.get(Conduct, subject).kept_from):
            raise NotJudged(f"`{step.method}` is kept from what it does", see=(teller,))
        if step.again:
            return cls(step, called_again(subject, life.first, step.method))
        return cls(step, awaiting(subject, step.method))
