"""Whose doing something is, read off the call stack; and which threads the provider starts."""

from __future__ import annotations

import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import thread as executors
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

from provider_conformance.findings import Location

_PACKAGE: Final = str(Path(__file__).parents[1])
_MACHINERY: Final = frozenset(
    str(Path(__file__).with_name(f"{name}.py"))
    for name in ("blame", "endings", "handlers", "leftovers", "traffic", "watching")
)


@dataclass(frozen=True, slots=True)
class Frames:
    """What the call stack tells.

    Attributes:
        own: Whether the provider's code is on it.
        ours: Whether this tool is on it, apart from the watch itself.
        chosen: Whether the provider itself called Python's library: nobody else's code is in between.
        quiet: Whether it is a module's byte code that is written, or a record for somebody's log.
        imported: Whether a module of the provider's is being imported.
        within: The function of the provider's that was called from outside.
        nearest: The place in the provider's code that is nearest.
    """

    own: bool
    ours: bool
    chosen: bool
    quiet: bool
    imported: bool
    within: str
    nearest: Location | None


def frames(owns: Callable[[str], bool]) -> Frames:
    """Read this thread's call stack.

    Args:
        owns: Whether a source file is the provider's.
    """
    stack = [frame for frame in _outwards(sys._getframe(1)) if frame.f_code.co_filename not in _MACHINERY]
    own = [frame for frame in stack if owns(frame.f_code.co_filename)]
    first = next((frame for frame in stack if not _is_python(frame.f_code.co_filename)), None)
    before = stack[: stack.index(own[0])] if own else stack
    within = own[-1].f_code.co_name if own else ""
    return Frames(
        own=bool(own),
        ours=any(frame.f_code.co_filename.startswith(_PACKAGE) for frame in stack),
        chosen=bool(own) and first is own[0],
        quiet=_is_import_system(stack[:1]) or any(map(_is_logging, before)),
        imported=any(frame.f_code.co_name == "<module>" for frame in own),
        within="" if within == "<module>" else within,
        nearest=Location(own[0].f_code.co_filename, own[0].f_lineno) if own else None,
    )


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_import_system(stack: list[FrameType]) -> bool:
    return any(frame.f_code.co_filename.startswith("<frozen importlib") for frame in stack)


def _is_logging(frame: FrameType) -> bool:
    return frame.f_code.co_name == "handle" and frame.f_globals.get("__name__") == "logging"


@cache
def _is_python(filename: str) -> bool:
    """Whether a file is of Python's own library."""
    if filename.startswith("<frozen "):
        return True
    library = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    return filename.startswith(library) and "site-packages" not in filename


@dataclass(frozen=True, slots=True)
class Started:
    """A thread that was started under a watch.

    Attributes:
        thread: The thread.
        daemon: What it is in the stack: whether the process may end without it.
        pooled: Whether it works for an executor, which lets it go when the process ends.
        place: Where in the provider's code it was started, None where somebody else did.
        asked: Where in the provider's code it was started or a library was called that did, None where
            neither is so.
    """

    thread: threading.Thread
    daemon: bool
    pooled: bool
    place: Location | None = None
    asked: Location | None = None


def watch_threads(
    note: Callable[[Started], None], watching_for: Callable[[], Callable[[str], bool] | None]
) -> None:
    """Tell of each thread that is started under a watch, and let none of them hold the process at its end.

    Args:
        note: Is told of it.
        watching_for: What the calling thread is watched for, None without a watch.
    """
    start = threading.Thread.start

    def watched(self: threading.Thread) -> None:
        owns = watching_for()
        if owns is not None and not self.is_alive():
            found = frames(owns)
            place = found.nearest if found.chosen else None
            note(Started(self, self.daemon, _is_pooled(self), place, found.nearest))
            # The interpreter waits for all others when it ends, for ever for one that does not.
            self._daemonic = True  # type: ignore[attr-defined]
        start(self)

    threading.Thread.start = watched  # type: ignore[method-assign]


def _is_pooled(thread: threading.Thread) -> bool:
    return getattr(thread, "_target", None) is getattr(executors, "_worker", thread)


def let_go(threads: list[Started]) -> None:
    """Keep executors' threads from being waited for when the interpreter ends."""
    queues: Any = getattr(executors, "_threads_queues", {})
    for started in threads:
        if started.pooled:
            queues.pop(started.thread, None)


def own_place(thread: threading.Thread, owns: Callable[[str], bool]) -> tuple[Location | None, str]:
    """Where in the provider's code a thread is, and in which function of its that somebody had called."""
    frame = sys._current_frames().get(thread.ident or 0)
    return place_among([f for f in _outwards(frame) if owns(f.f_code.co_filename)])


def place_among(own: list[FrameType]) -> tuple[Location | None, str]:
    """The nearest of the provider's frames, and the function of the farthest; they come from near to far."""
    if not own:
        return None, ""
    return Location(own[0].f_code.co_filename, own[0].f_lineno), own[-1].f_code.co_name
