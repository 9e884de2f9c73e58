"""The main thread is interrupted where it does not come back, and the timer goes back to whoever had it."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from provider_conformance.sandbox.alarm import HangError, ringing
from provider_conformance.sandbox.containment import attempt
from provider_conformance.sandbox.limits import Limits, limited
from provider_conformance.sandbox.progress import Budget, Sample, State, TooBusyError


def test_a_call_that_hangs_is_interrupted() -> None:
    with limited(Limits(seconds=0.1)):
        error = attempt(lambda: time.sleep(60)).error
    assert isinstance(error, HangError)
    assert str(error) == "it does not come back within 0.1 s"


def test_a_call_that_catches_every_exception_is_interrupted_all_the_same() -> None:
    def stubborn() -> None:
        try:
            time.sleep(60)
        except Exception:
            time.sleep(60)

    assert isinstance(attempt(stubborn, seconds=0.1).error, HangError)


def test_a_lock_that_nobody_opens_is_interrupted() -> None:
    lock = threading.Lock()
    with lock:
        assert isinstance(attempt(lock.acquire, seconds=0.1).error, HangError)


def test_the_users_handler_and_timer_come_back() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    signal.setitimer(signal.ITIMER_REAL, 30, 7)
    try:
        with pytest.raises(HangError), ringing(0.05):
            time.sleep(60)
        left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [1]
    assert 0 < left < 30
    assert interval == 7


def test_another_thread_is_left_alone() -> None:
    seen: list[object] = []

    def work() -> None:
        with ringing(0.01):
            time.sleep(0.05)
        seen.append(signal.getsignal(signal.SIGALRM))

    before = signal.getsignal(signal.SIGALRM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def starved(seconds: float) -> Budget:
    """A limit on a machine that gives the code none of its time: all of it goes by in waiting."""
    started = time.monotonic()

    def read() -> Sample:
        now = time.monotonic()
        return Sample(now, None, {"1": (0.0, now - started)})

    return Budget(seconds, read)


def test_a_call_that_the_machine_does_not_let_run_is_given_up_without_a_judgement() -> None:
    with (
        pytest.raises(TooBusyError, match="too busy to tell"),
        ringing(0.05, starved),
    ):
        time.sleep(60)


def test_a_call_that_comes_back_late_on_a_busy_machine_is_let_through() -> None:
    budgets = []

    def patient(seconds: float) -> Budget:
        budgets.append(starved(seconds))
        budgets[0].most = 60
        return budgets[0]

    with ringing(0.02, patient):
        time.sleep(0.3)
    assert budgets[0].state is State.RUNNING
