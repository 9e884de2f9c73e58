"""Make one call on a provider as a caller would, in time, and write down all that comes of it."""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final

from provider_conformance.calling.asking import Asked, Path, shown
from provider_conformance.calling.stalls import IsTheirs, LoopWatch
from provider_conformance.findings import Location
from provider_conformance.neighbours import outgoing, standins
from provider_conformance.package.chains import module_of, steps
from provider_conformance.package.exceptions import Nature, is_on_purpose, nature
from provider_conformance.protocols.classes import definitions
from provider_conformance.sandbox.limits import limits
from provider_conformance.sandbox.progress import Budget, Patience, State

_PATIENCE: Final = 3.0
_PART: Final = 0.4

_CHUNKS: Final = 500
"""How many pieces of a stream are read: it may have no end."""
ENDLESS: Final = 10_000
"""A stream of so many pieces has no end: the longest answers have fewer tokens, and the input is short."""
_GONE: Final = object()
_AT_MOST: Final = 4
"""A call that is cancelled is given up by who waits for it, not by itself."""
_TURNS: Final = 4
"""How many turns of the loop a call has until it is under way, or a cancelled one until it is gone."""


def usual_patience() -> float:
    """Seconds after which a call is left alone; several have to fit into a trial's time."""
    return min(_PATIENCE, _PART * limits().seconds)


