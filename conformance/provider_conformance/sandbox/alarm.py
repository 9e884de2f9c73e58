"""Interrupt code of the main thread that does not come back."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Final

from provider_conformance.sandbox import sparing
from provider_conformance.sandbox.progress import Budget, State, TooBusyError

_AGAIN: Final = 0.5
"""After so many seconds it rings again: the code may have caught what was raised."""


class HangError(BaseException):
    """Raised in code that does not come back; no Exception, so that the code's own handlers let it pass.

    Attributes:
        seconds: How long it was waited for.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it does not come back within {seconds:g} s")
        self.seconds = seconds


MERCY: Final = 3.0
"""So many seconds after that the last resort strikes; a factory's own time is over by then."""

last_resort: Callable[[], AbstractContextManager[None]] = nullcontext
"""What is done around code that may not come back, in a process that may be ended."""

_armed = False


@contextmanager
def ringing(seconds: float, budget: Callable[[float], Budget] = Budget) -> Iterator[None]:
    """Raise :class:`HangError` in the code within the context after so many seconds of its own.

    Where the machine is too busy to give it them, :class:`TooBusyError` is raised.

    That takes a POSIX system, the main thread, and code that Python runs or waits for: a loop in C
    goes on. Whoever uses the same timer (pytest-timeout) has it back afterwards, with the time that is left.
    Within another such context this one does nothing.

    Args:
        seconds: The time.
        budget: Makes what counts it.
    """
    possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if _armed or not possible:
        yield
        return
    with last_resort():
        if math.isinf(seconds):
            yield
        else:
            with _timer(budget(seconds)):
                yield


@contextmanager
def _timer(budget: Budget) -> Iterator[None]:
    global _armed  # noqa: PLW0603 - there is one timer in a process
    started = time.monotonic()

    def ring(_number: int, frame: FrameType | None) -> None:
        if not _armed:
            return
        state = budget.look(spare=sparing.spared(frame))
        if state is State.RUNNING:
            signal.setitimer(signal.ITIMER_REAL, budget.step, _AGAIN)
        else:
            raise (HangError if state is State.OVER else TooBusyError)(budget.seconds)

    handler = signal.signal(signal.SIGALRM, ring)
    theirs, interval = signal.setitimer(signal.ITIMER_REAL, budget.step, _AGAIN)
    _armed = True
    try:
        yield
    finally:
        _armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if theirs:
            left = max(theirs - (time.monotonic() - started), 0.01)
            signal.setitimer(signal.ITIMER_REAL, left, interval)
