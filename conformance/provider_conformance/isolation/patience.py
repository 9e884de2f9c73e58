"""How long a provider's process is waited for, by what that process itself has had of the machine."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Callable
from typing import Final

from provider_conformance.sandbox.alarm import MERCY
from provider_conformance.sandbox.progress import MOST, Budget, Sample, State

_SIZE: Final = 8


class Pulse:
    """A number that both processes see: odd while code of the provider's runs, and another one each time.

    Python code cannot tell how it stands with a loop in C that keeps the interpreter to itself; the
    other process can, as long as it sees that the number stays the same.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _SIZE)
        self._number = 0

    @classmethod
    def new(cls) -> tuple[Pulse, int]:
        """A pulse, and the descriptor by which another process has the same; the caller closes it."""
        with tempfile.TemporaryFile() as file:
            file.truncate(_SIZE)
            descriptor = os.dup(file.fileno())
        return cls(descriptor), descriptor

    @property
    def value(self) -> int:
        """The number."""
        return int.from_bytes(self._memory[:_SIZE], "little")

    def begin(self) -> None:
        """Code of the provider's runs from now on."""
        self._set(self._number + 1)

    def end(self) -> None:
        """It does not any more."""
        self._set(self._number + 1)

    def renew(self) -> None:
        """What has run so far was not the provider's."""
        self._set(self._number + 2)

    def _set(self, number: int) -> None:
        self._number = number
        self._memory[:_SIZE] = number.to_bytes(_SIZE, "little")

    def close(self) -> None:
        """Let it go."""
        self._memory.close()


class Waiting:
    """Waits for one answer.

    Attributes:
        step: Seconds after which to look again.
    """

    def __init__(
        self, pulse: Callable[[], int], read: Callable[[], Sample], *, answer: float, stretch: float
    ) -> None:
        """Begin to wait.

        Args:
            pulse: The number that tells what the process is at.
            read: Reads the clocks of the process.
            answer: Seconds until the answer.
            stretch: Seconds that the provider's code may take in one go.
        """
        self._measurable = read().threads is not None
        self._pulse = pulse
        self._read = read
        self._seconds = stretch
        self._answer = Budget(answer if self._measurable else MOST * answer, read)
        self._number = 0
        self._stretch: Budget | None = None
        self.step = min(self._answer.step, stretch)

    def look(self) -> State:
        """How it stands.

        Where the clocks of another process cannot be read, that process looks after itself, and
        nothing is known about one that does not answer.
        """
        state = self._answer.look()
        if not self._measurable:
            return State.RUNNING if state is State.RUNNING else State.UNSURE
        if (number := self._pulse()) != self._number:
            self._number = number
            self._stretch = self._of_stretch() if number % 2 else None
        elif self._stretch is not None and state is State.RUNNING:
            return self._stretch.look()
        return state

    def _of_stretch(self) -> Budget:
        return Budget(self._seconds + MERCY, self._read, MOST * self._seconds + MERCY)
