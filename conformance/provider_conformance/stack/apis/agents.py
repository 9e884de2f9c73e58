"""The agents API: configure an agent, hold sessions with it."""

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.agent_tools import AgentToolDefinition
from provider_conformance.stack.apis.agent_turns import (
    AgentTurnResponseStreamChunk,
    Attachment,
    Session,
    Step,
    Turn,
)
from provider_conformance.stack.apis.messages import ToolResponseMessage, UserMessage
from provider_conformance.stack.apis.sampling import SamplingParams
from provider_conformance.stack.apis.tools import ToolChoice, ToolPromptFormat
from provider_conformance.stack.apis.webmethod import webmethod


class AgentConfigCommon(BaseModel):
    """The settings that an agent has and that a turn may override."""

    sampling_params: SamplingParams | None = Field(default_factory=SamplingParams)
    input_shields: list[str] | None = Field(default_factory=list)
    output_shields: list[str] | None = Field(default_factory=list)
    tools: list[AgentToolDefinition] | None = Field(default_factory=list)
    tool_choice: ToolChoice | None = ToolChoice.auto
    tool_prompt_format: ToolPromptFormat | None = ToolPromptFormat.json
    max_infer_iters: int = 10


class AgentConfig(AgentConfigCommon):
    """What an agent is: its model, its instructions, and the common settings."""

    model: str
    instructions: str
    enable_session_persistence: bool


class AgentConfigOverridablePerTurn(AgentConfigCommon):
    """The settings that hold for one turn only."""

    instructions: str | None = None


class AgentCreateResponse(BaseModel):
    """The id of a new agent."""

    agent_id: str


class AgentSessionCreateResponse(BaseModel):
    """The id of a new session."""

    session_id: str


class AgentTurnCreateRequest(AgentConfigOverridablePerTurn):
    """The parameters of ``create_agent_turn`` as one object."""

    agent_id: str
    session_id: str
    messages: list[UserMessage | ToolResponseMessage]
    attachments: list[Attachment] | None = None
    stream: bool | None = False


class AgentStepResponse(BaseModel):
    """A step that was asked for."""

    step: Step


@runtime_checkable
class Agents(Protocol):
    """Makes agents and holds sessions with them.

    ``create_agent_turn`` is a plain function: with ``stream`` the caller iterates over the
    result at once, without it the caller awaits the result.
    """

    @webmethod(route="/agents/create")
    async def create_agent(self, agent_config: AgentConfig) -> AgentCreateResponse:
        """Make an agent."""

    @webmethod(route="/agents/turn/create")
    def create_agent_turn(
        self,
        agent_id: str,
        session_id: str,
        messages: list[UserMessage | ToolResponseMessage],
        attachments: list[Attachment] | None = None,
        stream: bool | None = False,
    ) -> Awaitable[Turn] | AsyncIterator[AgentTurnResponseStreamChunk]:
        """Let the agent answer ``messages``: an awaitable turn, or with ``stream`` its events."""

    @webmethod(route="/agents/turn/get")
    async def get_agents_turn(self, agent_id: str, turn_id: str) -> Turn:
        """A turn by its id."""

    @webmethod(route="/agents/step/get")
    async def get_agents_step(self, agent_id: str, turn_id: str, step_id: str) -> AgentStepResponse:
        """A step by its id."""

    @webmethod(route="/agents/session/create")
    async def create_agent_session(self, agent_id: str, session_name: str) -> AgentSessionCreateResponse:
        """Begin a session."""

    @webmethod(route="/agents/session/get")
    async def get_agents_session(
        self,
        agent_id: str,
        session_id: str,
        turn_ids: list[str] | None = None,
    ) -> Session:
        """A session by its id, with all of its turns or with those of ``turn_ids``."""

    @webmethod(route="/agents/session/delete")
    async def delete_agents_session(self, agent_id: str, session_id: str) -> None:
        """Forget a session."""

    @webmethod(route="/agents/delete")
    async def delete_agents(self, agent_id: str) -> None:
        """Forget an agent and its sessions."""
