"""Watch what a provider's code does outside the process: traffic, files, the end of the process.

An audit hook sees every way to a socket or a file that Python's own functions have, whoever imported them
by which name. It is added when the first provider is looked at, and cannot be taken away again: with
no watch on it returns at once. What is refused fails as it fails where it is not possible (no network, a
file system that cannot be written), so that code which expects that goes on.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.sandbox import blame, endings, files, handlers, traffic
from provider_conformance.sandbox.limits import limits

NETWORK: Final = "network"
FILES: Final = "files"
OUTPUT: Final = "output"

ENVIRONMENT: Final = "environment"
DIRECTORY: Final = "directory"
OPENED: Final = "opened"
PROCESS: Final = "process"
_TOUCHES: Final = {
    "os.putenv": ENVIRONMENT,
    "os.unsetenv": ENVIRONMENT,
    "os.chdir": DIRECTORY,
    "open": OPENED,
    "subprocess.Popen": PROCESS,
    "os.fork": PROCESS,
    "os.forkpty": PROCESS,
    "os.posix_spawn": PROCESS,
}
"""What is allowed, and is to be undone by the time of the shutdown: audit events."""
_CODE: Final = (".py", ".pyc", ".so")
"""Files that imports open, and close."""
_CLOCKS: Final = "/proc/"
"""Where this tool reads how much time code has used, again and again."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that a provider's code may not do, and did or tried.

    Attributes:
        kind: NETWORK, FILES or OUTPUT.
        what: What it did, as the end of a sentence about it: "connects to 192.0.2.1:80".
        within: The function of the provider's that the stack or the import system had called.
        imported: Whether it happened while one of its modules was imported.
        location: The nearest place in the provider's own code, None where it happened in a thread
            that has none of that.
    """

    kind: str
    what: str
    within: str = ""
    imported: bool = False
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose source files are the provider's: those in its folders, or that are one of its files."""

    places: tuple[Path, ...] = ()

    def __call__(self, filename: str) -> bool:
        """Whether a file is the provider's."""
        return bool(self.places) and _is_in(self.places, filename)


@lru_cache(maxsize=4096)
def _is_in(places: tuple[Path, ...], filename: str) -> bool:
    path = Path(filename)
    return any(place == path or place in path.parents for place in places)


@dataclass(slots=True)
class Watch:
    """What is seen of a provider for as long as its code runs.

    Attributes:
        owns: Whether a source file is the provider's.
        outside: The threads that were there before, by their numbers.
        main: The thread that watches.
        trial: Whether the provider is tried; else its modules are imported and looked at.
        violations: What it did that it may not.
        threads: The threads that were started.
        noting: Whether it is written down what it changes or makes itself.
        touched: That, by kind and name, and where.
        children: Processes that it has left behind.
    """

    owns: Owner
    outside: Mapping[int, threading.Thread]
    main: int
    trial: bool = False
    violations: list[Violation] = field(default_factory=list)
    threads: list[blame.Started] = field(default_factory=list)
    noting: bool = False
    touched: dict[str, dict[str, Location]] = field(default_factory=dict)
    children: list[int] = field(default_factory=list)

    def note(self, violation: Violation) -> None:
        """Write it down, once."""
        if violation not in self.violations:
            self.violations.append(violation)
        if violation.imported:
            _while_imported.setdefault(self.owns, {})[violation] = None

    def is_outside(self, number: int) -> bool:
        """Whether a thread was there before: the number of one that has ended is given to another."""
        thread = self.outside.get(number)
        return thread is not None and thread.is_alive()

    @property
    def is_new_thread(self) -> bool:
        """Whether this thread was started under the watch."""
        me = threading.get_ident()
        return me != self.main and not self.is_outside(me)

    @property
    def origin(self) -> Location | None:
        """Where in the provider's code this thread was started."""
        me = threading.get_ident()
        mine = (s.place for s in self.threads if s.thread.ident == me and s.thread.is_alive())
        return next(mine, None)


_while_imported: Final[dict[Owner, dict[Violation, None]]] = {}


def while_imported(owner: Owner) -> tuple[Violation, ...]:
    """What the provider's modules have done while they were imported: once in a process."""
    return tuple(_while_imported.get(owner, ()))


_watch: Watch | None = None
_left: dict[int, tuple[threading.Thread, Watch]] = {}
_busy = threading.local()


def current() -> Watch | None:
    """The watch that this thread is under, None outside of all."""
    ident = threading.get_ident()
    if (left := _left.get(ident)) is not None:
        if left[0].is_alive():
            return left[1]
        del _left[ident]  # a number is used again
    return None if _watch is None or _watch.is_outside(ident) else _watch


def owner() -> Owner:
    """Whose code this thread is watched for; nobody's outside of all watches."""
    watch = current()
    return watch.owns if watch is not None else Owner()


