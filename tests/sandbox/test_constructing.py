"""Calling a factory for real."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest

from provider_conformance.sandbox import constructing
from provider_conformance.sandbox.constructing import construct
from provider_conformance.sandbox.progress import Budget, Sample, TooBusyError


async def test_free(*_arguments: Any) -> Any:
    return None


test_free.__test__ = False  # type: ignore[attr-defined]


def test_what_the_factory_returns_comes_back() -> None:
    async def factory(config: int, deps: dict[str, int]) -> tuple[int, int]:
        return config, deps["x"]

    assert construct(factory, (1, {"x": 2})).value == (1, 2)


def test_what_it_raises_comes_back() -> None:
    async def factory() -> None:
        raise ZeroDivisionError

    assert isinstance(construct(factory, ()).error, ZeroDivisionError)


@pytest.mark.parametrize("blocks", [True, False])
def test_one_that_takes_too_long_is_given_up(blocks: bool) -> None:
    async def factory() -> None:
        if blocks:
            time.sleep(4)  # noqa: ASYNC251 - just that
        await asyncio.sleep(60)

    begun = time.monotonic()
    error = construct(factory, (), seconds=0.1).error
    assert isinstance(error, constructing.FactoryTimeoutError)
    assert time.monotonic() - begun < 3


def test_there_is_no_network_meanwhile() -> None:
    async def factory() -> None:
        with socket.socket() as client:
            client.connect(("localhost", 9))

    assert isinstance(construct(factory, ()).error, ConnectionRefusedError)


def test_there_is_one_again_afterwards() -> None:
    construct(test_free, ())
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname()).close()


def test_a_factory_that_needs_a_running_loop_of_its_own_does_not_meet_another() -> None:
    async def outer() -> Any:
        return construct(test_free, (), seconds=5)

    assert asyncio.run(outer()).error is None


def test_dependencies_answer_for_every_key_and_call() -> None:
    async def factory(deps: dict[str, Any]) -> Any:
        await deps["declared"].initialize()
        await deps["other"].list_models(limit=3)
        return deps.get("absent")

    tried = construct(factory, (constructing.dependencies(["declared"]),))
    assert (tried.value, tried.error) == (None, None)


def test_a_dependency_is_known_for_a_stand_in() -> None:
    assert constructing.is_stand_in(constructing.dependencies(["x"])["x"])
    assert not constructing.is_stand_in(object())


def starved(seconds: float, most: float = 0.0) -> Budget:
    """A limit on a machine that gives the code none of its time: all of it goes by in waiting."""
    started = time.monotonic()

    def read() -> Sample:
        now = time.monotonic()
        return Sample(now, None, {"1": (0.0, now - started)})

    return Budget(seconds, read, most)


def test_one_that_the_machine_does_not_let_run_is_not_judged() -> None:
    async def factory() -> None:
        await asyncio.sleep(60)

    with pytest.raises(TooBusyError):
        construct(factory, (), 0.05, starved)


def test_one_that_comes_back_late_on_a_busy_machine_is_let_through() -> None:
    async def factory() -> str:
        await asyncio.sleep(0.3)
        return "made"

    assert construct(factory, (), 0.02, lambda seconds: starved(seconds, 60)).value == "made"