class Reading(Enum):
    """How far a caller reads a stream."""

    ALL = "to its end, or for long enough to judge its pieces"
    END = "to its end, or until it is known to have none"
    CLOSE = "up to the first chunk, and closes it"
    LEAVE = "up to the first chunk, and leaves the loop"


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one call.

    Attributes:
        method: The method.
        label: Which of the calls on the method it was: "usual", "streamed", ...
        text: The call as a line of code.
        values: What it was made with, by place.
        answer: What was awaited, or returned by a plain function; None where a stream came.
        chunks: The pieces of a stream that were read, None where none came.
        error: What was raised.
        doing: What was being done when it was: "called", "read", "closed", "left".
        place: Where in the provider's code that was, or where it hung.
        deliberate: Whether the provider's own ``raise`` raised it.
        late: Whether it was left alone after its time.
        nature: What the error means; None where there is none, or nobody has looked.
        helped: Whether something that is made up here took part.
        awaited: Whether the call itself returned an awaitable.
        unsure: Whether it was left alone because the machine was too busy for it.
        changed: The argument that was another one after the call, "" where none was.
        misled: Whether it asked one of its dependencies for what that does not take.
        endless: Whether its stream had not ended after :data:`ENDLESS` pieces.
    """

    method: str
    label: str
    text: str
    values: Mapping[Path, Any]
    answer: Any = None
    chunks: tuple[Any, ...] | None = None
    error: BaseException | None = None
    doing: str = "called"
    place: Location | None = None
    deliberate: bool = False
    late: bool = False
    changed: str = ""
    misled: bool = False
    awaited: bool = False
    nature: Nature | None = None
    helped: bool = False
    unsure: bool = False
    endless: bool = False

    @property
    def answered(self) -> bool:
        """Whether there was an answer."""
        return self.error is None and not self.late


@dataclass(slots=True)
class _Course:
    """How far a call has come."""

    doing: str = "called"
    answer: Any = None
    chunks: list[Any] | None = None
    awaited: bool = False
    endless: bool = False


@dataclass(slots=True)
class Caller:
    """Calls the methods of a provider.

    Attributes:
        provider: The object.
        is_theirs: Whether a module is the provider's own.
        watch: Is told what is done.
        patience: Seconds that a call may take.
        remote: Whether the provider talks to a service.
        busy: The call that is under way, None between calls.
        clock: Counts its time, None before the first.
        helped_before: How often something made up had been called by then.
        unhandled: What the loop was told of errors that nobody waited for.
    """

    provider: Any
    is_theirs: IsTheirs
    watch: LoopWatch
    patience: float = field(default_factory=usual_patience)
    remote: bool = False
    busy: tuple[Asked, str, str] | None = None
    clock: Budget | None = None
    helped_before: int = 0
    unhandled: list[BaseException] = field(default_factory=list)

    def listen(self) -> None:
        """Take note of errors in tasks that nobody waits for, instead of having them logged."""

        def note(_loop: object, context: Mapping[str, Any]) -> None:
            error = context.get("exception")
            if isinstance(error, BaseException):
                self.unhandled.append(error)

        asyncio.get_running_loop().set_exception_handler(note)

    async def call(
        self, asked: Asked, values: Mapping[Path, Any], label: str, reading: Reading = Reading.ALL
    ) -> Seen:
        """Call a method, await what it returns, and read a stream.

        Args:
            asked: The method.
            values: What it is called with; copies of them are handed over.
            label: What the call is remembered by.
            reading: How far a stream is read.

        Raises:
            Exception: The arguments cannot be made; nothing that the provider raises.
        """
        arguments = asked.arguments(copy.deepcopy(dict(values)))
        text, before = shown(asked, arguments), _copied(arguments)
        course = _Course()
        limit = Patience(self.patience)
        self.busy, self.clock = (asked, label, text), limit.budget
        before_it = self.helped_before = standins.times_called()
        wrong_before = outgoing.wrong_so_far()
        self.watch.begin(asked.name, text)
        error, late = await self._timed(limit, asked, arguments, course, reading)
        await self.watch.settle()
        self.busy = None
        place = _raised_at(error, self.is_theirs)
        deliberate = error is not None and is_on_purpose(error, self.is_theirs)
        helped = standins.times_called() > before_it
        told = None
        if error is not None and not late:
            told = nature(
                error, is_theirs=self.is_theirs, deliberate=deliberate, remote=self.remote, helped=helped
            )
        misled = outgoing.wrong_so_far() > wrong_before
        if misled and told is Nature.NEIGHBOUR:
            told = Nature.CRASH  # a real dependency would not take the call either
        return Seen(
            asked.name,
            label,
            text,
            values,
            course.answer,
            None if course.chunks is None else tuple(course.chunks),
            None if late else error,
            course.doing,
            place,
            deliberate,
            late,
            _changed(before, arguments),
            misled,
            course.awaited,
            told,
            helped,
            late and limit.unsure,
            course.endless,
        )

    async def cancelled(self, asked: Asked, values: Mapping[Path, Any], after: float) -> Seen | None:
        """Cancel a call on its way, as a server does when its client goes away.

        Args:
            asked: The method.
            values: What it is called with.
            after: Seconds until it is cancelled.

        Returns:
            The call, late where it is still under way when its time is over; None where it was done before.
        """
        text = shown(asked, asked.arguments(copy.deepcopy(dict(values))))
        apart = replace(self, busy=None, patience=_AT_MOST * self.patience)
        task = asyncio.ensure_future(apart.call(asked, values, "cancelled"))
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await asyncio.wait({task}, timeout=after)
        if task.done():
            return None
        limit = Patience(self.patience)
        task.cancel()
        with suppress(TimeoutError):
            async with limit:
                await asyncio.wait({task})
        late, place = not task.done(), _waits_at(task, self.is_theirs)
        for _ in range(_TURNS):  # whoever took the first for something else may heed the next
            task.cancel()
            await asyncio.sleep(0)
        return Seen(
            asked.name, "cancelled", text, values, place=place, late=late, unsure=late and limit.unsure
        )

    @property
    def is_stuck(self) -> bool:
        """Whether the call that is under way has had its time."""
        return self.busy is not None and self.clock is not None and self.clock.look() is State.OVER

    async def _timed(
        self, limit: Patience, asked: Asked, arguments: dict[str, Any], course: _Course, reading: Reading
    ) -> tuple[BaseException | None, bool]:
        try:
            async with limit:
                await self._made(asked, arguments, course, reading)
        except BaseException as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise  # the trial itself is over
            return error.__cause__ if limit.expired() and error.__cause__ else error, limit.expired()
        return None, False

    async def _made(self, asked: Asked, arguments: dict[str, Any], course: _Course, reading: Reading) -> None:
        method = getattr(self.provider, asked.name)
        answer = method(*arguments.values()) if asked.positional else method(**arguments)
        if inspect.isawaitable(answer):
            course.awaited = True
            answer = await answer
        if not hasattr(answer, "__aiter__"):
            course.answer = answer
            return
        held = [answer]
        del answer  # whoever leaves a stream must not be kept from it by us
        await self._read(held, course, reading)

    async def _read(self, held: list[AsyncIterator[Any]], course: _Course, reading: Reading) -> None:
        chunks: list[Any] = []
        course.chunks, course.doing = chunks, "read"
        if reading is Reading.LEAVE:
            course.doing = "left"
            await _left(held, chunks, self.unhandled)
            return
        iterator = aiter(held.pop())
        most = {Reading.ALL: _CHUNKS, Reading.END: ENDLESS}.get(reading, 1)
        read = 0
        while read < most and (chunk := await anext(iterator, _GONE)) is not _GONE:
            read += 1
            if read <= _CHUNKS:
                chunks.append(chunk)
        course.endless = read >= ENDLESS
        if read >= most and (close := getattr(iterator, "aclose", None)) is not None:
            course.doing = "closed"
            await close()


async def _left(held: list[AsyncIterator[Any]], chunks: list[Any], unhandled: list[BaseException]) -> None:
    """Leave the loop after the first chunk, as ``break`` does; Python itself closes the iterator then."""
    unhandled.clear()
    async for chunk in held.pop():
        chunks.append(chunk)
        break
    for _ in range(3):
        await asyncio.sleep(0)
    if unhandled:
        raise unhandled.pop()


def _waits_at(task: asyncio.Task[Any], is_theirs: IsTheirs) -> Location | None:
    """Where in the provider's code a task waits, None where it does not."""
    place, waiting = None, task.get_coro()
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "ag_frame", None)
        if frame is not None and is_theirs(frame.f_globals.get("__name__", "")):
            place = Location(frame.f_code.co_filename, frame.f_lineno)
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "ag_await", None)
    return place


def _copied(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments as they are before the call; None where they cannot be copied."""
    with suppress(Exception):
        return copy.deepcopy(dict(arguments))
    return None


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    for name, value in (before or {}).items():
        with suppress(Exception):
            if _plain(value) != _plain(after[name]):
                return name
    return ""


def _plain(value: Any) -> Any:
    """What a value holds; an object that equals nothing but itself is taken for its attributes."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(warnings=False)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    compares = next(definitions(type(value), "__eq__"))[0] is not object
    return value if compares else repr(type(value))


def _raised_at(error: BaseException | None, is_theirs: IsTheirs) -> Location | None:
    """Where in the provider's code an error came up."""
    own = [step for step in steps(error) if is_theirs(module_of(step))] if error is not None else []
    return Location(own[-1].tb_frame.f_code.co_filename, own[-1].tb_lineno) if own else None
