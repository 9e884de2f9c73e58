"""An exception and what is behind it, whatever a stranger's code has made of the two.

Causes may form a circle, groups may be deep or wide, and a text may raise: nothing here hangs or
raises for any of that.
"""

from __future__ import annotations

import linecache
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from types import TracebackType
from typing import Final

from provider_conformance.protocols import careful

_MOST: Final = 200
"""How many exceptions are looked at: behind one there may be any number."""
_LONG: Final = 10_000
_OF_A_LOOP: Final = re.compile(
    r"event loop is closed|event loop is already running|cannot be called from a running event loop"
    r"|attached to a different loop|bound to a different event loop|no (running|current) event loop",
    re.IGNORECASE,
)


def is_a(error: BaseException, kinds: type | tuple[type, ...]) -> bool:
    """Whether an exception is of a kind by its real class, whatever its ``__class__`` says."""
    return issubclass(type(error), kinds)


def chain(
    error: BaseException | None, behind: Callable[[BaseException], bool] | None = None
) -> Iterator[BaseException]:
    """An exception, its causes, what was being handled when it was raised, and the parts of groups.

    Each comes once, the nearest first, and only so many of them.

    Args:
        error: The exception.
        behind: Whether to look behind an exception; behind all of them unless told.
    """
    waiting, seen = deque([error]), set[int]()
    while waiting and len(seen) < _MOST:
        one = waiting.popleft()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if behind is None or behind(one):
            waiting.extend(_behind(one))


def _behind(error: BaseException) -> Iterator[BaseException | None]:
    # A class may have attributes of these names of its own, which may do anything.
    yield BaseException.__dict__["__cause__"].__get__(error)
    yield BaseException.__dict__["__context__"].__get__(error)
    if is_a(error, BaseExceptionGroup):
        yield from islice(parts(error), _MOST)


def parts(error: BaseException) -> tuple[BaseException, ...]:
    """The exceptions of a group; none of what is no group."""
    if not is_a(error, BaseExceptionGroup):
        return ()
    found: tuple[BaseException, ...] = BaseExceptionGroup.__dict__["exceptions"].__get__(error)
    return found


def line(error: BaseException) -> Iterator[BaseException]:
    """An exception and what explains it, as a traceback shows it: the cause, or else the context."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < _MOST:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and the causes that it was explicitly raised from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen and len(seen) < _MOST:
        seen.add(id(error))
        yield error
        error = error.__cause__


def reason(error: BaseException) -> str:
    """The class of an exception and its text, in one line of sensible length."""
    text = " ".join(careful.text(error).split())
    name = careful.class_name(type(error))
    return f"{name}: {text}" if text else name


def steps(error: BaseException) -> Iterator[TracebackType]:
    """The parts of an exception's traceback, outermost first."""
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def module_of(step: TracebackType) -> str:
    """The name of the module whose code a part of a traceback is in."""
    name = step.tb_frame.f_globals.get("__name__")
    return name if type(name) is str else ""


def statement(error: BaseException) -> str:
    """The line of code that raised an exception, "" where its source cannot be read."""
    text = ""
    for step in steps(error):
        frame = step.tb_frame
        text = linecache.getline(frame.f_code.co_filename, step.tb_lineno, frame.f_globals)
    return text.strip()


def is_about_loops(error: BaseException) -> bool:
    """Whether an exception is the event loop's own: one that is closed, another one, or one too many."""
    return is_a(error, RuntimeError) and bool(_OF_A_LOOP.search(careful.text(error, _LONG)))
