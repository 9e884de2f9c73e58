"""Where agents are kept: those whose sessions are to last in a file, all others for as long as we live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from provider_conformance.stack.apis.agent_turns import Session, Turn
from provider_conformance.stack.apis.agents import AgentConfig
from reference_agents.store import SessionStore

T = TypeVar("T")


class Shelf:
    """A store that works in threads, so that the event loop goes on; one at a time, as SQLite wants it."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._lock = threading.Lock()

    @classmethod
    async def open(cls, path: str) -> Shelf:
        """Open an SQLite file; ``:memory:`` for none."""
        return cls(await asyncio.to_thread(SessionStore, path))

    async def do(self, work: Callable[[SessionStore], T]) -> T:
        """Do ``work`` with the store."""

        def alone() -> T:
            with self._lock:
                return work(self._store)

        return await asyncio.to_thread(alone)


class Shelves:
    """Finds agents, and what belongs to them, wherever they are kept."""

    def __init__(self, brief: Shelf, lasting: Shelf | None) -> None:
        self._brief = brief
        self._lasting = lasting

    @classmethod
    async def open(cls, path: str | None) -> Shelves:
        """Open the SQLite file for the agents whose sessions are to last, where there is one."""
        return cls(await Shelf.open(":memory:"), await Shelf.open(path) if path else None)

    async def close(self) -> None:
        """Close the files."""
        for shelf in self._all():
            await shelf.do(SessionStore.close)

    async def add_agent(self, agent_id: str, config: AgentConfig) -> None:
        """Keep an agent.

        Raises:
            ValueError: Its sessions are to last, and there is no file for them.
        """
        shelf = self._lasting if config.enable_session_persistence else self._brief
        if shelf is None:
            raise ValueError(
                "`enable_session_persistence` needs a `db_path`, and this provider is configured without one"
            )
        text = config.model_dump_json()
        await shelf.do(lambda store: store.add_agent(agent_id, text))

    async def agent(self, agent_id: str) -> tuple[Shelf, AgentConfig]:
        """An agent, and where it is kept.

        Raises:
            ValueError: There is no such agent.
        """
        for shelf in self._all():
            text = await shelf.do(lambda store: store.agent(agent_id))
            if text is not None:
                return shelf, AgentConfig.model_validate_json(text)
        raise ValueError(f"there is no agent {agent_id!r}")

    async def session(self, agent_id: str, session_id: str) -> tuple[Shelf, AgentConfig, Session]:
        """A session with its turns, whose it is, and where it is kept.

        Raises:
            ValueError: There is no such agent, or it has no such session.
        """
        shelf, config = await self.agent(agent_id)
        text = await shelf.do(lambda store: store.session(agent_id, session_id))
        if text is None:
            raise ValueError(f"agent {agent_id!r} has no session {session_id!r}")
        turns = [Turn.model_validate_json(t) for t in await shelf.do(lambda store: store.turns(session_id))]
        return shelf, config, Session.model_validate_json(text).model_copy(update={"turns": turns})

    async def turn(self, agent_id: str, turn_id: str) -> Turn:
        """A turn of an agent.

        Raises:
            ValueError: There is no such agent, or it has no such turn.
        """
        shelf, _ = await self.agent(agent_id)
        text = await shelf.do(lambda store: store.turn(agent_id, turn_id))
        if text is None:
            raise ValueError(f"agent {agent_id!r} has no turn {turn_id!r}")
        return Turn.model_validate_json(text)

    def _all(self) -> list[Shelf]:
        return [shelf for shelf in (self._brief, self._lasting) if shelf is not None]
