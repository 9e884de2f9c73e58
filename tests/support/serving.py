"""Serves a stack over HTTP on loopback for as long as a test needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from provider_conformance.stack.resolver import Stack
from provider_conformance.stack.server import create_app


class _Server(uvicorn.Server):
    """One that says when it listens, and leaves signals to pytest."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(uvicorn.Config(create_app(stack), host="127.0.0.1", port=0, log_level="warning"))
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup()
        self.listens.set()


@asynccontextmanager
async def served(stack: Stack) -> AsyncIterator[str]:
    """The base URL of a stack that is being served; afterwards it is shut down."""
    server = _Server(stack)
    task = asyncio.create_task(server._serve())
    try:
        await server.listens.wait()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
