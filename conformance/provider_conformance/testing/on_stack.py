"""A test that is given a provider that runs on its stack."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from provider_conformance.backends import Backend
from provider_conformance.backends.record import Recorded
from provider_conformance.errors import ConformanceError
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.testing.loaded import Named

P = ParamSpec("P")
T = TypeVar("T")


class ProviderNotTriedError(ConformanceError):
    """The provider could not be started on its stack, and why; its own error is the cause."""


@dataclass(frozen=True, slots=True)
class OnStack:
    """A provider that runs on its stack, among made-up providers of the APIs that it depends on.

    Attributes:
        instance: What its factory has made.
        router: What answers calls of its API: the stack's router, or the instance where there is none.
        table: The stack's routing table, None for an API without one.
        backend: What stands for its server, None where nothing does.
        running: The stack.
        begun: How many requests the back end had answered before.
    """

    instance: Any
    router: Any
    table: Any
    backend: Backend | None
    running: Running
    begun: int = 0

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """What the back end has been asked since the stack was started for this work."""
        return () if self.backend is None else self.backend.requests[self.begun :]

    async def register(self, obj: Any) -> None:
        """Register an object through the stack's routing table.

        Args:
            obj: A model, a vector store, ... of the stack.

        Raises:
            Exception: What the provider raises, where it does not take it.
        """
        error = await self.running.register(obj)
        if error is not None:
            raise error

    async def objects(self) -> list[Any]:
        """What the stack's routing table lists, each with ``identifier`` and ``provider_id``."""
        return await self.running.objects()


Work = Callable[[OnStack], Awaitable[T]]


def run_on_stack(
    work: Work[T],
    provider: str,
    *,
    type: str = "",  # noqa: A002 - what the field of a spec is called
    stack: str = "auto",
    config: Mapping[str, Any] | None = None,
    standin: bool = True,
) -> T:
    """Start a provider on its stack, do some work on it, and shut the stack down.

    The work runs in an event loop and a thread of its own, contained as the checks are: without a network,
    and within the limits of a run (30 seconds of work).

    Args:
        work: A coroutine function that is given the running provider.
        provider: What ``--provider`` takes: an import name, ``module:callable``, or a path.
        type: The provider type, needed where the provider has several specs.
        stack: What ``--provider-stack`` takes; the stack has to be installed, or the built-in one.
        config: The settings to start it with, instead of its sample.
        standin: Whether a server on loopback stands for that of a remote provider.

    Returns:
        What the work returns.

    Raises:
        ConformanceError: There is no such provider, type or stack.
        ProviderNotTriedError: It cannot be started; the cause is what it raises.
        Exception: Whatever the work raises.
    """
    with Named(provider, type, stack, config, standin).subject() as subject:
        try:
            first = subject.store.get(Start, subject)
        except NotJudged as reason:
            raise ProviderNotTriedError(f"{provider} cannot be tried: {reason}") from None
        if first.error is not None:
            raise ProviderNotTriedError(f"{provider} does not start: {first.error!r}") from first.raised
        backend = subject.trying.standin if first.standin else None
        done: list[T] = []

        async def worked(running: Running) -> None:
            there = OnStack(running.instances[FIRST], running.router, running.table, backend, running, begun)
            done.append(await work(there))

        begun = 0 if backend is None else len(backend.requests)
        attempt = first.trial.run(first.trial.surroundings(), worked)
    sys.stdout.write(attempt.stdout)
    sys.stderr.write(attempt.stderr)
    if attempt.error is not None:
        raise attempt.error
    return done[0]


def on_stack(
    provider: str,
    *,
    type: str = "",  # noqa: A002 - what the field of a spec is called
    stack: str = "auto",
    config: Mapping[str, Any] | None = None,
    standin: bool = True,
) -> Callable[[Callable[Concatenate[OnStack, P], Awaitable[None]]], Callable[P, None]]:
    """Make a test of a coroutine function whose first parameter is a provider that runs on its stack.

    Its other parameters are fixtures and parameters as usual; no plugin for asyncio is needed.

    Args:
        provider: As for :func:`run_on_stack`, and all others too.
        type: The provider type, needed where the provider has several specs.
        stack: What ``--provider-stack`` takes.
        config: The settings to start it with, instead of its sample.
        standin: Whether a server on loopback stands for that of a remote provider.
    """

    def decorate(function: Callable[Concatenate[OnStack, P], Awaitable[None]]) -> Callable[P, None]:
        @functools.wraps(function)
        def test(*args: P.args, **kwargs: P.kwargs) -> None:
            def work(there: OnStack) -> Awaitable[None]:
                return function(there, *args, **kwargs)

            run_on_stack(work, provider, type=type, stack=stack, config=config, standin=standin)

        signature = inspect.signature(function)
        shown: Any = test
        shown.__signature__ = signature.replace(parameters=[*signature.parameters.values()][1:])
        return test

    return decorate
