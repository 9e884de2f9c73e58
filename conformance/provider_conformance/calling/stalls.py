"""Watch an event loop: when it does not get its turn, who holds it, and for how long.

A timer in the loop beats; a thread beside it looks whether it still does, and where the loop's thread
is when it does not. What the machine itself takes away is not counted: the time for which the loop's thread
has waited for a processor, where the system tells that. It shows on the thread beside it as well, which
wakes up late though this process used no processor time. Nor does a garbage collection count: it takes as
long as the objects of the whole process are many, and not of the call in which it happens to come.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.sandbox.progress import thread_wait

_BEAT: Final = 0.02
_LOOK: Final = 0.05
_SUSPECT: Final = 0.15
"""Seconds without a beat after which the thread looks where the loop's thread is."""

IsTheirs = Callable[[str], bool]
"""Whether a module, by its name, is the provider's own."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A time in which the loop did not get its turn.

    Attributes:
        method: The method that was being called.
        during: The call.
        seconds: How long, without what the machine took away.
        place: Where in the provider's code its thread was.
    """

    method: str
    during: str
    seconds: float
    place: Location


class LoopWatch:
    """Watches the running loop of the thread that enters the context, until it is left."""

    def __init__(self, is_theirs: IsTheirs, budget: float) -> None:
        self._is_theirs = is_theirs
        self._budget = budget
        self._during = ("", "")
        self._seen: Counter[Location] = Counter()
        self._starved = 0.0
        self._waited = 0.0
        self._collecting = 0.0
        self._collected = 0.0
        self._last = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = threading.Event()
        self._thread_id = 0
        self.stalls: list[Stall] = []

    async def __aenter__(self) -> LoopWatch:
        self._thread_id = threading.get_ident()
        self._waited = thread_wait()
        gc.callbacks.append(self._on_collection)
        self._beat()
        threading.Thread(target=self._look, daemon=True, name="provider-conformance-watch").start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._stopped.set()
        with contextlib.suppress(ValueError):  # whoever is called may have taken all of them away
            gc.callbacks.remove(self._on_collection)
        if self._timer is not None:
            self._timer.cancel()

    def begin(self, method: str, call: str) -> None:
        """Say what is called from now on."""
        self._during = (method, call)

    async def settle(self) -> None:
        """Let the timer beat, so that a stall which has just ended is told with what was done."""
        if time.monotonic() - self._last > _SUSPECT:
            await asyncio.sleep(_BEAT)

    def where(self) -> Location | None:
        """Where in the provider's code the loop's thread is now, None where it is elsewhere."""
        frame = sys._current_frames().get(self._thread_id)
        return innermost(frame, self._is_theirs)

    def _on_collection(self, phase: str, _info: dict[str, Any]) -> None:
        """Count the time of a garbage collection, in which no thread runs."""
        if phase == "start":
            self._collecting = time.monotonic()
        else:
            self._collected += time.monotonic() - self._collecting

    def _beat(self) -> None:
        now, waited = time.monotonic(), thread_wait()
        gap = now - self._last - max(self._starved, waited - self._waited) - self._collected
        if gap > self._budget and self._seen.total() > 1:
            self.stalls.append(Stall(*self._during, gap, self._seen.most_common(1)[0][0]))
        self._last, self._starved, self._waited, self._collected = now, 0.0, waited, 0.0
        self._seen.clear()
        self._timer = asyncio.get_running_loop().call_later(_BEAT, self._beat)

    def _look(self) -> None:
        before, used = time.monotonic(), time.process_time()
        while not self._stopped.wait(_LOOK):
            now, using = time.monotonic(), time.process_time()
            late, worked = now - before - _LOOK, using - used
            self._starved += max(0.0, late - worked)
            if now - self._last > _SUSPECT and (place := self.where()) is not None:
                self._seen[place] += 1
            before, used = now, using


def innermost(frame: FrameType | None, is_theirs: IsTheirs) -> Location | None:
    """The place in the provider's code that is nearest to what runs, None where none of it runs."""
    while frame is not None:
        if is_theirs(frame.f_globals.get("__name__", "")):
            return Location(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None
