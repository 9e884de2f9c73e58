"""An agent's sessions: turns, the steps within them, and the events that report them."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.inference import ToolCallDelta
from provider_conformance.stack.apis.media import URL, InterleavedTextMedia
from provider_conformance.stack.apis.memory_banks import MemoryBankDef
from provider_conformance.stack.apis.messages import CompletionMessage, ToolResponseMessage, UserMessage
from provider_conformance.stack.apis.safety import SafetyViolation
from provider_conformance.stack.apis.tools import ToolCall, ToolResponse


class Attachment(BaseModel):
    """A file that goes with a message."""

    content: InterleavedTextMedia | URL
    mime_type: str


class StepCommon(BaseModel):
    """What all steps have."""

    turn_id: str
    step_id: str
    started_at: datetime | None = None
    completed_at: datetime | None = None


class StepType(Enum):
    """The kinds of steps."""

    inference = "inference"
    tool_execution = "tool_execution"
    shield_call = "shield_call"
    memory_retrieval = "memory_retrieval"


class InferenceStep(StepCommon):
    """A model spoke."""

    model_config = ConfigDict(protected_namespaces=())

    step_type: Literal["inference"] = "inference"
    model_response: CompletionMessage


class ToolExecutionStep(StepCommon):
    """Tools were called."""

    step_type: Literal["tool_execution"] = "tool_execution"
    tool_calls: list[ToolCall]
    tool_responses: list[ToolResponse]


class ShieldCallStep(StepCommon):
    """A shield was run."""

    step_type: Literal["shield_call"] = "shield_call"
    violation: SafetyViolation | None


class MemoryRetrievalStep(StepCommon):
    """Passages were fetched from memory."""

    step_type: Literal["memory_retrieval"] = "memory_retrieval"
    memory_bank_ids: list[str]
    inserted_context: InterleavedTextMedia


Step = Annotated[
    InferenceStep | ToolExecutionStep | ShieldCallStep | MemoryRetrievalStep,
    Field(discriminator="step_type"),
]


class Turn(BaseModel):
    """From a user's message to the agent's answer."""

    turn_id: str
    session_id: str
    input_messages: list[UserMessage | ToolResponseMessage]
    steps: list[Step]
    output_message: CompletionMessage
    output_attachments: list[Attachment] = Field(default_factory=list)
    started_at: datetime
    completed_at: datetime | None = None


class Session(BaseModel):
    """A conversation with an agent."""

    session_id: str
    session_name: str
    turns: list[Turn]
    started_at: datetime
    memory_bank: MemoryBankDef | None = None


class AgentTurnResponseEventType(Enum):
    """What an event reports."""

    step_start = "step_start"
    step_complete = "step_complete"
    step_progress = "step_progress"
    turn_start = "turn_start"
    turn_complete = "turn_complete"


class AgentTurnResponseStepStartPayload(BaseModel):
    """A step began."""

    event_type: Literal["step_start"] = "step_start"
    step_type: StepType
    step_id: str
    metadata: dict[str, Any] | None = Field(default_factory=dict)


class AgentTurnResponseStepCompletePayload(BaseModel):
    """A step ended."""

    event_type: Literal["step_complete"] = "step_complete"
    step_type: StepType
    step_details: Step


class AgentTurnResponseStepProgressPayload(BaseModel):
    """A step has the next piece of its result."""

    model_config = ConfigDict(protected_namespaces=())

    event_type: Literal["step_progress"] = "step_progress"
    step_type: StepType
    step_id: str
    model_response_text_delta: str | None = None
    tool_call_delta: ToolCallDelta | None = None
    tool_response_text_delta: str | None = None


class AgentTurnResponseTurnStartPayload(BaseModel):
    """A turn began."""

    event_type: Literal["turn_start"] = "turn_start"
    turn_id: str


class AgentTurnResponseTurnCompletePayload(BaseModel):
    """A turn ended."""

    event_type: Literal["turn_complete"] = "turn_complete"
    turn: Turn


class AgentTurnResponseEvent(BaseModel):
    """Something happened in a turn."""

    payload: Annotated[
        AgentTurnResponseStepStartPayload
        | AgentTurnResponseStepProgressPayload
        | AgentTurnResponseStepCompletePayload
        | AgentTurnResponseTurnStartPayload
        | AgentTurnResponseTurnCompletePayload,
        Field(discriminator="event_type"),
    ]


class AgentTurnResponseStreamChunk(BaseModel):
    """One event of a streamed turn."""

    event: AgentTurnResponseEvent
