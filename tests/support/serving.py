"""Serves a stack, or any other application, over HTTP on loopback for as long as a test needs it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from provider_conformance.stack.resolver import Stack
from provider_conformance.stack.server import create_app


class _Server(uvicorn.Server):
    """One that says when it listens, and leaves signals to pytest."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup()
        self.listens.set()


def served(stack: Stack) -> AbstractAsyncContextManager[str]:
    """The base URL of a stack that is being served; afterwards it is shut down."""
    return listening(create_app(stack))


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    """The base URL of an ASGI application that is being served."""
    server = _Server(app)
    task = asyncio.create_task(server._serve())
    try:
        await server.listens.wait()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@contextmanager
def beside(serving: AbstractAsyncContextManager[str]) -> Iterator[str]:
    """The base URL of what is served by a thread of its own, for tests that do not wait for it."""
    there, leave, found = threading.Event(), threading.Event(), list[str | BaseException]()

    async def serve() -> None:
        async with serving as url:
            found.append(url)
            there.set()
            await asyncio.to_thread(leave.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            found.append(error)
        finally:
            there.set()

    thread = threading.Thread(target=run, name="served-beside")
    thread.start()
    try:
        there.wait(30)
        assert found and isinstance(found[0], str), found
        yield found[0]
    finally:
        leave.set()
        thread.join(30)
