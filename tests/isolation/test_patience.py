"""A provider's process is waited for by the time that it has had."""

from __future__ import annotations

import os
from dataclasses import dataclass

from provider_conformance.isolation.patience import Pulse, Waiting
from provider_conformance.sandbox.progress import MOST, Sample, State


@dataclass
class Clocks:
    """Clocks of a process that are set by hand."""

    wall: float = 0
    ran: float = 0
    waited: float = 0
    told: bool = True

    def read(self) -> Sample:
        return Sample(self.wall, None, {"1": (self.ran, self.waited)} if self.told else None)

    def waiting(self, *, pulse: int = 1, answer: float = 1000) -> Waiting:
        """Begin to wait; the first look sees the pulse."""
        found = Waiting(lambda: pulse, self.read, answer=answer, stretch=10)
        assert found.look() is State.RUNNING
        return found

    def go(self, *, ran: float = 0, waited: float = 0, slept: float = 0) -> None:
        self.wall += ran + waited + slept
        self.ran += ran
        self.waited += waited


def test_code_that_spins_in_one_go_is_over() -> None:
    clocks = Clocks()
    waiting = clocks.waiting()
    clocks.go(ran=20)
    assert waiting.look() is State.OVER


def test_code_that_is_starved_is_not() -> None:
    clocks = Clocks()
    waiting = clocks.waiting()
    clocks.go(ran=2, waited=18)
    assert waiting.look() is State.RUNNING


def test_code_that_never_gets_its_time_is_not_judged() -> None:
    clocks = Clocks()
    waiting = clocks.waiting()
    clocks.go(ran=2, waited=MOST * 20)
    assert waiting.look() is State.UNSURE


def test_our_own_code_is_not_held_to_the_providers_limit() -> None:
    clocks = Clocks()
    waiting = clocks.waiting(pulse=2)
    clocks.go(ran=20)
    assert waiting.look() is State.RUNNING


def test_a_process_that_does_not_answer_is_over() -> None:
    clocks = Clocks()
    waiting = clocks.waiting(pulse=0, answer=15)
    clocks.go(slept=20)
    assert waiting.look() is State.OVER


def test_one_whose_clocks_cannot_be_read_is_not_judged() -> None:
    clocks = Clocks(told=False)
    waiting = clocks.waiting(answer=15)
    clocks.go(slept=MOST * 15)
    assert waiting.look() is State.UNSURE


def test_a_pulse_is_seen_by_whoever_has_its_descriptor() -> None:
    ours, descriptor = Pulse.new()
    theirs = Pulse(descriptor)
    os.close(descriptor)
    seen = [ours.value]
    for change in (theirs.begin, theirs.renew, theirs.end):
        change()
        seen.append(ours.value)
    ours.close()
    theirs.close()
    assert [number % 2 for number in seen] == [0, 1, 1, 0]
    assert len({*seen}) == len(seen)
