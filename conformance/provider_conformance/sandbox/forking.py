"""Do some work in a fork of this process, which is thrown away: what the work changes stays there."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

FORKS: Final = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether a process can be forked here. Apple's own libraries end a fork that uses them."""
_CHUNK: Final = 65536


@dataclass(frozen=True, slots=True)
class Forked:
    """What came of work in a fork.

    Attributes:
        value: What the work returned, as plain data; None where it did not return.
        cpu: Seconds for which the fork had a processor.
        seconds: How long it took by the clock.
    """

    value: Any = None
    cpu: float = 0.0
    seconds: float = 0.0


def in_fork(work: Callable[[], Any], seconds: float) -> Forked:
    """Do some work in a fork of this process, and wait for it.

    Threads of this process do not run in the fork. A library that waits for one of its own hangs there, and
    is ended: a fork that says nothing proves nothing.

    Args:
        work: What to do; it returns what JSON can hold.
        seconds: When the fork is ended, by the clock.
    """
    incoming, outgoing = os.pipe()
    with warnings.catch_warnings():
        # Python warns of forks beside threads, for what the fork may wait for: it is ended then.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        _work(work, outgoing)
    os.close(outgoing)
    begun = time.monotonic()
    try:
        told = _read(incoming, begun + seconds)
    finally:
        os.close(incoming)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        used = os.wait4(pid, 0)[2]
    value = None
    with contextlib.suppress(ValueError):
        value = json.loads(told)
    return Forked(value, used.ru_utime + used.ru_stime, time.monotonic() - begun)


def _work(work: Callable[[], Any], outgoing: int) -> None:
    """The whole life of the fork: nothing of this process may be run in it beside the work."""
    try:
        # A crash in here is not to be told as one of the process that was forked.
        faulthandler.disable()
        faulthandler.cancel_dump_traceback_later()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        told = json.dumps(work()).encode()
        while told:
            told = told[os.write(outgoing, told) :]
    finally:
        os._exit(0)


def _read(incoming: int, until: float) -> bytes:
    """All that a fork writes; nothing where it is late."""
    found = b""
    while (left := until - time.monotonic()) > 0:
        if not select.select([incoming], [], [], left)[0]:
            break
        chunk = os.read(incoming, _CHUNK)
        if not chunk:
            return found
        found += chunk
    return b""
