"""Let a provider set signal handlers where it is tried.

A stack makes its providers in the main thread. A trial has a thread of its own, which can be left behind
where the provider does not come back; Python lets only the main thread set handlers. So what is set in a
trial is written down here and never put into force: the handlers of the run itself stay what they are.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Any, Final

from provider_conformance.findings import Location

_UNCATCHABLE: Final = frozenset({"SIGKILL", "SIGSTOP"})

_set: dict[int, Any] = {}
_places: dict[int, Location | None] = {}


def install(is_watched: Callable[[], bool], place: Callable[[], Location | None]) -> None:
    """Let the functions of :mod:`signal` take handlers from threads under a watch.

    Args:
        is_watched: Whether the calling thread is under a watch.
        place: Where the provider's own code calls Python's library now, None where it does not.
    """
    set_handler, get_handler, set_wakeup = signal.signal, signal.getsignal, signal.set_wakeup_fd

    def aside() -> bool:
        return threading.current_thread() is not threading.main_thread() and is_watched()

    def _signal(signalnum: int, handler: Any, /) -> Any:
        if not aside():
            return set_handler(signalnum, handler)
        before = _set.get(_checked(signalnum), get_handler(signalnum))
        if not callable(handler) and handler not in (signal.SIG_DFL, signal.SIG_IGN):
            raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        if handler is get_handler(signalnum):
            _set.pop(signalnum, None)
        else:
            _set[signalnum], _places[signalnum] = handler, place()
        return before

    def _getsignal(signalnum: int, /) -> Any:
        return _set[signalnum] if aside() and signalnum in _set else get_handler(signalnum)

    def _set_wakeup_fd(fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
        return -1 if aside() else set_wakeup(fd, warn_on_full_buffer=warn_on_full_buffer)

    vars(signal).update(signal=_signal, getsignal=_getsignal, set_wakeup_fd=_set_wakeup_fd)


def left() -> list[tuple[int, Location | None]]:
    """The signals for which the provider's own code has set another handler, with the place where it did."""
    return [(number, _places[number]) for number in _set if _places.get(number) is not None]


def on_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Let a loop take handlers that are never called; a loop written in C is left as it is."""
    kept: dict[int, tuple[Any, ...]] = {}

    def add(signalnum: int, callback: Callable[..., object], *arguments: Any) -> None:
        kept[_checked(signalnum)] = (callback, *arguments)

    def remove(signalnum: int) -> bool:
        return kept.pop(_checked(signalnum), None) is not None

    try:
        vars(loop).update(add_signal_handler=add, remove_signal_handler=remove)
    except TypeError:
        return


def forget() -> None:
    """Forget what was set: the next trial begins as a process does."""
    _set.clear()
    _places.clear()


def _checked(signalnum: int) -> int:
    number = int(signalnum)
    if number not in signal.valid_signals():
        raise ValueError(f"signal number {number} out of range")
    if signal.Signals(number).name in _UNCATCHABLE:
        raise OSError(22, "Invalid argument")
    return number
