"""Call a provider's factory for real: in its own event loop, in time, without a network."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Final

from provider_conformance.protocols.classes import mro
from provider_conformance.providers import careful
from provider_conformance.providers.containment import Attempt, attempt

SECONDS: Final = 5.0
"""How long a factory may take."""


class FactoryTimeoutError(Exception):
    """The factory did not come back in time."""


def construct(factory: Callable[..., Any], arguments: tuple[Any, ...], seconds: float = SECONDS) -> Attempt:
    """Call ``factory`` and await what it returns, contained.

    It runs in a thread of its own, so that a factory that blocks is left behind and not waited for.
    """
    outcome: list[Attempt] = []

    def work() -> None:
        outcome.append(attempt_plain(lambda: asyncio.run(_awaited(factory, arguments, seconds))))

    def run() -> None:
        thread = threading.Thread(target=work, daemon=True, name="provider-factory")
        thread.start()
        thread.join(seconds + 1)

    with _no_network():
        whole = attempt(run)
    inner = outcome[0] if outcome else Attempt(error=whole.error or _late(seconds))
    return Attempt(inner.value, inner.error, whole.stdout, whole.stderr)


def attempt_plain(function: Callable[[], Any]) -> Attempt:
    """Call ``function`` where its output is contained already."""
    try:
        return Attempt(function())
    except BaseException as error:
        return Attempt(error=error)


async def _awaited(factory: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:
    result = factory(*arguments)
    if not inspect.isawaitable(result):
        return result
    try:
        return await asyncio.wait_for(result, seconds)
    except TimeoutError as error:
        raise _late(seconds) from error


def _late(seconds: float) -> FactoryTimeoutError:
    return FactoryTimeoutError(f"it did not finish within {seconds:g} seconds")


def dependencies(keys: Iterable[Any]) -> dict[Any, Any]:
    """Stand-ins for the implementations that a factory expects in ``deps``, any key asked for included."""
    from unittest.mock import MagicMock  # noqa: PLC0415 - needed by few providers, slow to import

    class StandIn(MagicMock):
        def __await__(self) -> Generator[None, None, Any]:
            yield from ()
            return self

    class Dependencies(dict[Any, Any]):
        def __missing__(self, key: Any) -> Any:
            return self.setdefault(key, StandIn(name=f"deps[{careful.text(key)}]"))

    found = Dependencies()
    for key in keys:
        found[key]
    return found


def is_stand_in(value: object) -> bool:
    """Whether ``value`` is one of :func:`dependencies`' objects or came out of one."""
    return any(careful.class_module(cls) == "unittest.mock" for cls in mro(type(value)))


@contextlib.contextmanager
def _no_network() -> Iterator[None]:
    """Let connections of this process fail at once while the factory runs."""

    def refuse(*_arguments: Any, **_keywords: Any) -> Any:
        raise ConnectionRefusedError("no network while a provider is constructed to see its class")

    names = ("connect", "connect_ex")
    before = {name: vars(socket.socket).get(name) for name in names}
    lookup = socket.getaddrinfo
    try:
        for name in names:
            setattr(socket.socket, name, refuse)
        socket.getaddrinfo = refuse
        yield
    finally:
        socket.getaddrinfo = lookup
        for name, method in before.items():
            delattr(socket.socket, name) if method is None else setattr(socket.socket, name, method)
