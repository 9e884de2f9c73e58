"""A time limit is used up by the time that the code has had, and not by what the machine takes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

import pytest

from provider_conformance.sandbox.progress import (
    MOST,
    Budget,
    Patience,
    Sample,
    State,
    own_time,
    sample,
    thread_wait,
)


def at(wall: float, ran: float, waited: float) -> Sample:
    return Sample(wall, ran, {"1": (ran, waited)})


def clocks(samples: Iterable[Sample]) -> Callable[[], Sample]:
    left: Iterator[Sample] = iter(samples)
    return lambda: next(left)


def test_waiting_for_a_processor_does_not_count() -> None:
    assert own_time(at(0, 0, 0), at(10, 1, 9))[0] == 1


def test_sleeping_counts() -> None:
    assert own_time(at(0, 0, 0), at(10, 0, 0))[0] == 10


def test_spinning_counts() -> None:
    assert own_time(at(0, 0, 0), at(10, 10, 0))[0] == 10


def test_a_thread_that_runs_counts_while_another_one_waits() -> None:
    before = Sample(0, None, {"1": (0, 0), "2": (0, 0)})
    assert own_time(before, Sample(10, None, {"1": (8, 2), "2": (1, 9)}))[0] == 9


def test_a_thread_that_was_started_meanwhile_is_seen() -> None:
    assert own_time(at(0, 0, 0), Sample(10, None, {"1": (0, 0), "2": (2, 7)}))[0] == 3


def test_a_wait_that_is_told_late_is_taken_off_later() -> None:
    _, owed = own_time(at(5, 0, 0), at(6, 0, 3))
    assert own_time(at(6, 0, 3), at(10, 0, 3), owed) == (2, 0)


@pytest.mark.parametrize(("ran", "waited"), [(1, True), (9, False)])
def test_code_that_works_most_of_its_time_has_not_waited(ran: float, waited: bool) -> None:
    budget = Budget(10, clocks([at(0, 0, 0), at(12, ran, 0)]))
    budget.look()
    assert budget.waited is waited


def test_without_the_waits_the_time_with_a_processor_counts() -> None:
    assert own_time(Sample(0, 0), Sample(10, 2))[0] == 2


def test_without_the_waits_code_that_does_nothing_is_asleep() -> None:
    assert own_time(Sample(0, 0), Sample(10, 0.05))[0] == 10


def test_without_any_clock_of_the_process_all_time_counts() -> None:
    assert own_time(Sample(0), Sample(10))[0] == 10


def test_starved_code_is_given_more() -> None:
    budget = Budget(10, clocks([at(0, 0, 0), at(30, 3, 27)]))
    assert budget.look() is State.RUNNING


def test_starved_code_that_has_had_its_time_is_over() -> None:
    budget = Budget(10, clocks([at(0, 0, 0), at(30, 3, 27), at(90, 11, 79)]))
    assert [budget.look(), budget.look()] == [State.RUNNING, State.OVER]


def test_code_that_never_gets_its_time_is_given_up_and_not_judged() -> None:
    end = MOST * 10
    budget = Budget(10, clocks([at(0, 0, 0), at(end, 3, end - 3)]))
    assert budget.look() is State.UNSURE


def test_what_is_spared_does_not_count() -> None:
    budget = Budget(10, clocks([at(0, 0, 0), at(9, 9, 0), at(18, 18, 0)]))
    assert [budget.look(), budget.look(spare=True)] == [State.RUNNING, State.RUNNING]


def test_what_is_spared_does_not_bring_the_end_nearer() -> None:
    end = MOST * 10
    budget = Budget(10, clocks([at(0, 0, 0), at(end, 0, end), at(end + 2, 0, end + 2)]))
    assert [budget.look(spare=True), budget.look()] == [State.RUNNING, State.RUNNING]


def test_what_is_decided_stays() -> None:
    budget = Budget(1, clocks([at(0, 0, 0), at(2, 2, 0), at(99, 2, 97)]))
    assert [budget.look(), budget.look()] == [State.OVER, State.OVER]


def test_this_process_has_clocks() -> None:
    before = sample()
    sum(range(200_000))
    assert own_time(before, sample())[0] > 0


def test_this_threads_wait_is_never_negative() -> None:
    assert thread_wait() >= 0


def test_what_never_ends_runs_out_of_patience() -> None:
    async def work() -> None:
        async with Patience(0.05):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        asyncio.run(work())


def test_what_is_done_in_time_does_not() -> None:
    async def work() -> bool:
        async with Patience(60) as limit:
            await asyncio.sleep(0)
        return limit.expired()

    assert not asyncio.run(work())


def test_patience_lasts_while_the_machine_is_busy() -> None:
    async def work() -> bool:
        async with Patience(0.01) as limit:
            limit.budget = Budget(0.01, clocks([at(0, 0, 0), *(at(0.02, 0, 0.02) for _ in range(10_000))]))
            await asyncio.sleep(0.2)
        return limit.expired()

    assert not asyncio.run(work())
