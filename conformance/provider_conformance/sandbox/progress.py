"""How much of its time limit some code has used: the time that it had, not the time that went by.

On a busy machine code waits for a processor as long as it runs, or many times as long. Linux says
how long each thread has waited, and that much is not counted. Code that sleeps or waits for somebody waits
for no processor: its limit comes as it would on an idle machine. So does the limit of code that spins.
Where the system does not say, the time is counted for which the code had a processor, unless it
had so little that it must have been asleep.

There is an end to this as well. Code that had not used its limit when many times as much had gone by is
given up, and nothing is known about it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Final

MOST: Final = 10
"""So many times its limit may go by before code is given up that had too little time of its own."""
_ASLEEP: Final = 0.02
"""Code that has less than this part of a processor is asleep, where nothing better is known."""
_SPARED_AT_MOST: Final = 600.0
"""Seconds of somebody else's that are not counted: that may have no end, too."""
_STEP: Final = 0.5
_LEAST: Final = 0.02
_BILLION: Final = 1_000_000_000

# Kept from the start: the code that is watched may put something else into these modules.
_list, _open, _read, _close = os.listdir, os.open, os.read, os.close


class TooBusyError(BaseException):
    """Code was given up before it had its time: nothing is known about it. No Exception."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the machine was too busy to tell whether it comes back within {seconds:g} s")


class State(Enum):
    """How it stands with a time limit."""

    RUNNING = "there is time left"
    OVER = "the code has had its time"
    UNSURE = "the code was given up before it had its time: the machine was too busy"


@dataclass(frozen=True, slots=True)
class Sample:
    """What the clocks of a process show at one moment, in seconds.

    Attributes:
        wall: The time.
        cpu: For how long the process has had processors, None where that is not known.
        threads: For how long each of its threads has had one and has waited for one; None where the
            system does not say.
    """

    wall: float
    cpu: float | None = None
    threads: Mapping[str, tuple[float, float]] | None = None


def sample() -> Sample:
    """What the clocks of this process show."""
    return Sample(time.monotonic(), time.process_time(), _threads("self"))


def sample_of(pid: int) -> Sample:
    """What the clocks of another process show."""
    return Sample(time.monotonic(), None, _threads(str(pid)))


def thread_wait() -> float:
    """Seconds for which this thread has waited for a processor; 0 where the system does not say."""
    try:
        return _schedule("/proc/thread-self/schedstat")[1]
    except (OSError, ValueError, IndexError):
        return 0.0


def _threads(process: str) -> dict[str, tuple[float, float]] | None:
    folder = f"/proc/{process}/task"
    found: dict[str, tuple[float, float]] = {}
    try:
        for thread in _list(folder):
            try:
                found[thread] = _schedule(f"{folder}/{thread}/schedstat")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
    except (OSError, ValueError, IndexError):
        return None
    return found or None


def _schedule(path: str) -> tuple[float, float]:
    descriptor = _open(path, os.O_RDONLY)
    try:
        running, waiting = _read(descriptor, 200).split()[:2]
    finally:
        _close(descriptor)
    return int(running) / _BILLION, int(waiting) / _BILLION


def own_time(before: Sample, after: Sample, owed: float = 0.0) -> tuple[float, float]:
    """How much of the time between two samples counts.

    Args:
        before: The first.
        after: The second.
        owed: Time spent in waiting that was told before it could be taken off.

    Returns:
        The time, and what is owed from now on: the system tells of a wait when it is over.
    """
    wall = max(after.wall - before.wall, 0.0)
    if before.threads is None or after.threads is None:
        return _by_processor(before, after, wall), owed
    spent = [_difference(before.threads.get(name), now) for name, now in after.threads.items()]
    owed += max((waited for _, waited in spent), default=0.0)
    taken = min(owed, wall)
    ran = min(sum(running for running, _ in spent), wall)
    return max(wall - taken, ran), owed - taken


def _difference(before: tuple[float, float] | None, after: tuple[float, float]) -> tuple[float, float]:
    first = before or (0.0, 0.0)
    return max(after[0] - first[0], 0.0), max(after[1] - first[1], 0.0)


def _by_processor(before: Sample, after: Sample, wall: float) -> float:
    if before.cpu is None or after.cpu is None:
        return wall
    used = after.cpu - before.cpu
    return wall if used < _ASLEEP * wall else min(used, wall)


@dataclass(slots=True)
class Budget:
    """A time limit that is used up by the time that the code has had.

    Attributes:
        seconds: The limit.
        read: Reads the clocks of the process that the code runs in.
        most: Seconds that may go by before it is given up.
        used: How much of it was used when it was looked at last.
        state: How it stood then.
    """

    seconds: float
    read: Callable[[], Sample] = sample
    most: float = 0.0
    used: float = 0.0
    state: State = State.RUNNING
    _owed: float = 0.0
    _spared: float = 0.0
    _last: Sample = field(init=False)
    _first: Sample = field(init=False)

    def __post_init__(self) -> None:
        self.most = self.most or MOST * self.seconds
        self._first = self._last = self.read()

    def look(self, *, spare: bool = False) -> State:
        """Count what was used since the last look.

        Args:
            spare: Whether that is somebody else's, and does not count.
        """
        now, before = self.read(), self._last
        own, self._owed = own_time(before, now, self._owed)
        self._last = now
        if self.state is State.RUNNING and spare and self._spared < _SPARED_AT_MOST:
            self._spared += now.wall - before.wall
        elif self.state is State.RUNNING:
            self.used += own
            if self.used >= self.seconds:
                self.state = State.OVER
            elif now.wall - self._first.wall - self._spared >= self.most:
                self.state = State.UNSURE
        return self.state

    @property
    def waited(self) -> bool:
        """Whether most of what is used of it went by without a processor: the code slept or waited."""
        before, after = self._first.cpu, self._last.cpu
        return before is not None and after is not None and after - before < self.used / 2

    @property
    def step(self) -> float:
        """Seconds after which to look again."""
        usual = min(max(self.seconds / 10, _LEAST), _STEP)
        return min(max(self.seconds - self.used, _LEAST), usual)


class Patience:
    """As ``asyncio.timeout``, but it counts the time that this process has had.

    Attributes:
        budget: How much of the time is used.
    """

    def __init__(self, seconds: float) -> None:
        self.budget = Budget(seconds)
        self._limit = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Patience:
        await self._limit.__aenter__()
        self._wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def expired(self) -> bool:
        """Whether the time was over before the work was done."""
        return self._limit.expired()

    @property
    def unsure(self) -> bool:
        """Whether it was over because the machine is too busy to tell."""
        return self.budget.state is State.UNSURE

    def _wait(self) -> None:
        left = max(self.budget.seconds - self.budget.used, _LEAST)
        self._timer = asyncio.get_running_loop().call_later(left, self._look)

    def _look(self) -> None:
        if self.budget.look() is State.RUNNING:
            self._wait()
        else:
            self._limit.reschedule(asyncio.get_running_loop().time())
