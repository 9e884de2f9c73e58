"""What a provider leaves in the process after its shutdown: tasks, processes, files, and changed settings.

What a library does by itself is left alone: it counts where the provider's own code has asked for it. Who
changes the environment or the working directory, opens a file or starts a process is seen with audit events
(:mod:`.watching`), who configures logging by the root logger's own methods.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.sandbox import blame, handlers, watching
from provider_conformance.sandbox.progress import Budget, State

GRACE: Final = 1.0
"""Seconds that work has after the shutdown to come to its end."""
_TASKS: Final = Path("/proc/self/task")
_DESCRIPTORS: Final = Path("/proc/self/fd")
_ENDED: Final = ("Z", "X")


@dataclass(frozen=True, slots=True)
class Left:
    """Something that a provider leaves behind.

    Attributes:
        what: What it is, as the subject of a sentence.
        place: Where in the provider's code it waits or was made, None where that is not known.
        works: Whether it goes on working; else it is a setting, or something that is held.
        seen: Whether it was looked for: some systems do not tell.
    """

    what: str
    place: Location | None
    works: bool = False
    seen: bool = True


@dataclass(slots=True)
class Leftovers:
    """What a trial has left.

    Attributes:
        found: What is left, once it was looked for.
    """

    found: list[Left] = field(default_factory=list)


@contextlib.contextmanager
def noting(leftovers: Leftovers | None) -> Iterator[Callable[[], Awaitable[None]]]:
    """Remember how the process is, and give what looks for differences after the shutdown.

    Args:
        leftovers: Where to write them down, None where nobody wants to know.
    """
    if leftovers is None:
        yield _nothing
        return
    watch = watching.current() or watching.Watch(watching.Owner(), {}, 0)
    environment, directory, paths = dict(os.environ), os.getcwd(), list(sys.path)  # noqa: PTH109 - as text
    children, held = _children(), _open_files()
    watch.noting = True
    with _root_logger(watch) as logged:

        async def look() -> None:
            leftovers.found.extend(await _working(watch, children))
            leftovers.found.extend(_changed(watch, environment, directory, paths))
            leftovers.found.extend(_held(watch, held))
            leftovers.found.extend(Left(what, place) for what, place in logged())

        yield look


async def _nothing() -> None:
    """Nobody wants to know."""


async def _working(watch: watching.Watch, before: frozenset[int]) -> list[Left]:
    """Tasks and processes that do not come to their end in time."""
    grace = Budget(GRACE)

    def left() -> tuple[list[tuple[asyncio.Task[Any], Location]], list[int]]:
        started = watch.touched.get(watching.PROCESS)
        return _tasks(watch.owns), sorted(_children() - before) if started else []

    while any(found := left()) and grace.look() is State.RUNNING:  # noqa: ASYNC110 - nobody tells of its end
        await asyncio.sleep(grace.step)
    tasks, children = found
    told = [Left(f"the task `{_name(task)}` still runs", place, works=True) for task, place in tasks]
    if not _TASKS.is_dir():
        unseen = "whether a process that it starts still runs"
        told += [Left(unseen, place, works=True, seen=False) for place in _last(watch, watching.PROCESS)]
    for number in children:
        places = [*watch.touched[watching.PROCESS].values()]
        told.append(Left(f"the process `{_command(number)}` still runs", places[-1], works=True))
        watch.children.append(number)
    return told


def _name(task: asyncio.Task[Any]) -> str:
    return str(getattr(task.get_coro(), "__qualname__", task.get_name()))


def _tasks(owns: Callable[[str], bool]) -> list[tuple[asyncio.Task[Any], Location]]:
    """The tasks of the running loop that run a coroutine of the provider's, with the place where each is."""
    me = asyncio.current_task()
    found = []
    for task in asyncio.all_tasks() - {me}:
        frame = getattr(task.get_coro(), "cr_frame", None)
        if not task.cancelling() and frame is not None and owns(frame.f_code.co_filename):
            found.append((task, Location(frame.f_code.co_filename, frame.f_lineno)))
    return sorted(found, key=lambda pair: _name(pair[0]))


