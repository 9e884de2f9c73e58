"""Conversations with the reference agents provider, on a stack of scripted providers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import Any

from reference_agents import get_provider_impl
from reference_agents.agents import ReferenceAgents
from reference_agents.config import ReferenceAgentsConfig
from reference_inference_scripted.config import ScriptedInferenceConfig
from reference_inference_scripted.inference import ScriptedInference
from reference_memory_volatile.config import VolatileMemoryConfig
from reference_memory_volatile.memory import VolatileMemory
from reference_safety.config import ReferenceSafetyConfig
from reference_safety.safety import ReferenceSafety
from reference_telemetry.config import ReferenceTelemetryConfig
from reference_telemetry.telemetry import ReferenceTelemetry

from provider_conformance.stack.apis.agent_tools import (
    AgentKeywordMemoryBankConfig,
    FunctionCallToolDefinition,
    MemoryToolDefinition,
)
from provider_conformance.stack.apis.agent_turns import Session, Turn
from provider_conformance.stack.apis.agents import AgentConfig
from provider_conformance.stack.apis.memory import MemoryBankDocument
from provider_conformance.stack.apis.messages import ToolResponseMessage, UserMessage
from provider_conformance.stack.apis.tools import ToolParamDefinition
from provider_conformance.stack.specs import Api

RULES: list[dict[str, Any]] = [
    {"pattern": "weather", "tool": {"tool_name": "forecast", "arguments": {"city": "Ghent"}}},
    {"pattern": "it rains", "answer": "Take an umbrella."},
    {"pattern": "closes at five", "answer": "At five."},
    {"pattern": "code", "answer": "eval(x)"},
    {"pattern": ".*", "answer": "I do not know."},
]
DOCUMENTS = {"hours": "the shop closes at five", "names": "the shop is called Shop"}


class Listening(ScriptedInference):
    """Remembers what it is asked."""

    def chat_completion(self, *args: Any, **kwargs: Any) -> Any:
        self.asked = kwargs
        return super().chat_completion(*args, **kwargs)


@dataclass
class Workshop:
    """A provider and all that it calls; what it makes is shut down in the end."""

    inference: Listening = field(
        default_factory=lambda: Listening(ScriptedInferenceConfig.model_validate({"rules": RULES}))
    )
    safety: ReferenceSafety = field(default_factory=lambda: ReferenceSafety(ReferenceSafetyConfig()))
    memory: VolatileMemory = field(
        default_factory=lambda: VolatileMemory(
            VolatileMemoryConfig.model_validate(
                {
                    "banks": [
                        {"identifier": "facts", "type": "keyword"},
                        {"identifier": "keys", "type": "keyvalue"},
                    ]
                }
            )
        )
    )
    telemetry: ReferenceTelemetry = field(
        default_factory=lambda: ReferenceTelemetry(ReferenceTelemetryConfig())
    )
    made: list[Any] = field(default_factory=list)

    async def start(self) -> None:
        for part in (self.inference, self.safety, self.memory, self.telemetry):
            await part.initialize()
            self.made.append(part)
        documents = [MemoryBankDocument(document_id=k, content=v) for k, v in DOCUMENTS.items()]
        await self.memory.insert_documents("facts", documents)
        await self.memory.insert_documents("keys", documents)

    def agents(self, db_path: str | None = None, *, telemetry: Any = None) -> ReferenceAgents:
        deps = {
            Api.inference: self.inference,
            Api.safety: self.safety,
            Api.memory: self.memory,
            Api.telemetry: telemetry or self.telemetry,
        }
        self.made.append(asyncio.run(get_provider_impl(ReferenceAgentsConfig(db_path=db_path), deps)))
        return self.made[-1]  # type: ignore[no-any-return]


def config(**settings: Any) -> AgentConfig:
    base: dict[str, Any] = {
        "model": "scripted",
        "instructions": "be brief",
        "enable_session_persistence": False,
    }
    return AgentConfig(**{**base, **settings})


@dataclass
class Talk:
    """A session with a new agent."""

    agents: ReferenceAgents
    agent_id: str
    session_id: str

    def says(self, *messages: str | UserMessage | ToolResponseMessage, **kwargs: Any) -> Turn:
        async def take() -> Turn:
            turn = self._turn(messages, **kwargs)
            assert isinstance(turn, Awaitable)
            whole = await turn
            assert isinstance(whole, Turn)
            return whole

        return asyncio.run(take())

    def streams(self, *messages: str) -> list[Any]:
        async def collect() -> list[Any]:
            events = self._turn(messages, stream=True)
            assert isinstance(events, AsyncIterator)
            return [chunk.event.payload async for chunk in events]

        return asyncio.run(collect())

    def session(self, turn_ids: list[str] | None = None) -> Session:
        return asyncio.run(self.agents.get_agents_session(self.agent_id, self.session_id, turn_ids))

    def _turn(self, messages: Any, **kwargs: Any) -> Any:
        given = [UserMessage(content=m) if isinstance(m, str) else m for m in messages]
        return self.agents.create_agent_turn(self.agent_id, self.session_id, given, **kwargs)


def talk(agents: ReferenceAgents, **settings: Any) -> Talk:
    async def begin() -> Talk:
        agent_id = (await agents.create_agent(config(**settings))).agent_id
        session = await agents.create_agent_session(agent_id, "talk")
        return Talk(agents, agent_id, session.session_id)

    return asyncio.run(begin())


def memory_tool(*banks: Any, **settings: Any) -> MemoryToolDefinition:
    return MemoryToolDefinition(memory_bank_configs=[*banks], **settings)


FACTS = AgentKeywordMemoryBankConfig(bank_id="facts")
FORECAST = FunctionCallToolDefinition(
    function_name="forecast",
    description="the weather",
    parameters={"city": ToolParamDefinition(param_type="str")},
)


def step_types(turn: Turn) -> list[str]:
    return [step.step_type for step in turn.steps]
