"""Call a provider's factory for real: in its own event loop, in time, and watched."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import math
import sys
import threading
from collections.abc import Callable, Coroutine, Generator, Iterable
from dataclasses import replace
from types import FrameType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro
from provider_conformance.sandbox import folders, handlers, leftovers, sparing, watching
from provider_conformance.sandbox.blame import own_place, place_among
from provider_conformance.sandbox.containment import Attempt, attempt
from provider_conformance.sandbox.limits import limits
from provider_conformance.sandbox.progress import Budget, State, TooBusyError

_GRACE: Final = 1.5
"""Seconds that it takes at most to leave behind what is late."""


class FactoryTimeoutError(Exception):
    """It did not come back in time.

    Attributes:
        source_place: Where in the provider's code it was.
        within: The function of the provider's that the stack had called.
        waited: Whether it slept or waited for somebody most of the time, and did not work.
    """

    source_place: Location | None = None
    within: str = ""
    waited: bool = False


def construct(
    factory: Callable[..., Any],
    arguments: tuple[Any, ...],
    seconds: float | None = None,
    budget: Callable[[float], Budget] = Budget,
) -> Attempt:
    """Call ``factory`` and await what it returns, contained and watched.

    It runs in a thread of its own, so that a factory that blocks is left behind and not waited for.

    Args:
        factory: What to call.
        arguments: What to call it with.
        seconds: How long it may take, of its own time; by default what the run's limits say.
        budget: Makes what counts it.

    Raises:
        TooBusyError: the machine did not give it its time.
    """
    outcome: list[Attempt] = []
    stuck: list[tuple[Location | None, str]] = []
    patience = budget(limits().seconds if seconds is None else seconds)

    def work() -> None:
        handlers.forget()
        # What it starts is to be what it is in a stack, whose threads are no daemons.
        threading.current_thread()._daemonic = False  # type: ignore[attr-defined]
        outcome.append(attempt_plain(lambda: _run(_awaited(factory, arguments, patience))))

    thread = threading.Thread(target=work, daemon=True, name="provider-factory")

    def run() -> None:
        thread.start()
        _wait(thread, patience)
        _wait(thread, budget(_GRACE))
        stuck.append(own_place(thread, watch.owns))

    with watching.watched(trial=True) as watch, folders.private():
        whole = attempt(run, seconds=math.inf)
    leftovers.end(watch.children)
    if patience.state is State.UNSURE:
        raise TooBusyError(patience.seconds)
    inner = outcome[0] if outcome else Attempt(error=whole.error or _late(patience, *stuck[-1]))
    violations = [v for v in watch.violations if outcome or v.location is not None]
    left = [started for started in watch.threads if started.thread is not thread]
    return replace(
        whole, value=inner.value, error=inner.error, violations=tuple(violations), left=tuple(left)
    )


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(coroutine)


def _loop() -> asyncio.AbstractEventLoop:
    """A loop that tells of a look-up before it hands it to a thread, which does not know who asked."""
    loop = asyncio.new_event_loop()
    look_up = loop.getaddrinfo

    async def told(host: Any, port: Any, **options: Any) -> Any:
        sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)
        return await look_up(host, port, **options)

    with contextlib.suppress(AttributeError):  # a loop written in C has no place for it
        loop.getaddrinfo = told  # type: ignore[method-assign]
    handlers.on_loop(loop)
    return loop


def attempt_plain(function: Callable[[], Any]) -> Attempt:
    """Call ``function`` where its output is contained already."""
    try:
        return Attempt(function())
    except BaseException as error:
        return Attempt(error=error)


def _wait(thread: threading.Thread, budget: Budget) -> None:
    """Wait for a thread as long as there is time, and count it."""
    thread.join(budget.step)
    while thread.is_alive():
        frame = sys._current_frames().get(thread.ident or 0)
        if budget.look(spare=sparing.spared(frame)) is not State.RUNNING:
            return
        thread.join(budget.step)


async def _awaited(factory: Callable[..., Any], arguments: tuple[Any, ...], budget: Budget) -> Any:
    """Await what the factory returns; who waits for this thread counts its time."""
    result = factory(*arguments)
    if not inspect.isawaitable(result):
        return result
    task = asyncio.ensure_future(result)
    while budget.state is State.RUNNING and not task.done():
        await asyncio.wait({task}, timeout=budget.step)
    if task.done():
        return task.result()
    place = _awaited_at(watching.owner())
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    raise _late(budget, *place)


def _awaited_at(owns: watching.Owner) -> tuple[Location | None, str]:
    """Where in the provider's code one of the loop's tasks waits, and in which function of its."""
    for task in asyncio.all_tasks():
        waiting: Any = task.get_coro()
        own: list[FrameType] = []
        while waiting is not None:
            frame = getattr(waiting, "cr_frame", None)
            if frame is not None and owns(frame.f_code.co_filename):
                own.insert(0, frame)
            waiting = getattr(waiting, "cr_await", None)
        if own:
            return place_among(own)
    return None, ""


def _late(budget: Budget, place: Location | None = None, within: str = "") -> FactoryTimeoutError:
    error = FactoryTimeoutError(f"it did not finish within {budget.seconds:g} seconds")
    error.source_place, error.within, error.waited = place, within, budget.waited
    return error


def dependencies(keys: Iterable[Any]) -> dict[Any, Any]:
    """Stand-ins for the implementations that a factory expects in ``deps``, any key asked for included."""
    from unittest.mock import MagicMock  # noqa: PLC0415 - needed by few providers, slow to import

    class StandIn(MagicMock):
        def __await__(self) -> Generator[None, None, Any]:
            yield from ()
            return self

    class Dependencies(dict[Any, Any]):
        def __missing__(self, key: Any) -> Any:
            return self.setdefault(key, StandIn(name=f"deps[{careful.text(key)}]"))

    found = Dependencies()
    for key in keys:
        found[key]
    return found


def is_stand_in(value: object) -> bool:
    """Whether ``value`` is one of :func:`dependencies`' objects or came out of one."""
    return any(careful.class_module(cls) == "unittest.mock" for cls in mro(type(value)))
