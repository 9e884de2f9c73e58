"""The side of the run: starts a provider's process, asks it, and tells what became of it."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

from provider_conformance.errors import ConformanceError, UsageError
from provider_conformance.findings import Location
from provider_conformance.isolation.messages import line
from provider_conformance.isolation.patience import Pulse, Waiting
from provider_conformance.sandbox.limits import MEBIBYTE, Limits
from provider_conformance.sandbox.progress import State, TooBusyError, sample_of
from provider_conformance.sandbox.watching import Owner

ENDED: Final = "PC723"
TIME: Final = "PC724"
MEMORY: Final = "PC725"
_FRAME: Final = re.compile(r'^  File "(?P<path>.+)", line (?P<line>\d+) in ', re.MULTILINE)
_START_SECONDS: Final = 60.0
"""How long a process may take to start, apart from the provider's own code."""
_DYING: Final = 5.0
"""How long a process may take to end that has closed its pipe, or was told to say where it is."""
_NEARLY: Final = 0.75
"""The part of its memory at which a process that was killed counts as killed for it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider's process is told at its start; the members are those of the settings."""

    argument: str
    root: Path
    view: str
    api: str | None
    stack: str
    limits: Limits
    config: Path | None = None
    samples: Path | None = None
    backend: bool = False
    standin: bool = True


@dataclass(frozen=True, slots=True)
class Death:
    """How a provider's process came to its end.

    Attributes:
        code: The rule that tells of such an end.
        message: The end of a sentence about the provider.
        place: Where in the provider's code it was, None where that is not known.
        phase: What was going on: "import", "class" or "rule".
        unsure: Whether it was ended by us because the machine was too busy for it: then that is no finding.
    """

    code: str
    message: str
    place: Location | None
    phase: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    """What the system tells of a process: exit code (negative for a signal), largest size, processor time."""

    status: int
    memory: int = 0
    cpu: float = 0.0


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


class Process:
    """One process with the provider in it."""

    def __init__(self, asked: Asked) -> None:
        self._limits = asked.limits
        self._owner = Owner()
        self.name = asked.argument
        self.package = ""
        self.phase = "import"
        self._unread = b""
        self._crash: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        self._start()
        files = {name: _text(getattr(asked, name)) for name in ("config", "samples")}
        told = {**asdict(asked), **files, "root": str(asked.root), "path": sys.path}
        self._send(**told)

    def _start(self) -> None:
        theirs, self._requests = os.pipe()
        self._answers, to_us = os.pipe()
        self._pulse, shared = Pulse.new()
        passed = (theirs, to_us, self._crash.fileno(), shared)
        command = [sys.executable, "-m", "provider_conformance.isolation.child", *map(str, passed)]
        package = str(Path(__file__).parents[2])
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with a module of ours
            command,
            pass_fds=passed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([package, *_python_path()])},
        )
        os.close(theirs)
        os.close(to_us)
        os.close(shared)

    @property
    def places(self) -> tuple[Path, ...]:
        """The folders and files of the provider's own code."""
        return self._owner.places

    def ask(self, check: str, seconds: float) -> dict[str, Any] | Death:
        """Send a check's id and wait for its result, or for the end of the process."""
        self._send(check=check)
        return self.answer("result", seconds)

    def answer(self, wanted: str, seconds: float = _START_SECONDS) -> dict[str, Any] | Death:
        """Wait for a message of one kind.

        Args:
            wanted: The key that it has.
            seconds: When the process is ended, beside what the provider's code may take by itself; in
                time that the process has had.

        Raises:
            ConformanceError: The tool itself failed in the process.
            UsageError: The provider cannot be loaded as asked.
        """
        bound = self._limits.seconds
        waiting = Waiting(
            lambda: self._pulse.value,
            lambda: sample_of(self._process.pid),
            answer=seconds + 2 * bound,
            stretch=bound,
        )
        while isinstance(message := self._read(waiting), dict):
            if wanted in message:
                return message
            self._note(message)
        return self._death(message)

    def _note(self, message: dict[str, Any]) -> None:
        if "usage" in message:
            raise UsageError(message["usage"])
        if "broken" in message:
            raise ConformanceError(f"internal error in a provider's process:\n{message['broken']}")
        if "home" in message:
            self._owner = Owner(tuple(Path(place) for place in message["home"]))
            self.name, self.package = message["name"], message["package"]
        self.phase = message.get("phase", self.phase)

    def _send(self, **message: Any) -> None:
        with suppress(BrokenPipeError):  # it is dead, and the answer will say so
            os.write(self._requests, line(**message))

    def _read(self, waiting: Waiting) -> dict[str, Any] | State:
        """A message, or how it stands with the time where none comes any more."""
        while b"\n" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], waiting.step)
            if ready:
                got = os.read(self._answers, 1 << 16)
                if not got:
                    return State.RUNNING
                self._unread += got
            elif (state := waiting.look()) is not State.RUNNING:
                return state
        text, _, self._unread = self._unread.partition(b"\n")
        message: dict[str, Any] = json.loads(text)
        return message

    def _death(self, state: State) -> Death:
        if state is not State.RUNNING:
            # It says where it is, and ends.
            self._kill(signal.SIGABRT)
        end = self._wait()
        self._crash.seek(0)
        dump = self._crash.read().decode("utf-8", "replace")
        self.end()
        seconds = self._limits.seconds
        if state is State.UNSURE or ("Timeout (" in dump and end.cpu < seconds):
            return replace(self._dead(TIME, str(TooBusyError(seconds)), dump), unsure=True)
        if state is State.OVER or "Timeout (" in dump:
            return self._dead(TIME, f"does not come back within {seconds:g} s", dump)
        if end.memory >= _NEARLY * self._limits.memory:
            bound = self._limits.memory // MEBIBYTE
            return self._dead(MEMORY, f"takes all memory that it may have, {bound} MiB", dump)
        return self._dead(ENDED, f"ends the process {_how(end.status)}", dump)

    def _dead(self, code: str, message: str, dump: str) -> Death:
        frames = ((match["path"], int(match["line"])) for match in _FRAME.finditer(dump))
        place = next((Location(path, number) for path, number in frames if self._owner(path)), None)
        return Death(code, message, place, self.phase)

    def _wait(self) -> _End:
        end = time.monotonic() + _DYING
        while time.monotonic() < end:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self._process.returncode = os.waitstatus_to_exitcode(status)
                unit = 1 if sys.platform == "darwin" else 1024
                cpu = usage.ru_utime + usage.ru_stime
                return _End(self._process.returncode, usage.ru_maxrss * unit, cpu)
            time.sleep(0.01)
        # Its end of the pipe is closed and it lives on.
        self._kill(signal.SIGKILL)
        return _End(self._process.wait())

    def _kill(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def end(self) -> None:
        """End the process and all that it has started, and close the pipes."""
        if self._requests < 0:
            return
        self._kill(signal.SIGKILL)
        if self._process.returncode is None:
            self._process.wait()
        os.close(self._requests)
        os.close(self._answers)
        self._crash.close()
        self._pulse.close()
        self._requests = -1

    @property
    def is_over(self) -> bool:
        """Whether the process has come to its end."""
        return self._requests < 0


def _python_path() -> list[str]:
    return [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def _how(status: int) -> str:
    if status >= 0:
        return f"with exit code {status}"
    try:
        return f"by signal {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"


Start = Callable[[], Process]