@contextmanager
def watched(owns: Owner | None = None, *, trial: bool = False) -> Iterator[Watch]:
    """Watch what happens in this thread and in those that it starts.

    Args:
        owns: Whether a source file is the provider's; by default as in the watch around this one.
        trial: Whether the provider is tried; else its modules are imported and looked at.
    """
    global _watch  # noqa: PLW0603 - one for all threads that the provider starts
    _install()
    before, me = _watch, threading.get_ident()
    there = threading.enumerate()
    alive = {number: thread for thread in there if (number := thread.ident) is not None and number != me}
    inside = owns or (before.owns if before is not None else Owner())
    _watch = watch = Watch(inside, alive, me, trial)
    try:
        yield watch
    finally:
        _watch = before
        blame.let_go(watch.threads)
        for started in watch.threads:
            if started.thread.is_alive():
                _left[started.thread.ident or 0] = (started.thread, watch)
        if before is not None:
            for violation in watch.violations:
                before.note(violation)


@cache
def _install() -> None:
    files.allowed()
    endings.install(lambda: current() is not None)
    handlers.install(lambda: current() is not None, _chosen_at)
    blame.watch_threads(_started, lambda: watch.owns if (watch := current()) is not None else None)
    sys.addaudithook(_hook)


def _chosen_at() -> Location | None:
    """Where the provider's own code calls Python's library now, None where it does not."""
    frames = blame.frames(owner())
    return frames.nearest if frames.chosen else None


def _started(started: blame.Started) -> None:
    if (watch := current()) is not None:
        watch.threads.append(started)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch is None and not _left:
        return
    judge = _JUDGES.get(event)
    touches = _TOUCHES.get(event)
    if (judge is None and touches is None) or getattr(_busy, "now", False):
        return
    watch = current()
    if watch is None:
        return
    _busy.now = True
    try:
        refusal = judge(watch, event, arguments) if judge is not None else None
        if refusal is None and touches is not None and watch.noting:
            _touch(watch, touches, arguments)
    except Exception:
        # A fault of the watch must not become one of the provider.
        refusal = None
    finally:
        _busy.now = False
    if refusal is not None:
        raise refusal


def _touch(watch: Watch, kind: str, arguments: tuple[Any, ...]) -> None:
    """Write down what the provider's own code changes or makes; what a library does is its own."""
    first = arguments[0] if arguments else ""
    name = os.fsdecode(first) if isinstance(first, str | bytes | os.PathLike) else str(first)
    if name.endswith(_CODE) or name.startswith(_CLOCKS):
        return
    frames = blame.frames(watch.owns)
    if frames.chosen and not frames.imported and frames.nearest is not None:
        watch.touched.setdefault(kind, {})[name] = frames.nearest


def _on_traffic(watch: Watch, event: str, arguments: tuple[Any, ...]) -> BaseException | None:
    target = traffic.beyond(event, arguments)
    if not target or limits().network:
        return None
    frames = blame.frames(watch.owns)
    if not frames.own and not watch.is_new_thread:
        return None
    verb = "connects to" if event == "socket.connect" else "sends to" if "send" in event else "looks up"
    _note(watch, NETWORK, f"{verb} {target}", frames)
    return traffic.refusal(event, target)


def _on_files(watch: Watch, event: str, arguments: tuple[Any, ...]) -> BaseException | None:
    path = files.written(event, arguments)
    if not path:
        return None
    frames = blame.frames(watch.owns)
    if frames.quiet or (not frames.chosen and files.is_cache(path)):
        return None
    if not _note(watch, FILES, f"{files.VERBS[event]} {path}", frames):
        return None
    return PermissionError(13, "a provider is checked: nothing outside its temporary folder is written", path)


def _note(watch: Watch, kind: str, what: str, frames: blame.Frames) -> bool:
    """Write down what the provider's code or a thread that it has started does; whether it is one of them."""
    place = frames.nearest or watch.origin
    if place is not None:
        watch.note(Violation(kind, what, frames.within, frames.imported, place))
    return place is not None


def note_output(what: str) -> None:
    """Write down that standard output or standard error is closed or replaced."""
    watch = current()
    if watch is not None:
        frames = blame.frames(watch.owns)
        watch.note(Violation(OUTPUT, what, frames.within, not watch.trial, frames.nearest))


_JUDGES: Final[dict[str, Callable[[Watch, str, tuple[Any, ...]], BaseException | None]]] = {
    **dict.fromkeys(traffic.EVENTS, _on_traffic),
    **dict.fromkeys(files.EVENTS, _on_files),
    **dict.fromkeys(endings.EVENTS, lambda _watch, event, arguments: endings.refusal(event, arguments)),
}
