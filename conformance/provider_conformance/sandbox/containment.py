"""Run a stranger's code so that whatever it does to the process stays with it.

The rule for changes to shared state: what was there before comes back, what is new stays.
A package that sets a variable for its own later use still finds it; nobody else's is changed.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro, namespace
from provider_conformance.sandbox import alarm, watching
from provider_conformance.sandbox.blame import Started
from provider_conformance.sandbox.limits import limits

_OUTPUT_LIMIT: Final = 20_000
_STREAMS: Final = ("stdout", "stderr")
_SIGNALS: Final = tuple(signal.valid_signals())
_in_force: Final = signal.getsignal
"""Kept from before anything is watched: what a trial sets aside is never in force."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a call of a stranger's code went: its value or what it raised, and what it wrote.

    Where it was watched by itself ``violations`` holds what it may not do, and ``left`` the threads that
    it left behind.
    """

    value: Any = None
    error: BaseException | None = None
    stdout: str = ""
    stderr: str = ""
    violations: tuple[watching.Violation, ...] = ()
    left: tuple[Started, ...] = ()


def attempt(function: Callable[[], Any], *, seconds: float | None = None) -> Attempt:
    """Call ``function`` and contain all that it does.

    Args:
        function: What to call.
        seconds: When it is interrupted in the main thread; by default what the run's limits say.

    Returns:
        What it returned or raised, with its output.

    Raises:
        KeyboardInterrupt: the user's own; a subclass of it raised by the code is contained.
    """
    value: Any = None
    error: BaseException | None = None
    with contained() as written:
        try:
            with alarm.ringing(limits().seconds if seconds is None else seconds):
                value = function()
        except BaseException as raised:
            if type(raised) is KeyboardInterrupt:
                raise
            error = raised if _is_plain(raised) else _disguised(raised)
    return Attempt(value, error, written["stdout"], written["stderr"])


_ASKED: Final = frozenset({"__class__", "__getattribute__", "__traceback__", "__cause__", "__context__"})
"""What is asked of every exception when its cause is looked for."""


class DisguisedError(Exception):
    """Stands for an exception that answers questions about itself with code of its own."""


def _is_plain(error: BaseException) -> bool:
    written = (cls for cls in mro(type(error)) if careful.class_module(cls) != "builtins")
    return not any(_ASKED & {*namespace(cls)} for cls in written)


def _disguised(error: BaseException) -> DisguisedError:
    traceback = BaseException.__dict__["__traceback__"].__get__(error)
    return DisguisedError(careful.class_title(type(error))).with_traceback(traceback)


@contextlib.contextmanager
def contained() -> Iterator[dict[str, str]]:
    """Contain output and changes of process-wide state; the dict holds the output afterwards."""
    written = dict.fromkeys(_STREAMS, "")
    with contextlib.ExitStack() as stack:
        for keep in (_import_paths, _interpreter, _signals, _logging, _mappings):
            stack.enter_context(keep())
        stack.enter_context(warnings.catch_warnings())
        # An import is judged by what it does: warnings as errors are the policy of somebody else's tests.
        warnings.simplefilter("ignore")
        stack.enter_context(_streams(written))
        yield written


class _Held(io.BytesIO):
    """Takes what is written; cannot be closed, and has the descriptor that callers ask a stream for."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.is_over = False

    def close(self) -> None:
        """Stay open: log handlers that the code keeps go on writing here."""
        if not self.is_over:
            watching.note_output(f"closes sys.{_STREAMS[self._descriptor - 1]}")

    def fileno(self) -> int:
        return self._descriptor


@contextlib.contextmanager
def _streams(written: dict[str, str]) -> Iterator[None]:
    before = (sys.stdout, sys.stderr, sys.stdin)
    held = {name: _Held(number) for number, name in enumerate(_STREAMS, start=1)}
    ours = [
        io.TextIOWrapper(h, encoding="utf-8", errors="replace", write_through=True) for h in held.values()
    ]
    sys.stdout, sys.stderr = ours
    # Code that asks a question at import gets the end of the file instead of hanging.
    sys.stdin = io.StringIO()
    try:
        with _descriptors():
            yield
    finally:
        for name, stream in zip(_STREAMS, ours, strict=True):
            if getattr(sys, name) is not stream:
                watching.note_output(f"replaces sys.{name}")
        sys.stdout, sys.stderr, sys.stdin = before
        for name, buffer in held.items():
            buffer.is_over = True
            written[name] = buffer.getvalue()[:_OUTPUT_LIMIT].decode("utf-8", errors="replace")


@contextlib.contextmanager
def _descriptors() -> Iterator[None]:
    """Give the process its standard output and standard error back, where the code closes them."""
    kept = {number: os.dup(number) for number in (1, 2) if _file_behind(number)}
    try:
        yield
    finally:
        for number, copy in kept.items():
            if _file_behind(number) != _file_behind(copy):
                os.dup2(copy, number)
                watching.note_output(f"closes or replaces the descriptor {number}")
            os.close(copy)


def _file_behind(descriptor: int) -> tuple[int, int] | None:
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextlib.contextmanager
def _import_paths() -> Iterator[None]:
    before = list(sys.path)
    live = sys.path
    try:
        yield
    finally:
        added = [entry for entry in sys.path if entry not in before]
        # At the end, new entries cannot shadow a module that others import.
        live[:] = before + added
        sys.path = live


@contextlib.contextmanager
def _interpreter() -> Iterator[None]:
    limit, hook, trace, profile = (
        sys.getrecursionlimit(),
        sys.excepthook,
        sys.gettrace(),
        sys.getprofile(),
    )
    directory = os.getcwd()  # noqa: PTH109 - a plain string is what chdir takes back
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        sys.excepthook = hook
        sys.settrace(trace)
        sys.setprofile(profile)
        with contextlib.suppress(OSError):
            os.chdir(directory)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: _in_force(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None and _in_force(number) is not handler:
                signal.signal(number, handler)


@contextlib.contextmanager
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        root.manager.disable = disabled


@contextlib.contextmanager
def _mappings() -> Iterator[None]:
    shared: tuple[MutableMapping[str, Any], ...] = (os.environ, vars(builtins))
    before = [dict(mapping) for mapping in shared]
    try:
        yield
    finally:
        for mapping, old in zip(shared, before, strict=True):
            _put_back(mapping, old)


def _put_back(mapping: MutableMapping[str, Any], before: dict[str, Any]) -> None:
    for name, value in before.items():
        current = mapping.get(name)
        same_text = type(current) is str and current == value
        if current is not value and not same_text:
            mapping[name] = value
