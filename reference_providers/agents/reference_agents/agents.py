"""The provider: the agents protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import uuid4

from provider_conformance.stack.apis.agent_turns import (
    AgentTurnResponseStreamChunk,
    AgentTurnResponseTurnCompletePayload,
    Attachment,
    Session,
    Turn,
)
from provider_conformance.stack.apis.agents import (
    AgentConfig,
    AgentCreateResponse,
    Agents,
    AgentSessionCreateResponse,
    AgentStepResponse,
)
from provider_conformance.stack.apis.inference import Inference
from provider_conformance.stack.apis.memory import Memory
from provider_conformance.stack.apis.messages import ToolResponseMessage, UserMessage
from provider_conformance.stack.apis.safety import Safety
from provider_conformance.stack.apis.telemetry import Telemetry
from reference_agents.config import ReferenceAgentsConfig
from reference_agents.shelves import Shelf, Shelves
from reference_agents.tools import refuse_what_cannot_be_run
from reference_agents.turns import Chunks, Helpers, TurnInProgress


class ReferenceAgents(Agents):
    """Makes agents and holds sessions with them. Instances share nothing but a ``db_path``.

    Turns of one session that overlap do not see one another: a turn is part of its session once it
    is complete.
    """

    def __init__(
        self,
        config: ReferenceAgentsConfig,
        *,
        inference: Inference,
        safety: Safety,
        memory: Memory,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._config = config
        self._helpers = Helpers(inference, safety, memory, telemetry)
        self._shelves: Shelves | None = None

    async def initialize(self) -> None:
        """Open the SQLite file; a second call changes nothing."""
        if self._shelves is None:
            self._shelves = await Shelves.open(self._config.db_path)

    async def shutdown(self) -> None:
        """Close the SQLite file; may be called twice."""
        if self._shelves is not None:
            await self._shelves.close()
            self._shelves = None

    async def create_agent(self, agent_config: AgentConfig) -> AgentCreateResponse:
        """Make an agent.

        Raises:
            NotImplementedError: It has a tool that cannot be run here.
            ValueError: Its sessions are to last, and the provider has no ``db_path``.
        """
        refuse_what_cannot_be_run(agent_config)
        agent_id = uuid4().hex
        await self._there.add_agent(agent_id, agent_config)
        return AgentCreateResponse(agent_id=agent_id)

    def create_agent_turn(
        self,
        agent_id: str,
        session_id: str,
        messages: list[UserMessage | ToolResponseMessage],
        attachments: list[Attachment] | None = None,
        stream: bool | None = False,
    ) -> Awaitable[Turn] | AsyncIterator[AgentTurnResponseStreamChunk]:
        """Let the agent answer ``messages``; with ``stream`` events from turn_start to turn_complete.

        Where a shield objects, what it says is the answer. Where the model calls a function, the turn
        ends with the call, and the caller answers it with a ToolResponseMessage in the next turn. A
        turn is kept once it is complete: a stream that is left early leaves nothing behind.

        Raises:
            ValueError: There is no message; or, once awaited, no such agent or session.
            NotImplementedError: An attachment is to be fetched from somewhere.
        """
        if not messages:
            raise ValueError("a turn needs at least one message")
        chunks = self._turn_chunks(agent_id, session_id, messages, attachments or [])
        return chunks if stream else _whole(chunks)

    async def get_agents_turn(self, agent_id: str, turn_id: str) -> Turn:
        """A turn by its id.

        Raises:
            ValueError: There is no such agent or turn.
        """
        return await self._there.turn(agent_id, turn_id)

    async def get_agents_step(self, agent_id: str, turn_id: str, step_id: str) -> AgentStepResponse:
        """A step by its id.

        Raises:
            ValueError: There is no such agent, turn or step.
        """
        turn = await self._there.turn(agent_id, turn_id)
        for step in turn.steps:
            if step.step_id == step_id:
                return AgentStepResponse(step=step)
        raise ValueError(f"turn {turn_id!r} has no step {step_id!r}")

    async def create_agent_session(self, agent_id: str, session_name: str) -> AgentSessionCreateResponse:
        """Begin a session.

        Raises:
            ValueError: There is no such agent.
        """
        shelf, _ = await self._there.agent(agent_id)
        session = Session(
            session_id=uuid4().hex, session_name=session_name, turns=[], started_at=datetime.now(UTC)
        )
        text = session.model_dump_json()
        await shelf.do(lambda store: store.add_session(agent_id, session.session_id, text))
        return AgentSessionCreateResponse(session_id=session.session_id)

    async def get_agents_session(
        self,
        agent_id: str,
        session_id: str,
        turn_ids: list[str] | None = None,
    ) -> Session:
        """A session by its id, with all of its turns or with those of ``turn_ids``.

        Raises:
            ValueError: There is no such agent or session, or the session has not all of these turns.
        """
        _, _, session = await self._there.session(agent_id, session_id)
        if turn_ids is None:
            return session
        there = {turn.turn_id: turn for turn in session.turns}
        for turn_id in turn_ids:
            if turn_id not in there:
                raise ValueError(f"session {session_id!r} has no turn {turn_id!r}")
        turns = [turn for turn in session.turns if turn.turn_id in set(turn_ids)]
        return session.model_copy(update={"turns": turns})

    async def delete_agents_session(self, agent_id: str, session_id: str) -> None:
        """Forget a session.

        Raises:
            ValueError: There is no such agent or session.
        """
        shelf, _, _ = await self._there.session(agent_id, session_id)
        await shelf.do(lambda store: store.delete_session(session_id))

    async def delete_agents(self, agent_id: str) -> None:
        """Forget an agent and its sessions.

        Raises:
            ValueError: There is no such agent.
        """
        shelf, _ = await self._there.agent(agent_id)
        await shelf.do(lambda store: store.delete_agent(agent_id))

    @property
    def _there(self) -> Shelves:
        if self._shelves is None:
            raise RuntimeError("the agents provider is not initialized")
        return self._shelves

    async def _turn_chunks(
        self,
        agent_id: str,
        session_id: str,
        messages: list[UserMessage | ToolResponseMessage],
        attachments: list[Attachment],
    ) -> Chunks:
        shelf, config, session = await self._there.session(agent_id, session_id)
        turn = TurnInProgress(self._helpers, config, session, messages, attachments)
        async with aclosing(turn.run()) as chunks:
            async for chunk in chunks:
                payload = chunk.event.payload
                if isinstance(payload, AgentTurnResponseTurnCompletePayload):
                    # Kept before it is told of: whoever has read the last event finds the turn.
                    await _keep(shelf, payload.turn)
                yield chunk


async def _keep(shelf: Shelf, turn: Turn) -> None:
    text = turn.model_dump_json()
    if not await shelf.do(lambda store: store.add_turn(turn.session_id, turn.turn_id, text)):
        raise ValueError(f"session {turn.session_id!r} was deleted during the turn")


async def _whole(chunks: Chunks) -> Turn:
    async with aclosing(chunks):
        async for chunk in chunks:
            payload = chunk.event.payload
            if isinstance(payload, AgentTurnResponseTurnCompletePayload):
                return payload.turn
    raise RuntimeError("the turn ended without an answer")
