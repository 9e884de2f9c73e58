"""Work in a fork of the process."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from provider_conformance.sandbox.forking import FORKS, in_fork

pytestmark = pytest.mark.skipif(not FORKS, reason="this system has no forks that can be trusted")


def test_what_the_work_returns_comes_back() -> None:
    text = "x" * 300_000  # more than a pipe holds
    assert in_fork(lambda: {"found": [text]}, 10).value == {"found": [text]}


def test_what_it_changes_stays_in_the_fork() -> None:
    kept: list[int] = []
    assert in_fork(lambda: kept.append(1) or len(kept), 10).value == 1  # type: ignore[func-returns-value]
    assert kept == []


def _raises() -> Any:
    raise ZeroDivisionError


def _dies() -> Any:
    os.abort()


@pytest.mark.parametrize("work", [_raises, _dies, object, lambda: time.sleep(60)])
def test_a_fork_that_does_not_come_to_its_end_says_nothing(work: Any) -> None:
    before = time.monotonic()
    assert in_fork(work, 0.5).value is None
    assert time.monotonic() - before < 10


def test_it_is_known_how_long_it_had_a_processor() -> None:
    def work() -> int:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
        return 1

    assert 0.05 < in_fork(work, 30).cpu < 10
