"""Who holds the event loop is seen, and what the machine takes away is not held against anybody."""

from __future__ import annotations

import asyncio
import gc
import threading
import time

from provider_conformance.calling.stalls import LoopWatch, Stall


def watched(work: object, *, theirs: str = __name__, budget: float = 0.25) -> list[Stall]:
    async def run() -> list[Stall]:
        async with LoopWatch(lambda module: module == theirs, budget) as watch:
            watch.begin("method", "provider.method()")
            await work()  # type: ignore[operator]
            await watch.settle()
            return watch.stalls

    return asyncio.run(run())


async def sleeps() -> None:
    time.sleep(0.5)  # noqa: ASYNC251 - that is what is looked for


async def computes() -> None:
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass


async def collects() -> None:
    """Hold the loop by nothing but garbage collections."""
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        gc.collect()


async def waits() -> None:
    await asyncio.sleep(0.5)


async def offloads() -> None:
    await asyncio.to_thread(time.sleep, 0.5)


def line_of(function: object) -> range:
    first: int = function.__code__.co_firstlineno  # type: ignore[attr-defined]
    return range(first, first + 5)


def test_a_sleeping_thread_is_seen_with_its_place() -> None:
    (stall,) = watched(sleeps)
    assert (stall.method, stall.during) == ("method", "provider.method()")
    assert stall.seconds > 0.25
    assert stall.place.path == __file__
    assert stall.place.line in line_of(sleeps)


def test_a_computing_thread_is_seen() -> None:
    (stall,) = watched(computes)
    assert stall.place.line in line_of(computes)


def test_a_garbage_collection_is_no_stall() -> None:
    assert watched(collects) == []


def test_nothing_listens_to_collections_afterwards() -> None:
    before = list(gc.callbacks)
    watched(waits)
    assert gc.callbacks == before


def test_waiting_is_no_stall() -> None:
    assert watched(waits) == []
    assert watched(offloads) == []


def test_a_stall_in_somebody_elses_code_is_not_told() -> None:
    assert watched(sleeps, theirs="somebody.else") == []


def test_the_thread_ends_with_the_watch() -> None:
    watched(waits)
    deadline = time.monotonic() + 5
    while "provider-conformance-watch" in {t.name for t in threading.enumerate()}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