def _children() -> frozenset[int]:
    """The processes that this one has started and that still run; none where the system does not tell."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for thread in _TASKS.iterdir():
            with contextlib.suppress(OSError):
                numbers = (thread / "children").read_text("utf-8").split()
                found.update(number for number in map(int, numbers) if _runs(number))
    return frozenset(found)


def _runs(number: int) -> bool:
    with contextlib.suppress(OSError, IndexError):
        state = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        return state not in _ENDED
    return False


def _command(number: int) -> str:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        return Path(words[0].decode(errors="replace")).name
    return str(number)


def end(children: list[int]) -> None:
    """End processes that were left behind."""
    for number in children:
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)


def _changed(
    watch: watching.Watch, environment: dict[str, str], directory: str, paths: list[str]
) -> Iterator[Left]:
    for name, place in watch.touched.get(watching.ENVIRONMENT, {}).items():
        if os.environ.get(name) != environment.get(name):
            yield Left(f"the environment variable `{name}` is changed", place)
    for place in _last(watch, watching.DIRECTORY):
        if os.getcwd() != directory:  # noqa: PTH109 - compared as text
            yield Left("the working directory is changed", place)
    for entry in Counter(sys.path) - Counter(paths):
        if watch.owns(str(entry)):
            yield Left(f"`sys.path` has the entry {Path(entry).name!r} more", None)
    for number, at in handlers.left():
        yield Left(f"{signal.Signals(number).name} has another handler", at)


def _held(watch: watching.Watch, before: Counter[str]) -> Iterator[Left]:
    """Files that the provider has opened itself and that are open once more than before."""
    if not _DESCRIPTORS.is_dir():
        for place in _last(watch, watching.OPENED):
            yield Left("whether a file that it opens stays open", place, seen=False)
    more = _open_files() - before
    for path, place in watch.touched.get(watching.OPENED, {}).items():
        # A device such as the null device is opened by many, and costs nobody anything.
        if os.path.realpath(path) in more and os.path.isfile(path):  # noqa: PTH113 - the path is any text
            yield Left(f"the file `{Path(path).name}` is open", place)


def _last(watch: watching.Watch, kind: str) -> list[Location]:
    """Where the provider's own code did something of a kind at last; nothing where it did not."""
    return [*watch.touched.get(kind, {}).values()][-1:]


def _open_files() -> Counter[str]:
    """What the process holds open, and how often; nothing where the system does not tell."""
    held = Counter[str]()
    with contextlib.suppress(OSError):
        for descriptor in _DESCRIPTORS.iterdir():
            with contextlib.suppress(OSError):
                held[str(descriptor.readlink())] += 1
    return held


@contextlib.contextmanager
def _root_logger(watch: watching.Watch) -> Iterator[Callable[[], list[tuple[str, Location | None]]]]:
    """See who configures the root logger, by its own methods."""
    root = logging.getLogger()
    handlers_before, level_before = list(root.handlers), root.level
    noted: dict[str, Location] = {}

    def noting(name: str) -> Callable[..., Any]:
        method = getattr(root, name)

        def called(*arguments: Any, **options: Any) -> Any:
            told = blame.frames(watch.owns)
            if told.chosen and told.nearest is not None:
                noted[name] = told.nearest
            return method(*arguments, **options)

        return called

    def changes() -> list[tuple[str, Location | None]]:
        found: list[tuple[str, Location | None]] = []
        if "setLevel" in noted and root.level != level_before:
            found.append(("the level of the root logger is changed", noted["setLevel"]))
        if "addHandler" in noted and any(one not in handlers_before for one in root.handlers):
            found.append(("the root logger has a handler more", noted["addHandler"]))
        return found

    names = ("setLevel", "addHandler")
    vars(root).update({name: noting(name) for name in names})
    try:
        yield changes
    finally:
        for name in names:
            vars(root).pop(name, None)
