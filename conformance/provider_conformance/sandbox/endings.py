"""Keep a provider's code from ending the process that checks it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any, Final, NoReturn

from provider_conformance.protocols import careful

EVENTS: Final = ("os.kill", "os.killpg", "signal.pthread_kill")
_HARMLESS: Final = ("SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT")


class EndedProcess(SystemExit):
    """Stands for an end of the process that could not have been caught: `os._exit`, a fatal signal.

    Attributes:
        how: The call that would have ended it: "os._exit(3)".
    """

    def __init__(self, how: str) -> None:
        super().__init__(1)
        self.args = (how,)
        self.how = how


def how(error: SystemExit) -> str:
    """The call that ``error`` stands for."""
    return error.how if type(error) is EndedProcess else f"sys.exit({careful.short_repr(error.code)})"


def install(is_watched: Callable[[], bool]) -> None:
    """Let the functions that end a process at once raise instead, where a provider's code calls them.

    They raise no audit event. In a process that the provider has forked they do what they do.
    """
    owner = os.getpid()
    exit_now, abort, raise_signal = os._exit, os.abort, signal.raise_signal

    def watched() -> bool:
        return os.getpid() == owner and is_watched()

    def _exit(status: int) -> NoReturn:
        if watched():
            raise EndedProcess(f"os._exit({status!r})")
        exit_now(status)

    def _abort() -> NoReturn:
        if watched():
            raise EndedProcess("os.abort()")
        abort()

    def _raise_signal(signalnum: int, /) -> None:
        if watched() and is_fatal(signalnum):
            raise EndedProcess(f"signal.raise_signal({_name(signalnum)})")
        raise_signal(signalnum)

    os._exit, os.abort, signal.raise_signal = _exit, _abort, _raise_signal


def refusal(event: str, arguments: tuple[Any, ...]) -> EndedProcess | None:
    """What is raised in place of a fatal signal to this process, None for any other one."""
    target, number = arguments
    if not _is_own(event, target) or not is_fatal(number):
        return None
    return EndedProcess(f"{event}(..., {_name(number)})")


def _is_own(event: str, target: int) -> bool:
    if event == "os.killpg":
        return target in (0, os.getpgrp())
    if event == "signal.pthread_kill":
        return target in {thread.ident for thread in threading.enumerate()}
    return target in (os.getpid(), os.getppid(), 0, -1, -os.getpgrp())


def is_fatal(number: int) -> bool:
    """Whether a signal ends a process that does nothing about it, as this one."""
    if number == 0 or _name(number) in _HARMLESS:
        return False
    if _name(number) in ("SIGKILL", "SIGSTOP"):
        return True
    return signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
