"""The events that report a turn."""

from __future__ import annotations

from provider_conformance.stack.apis.agent_turns import (
    AgentTurnResponseEvent,
    AgentTurnResponseStepCompletePayload,
    AgentTurnResponseStepProgressPayload,
    AgentTurnResponseStepStartPayload,
    AgentTurnResponseStreamChunk,
    AgentTurnResponseTurnCompletePayload,
    AgentTurnResponseTurnStartPayload,
    Step,
    StepType,
    Turn,
)
from provider_conformance.stack.apis.inference import ToolCallDelta


def turn_started(turn_id: str) -> AgentTurnResponseStreamChunk:
    """A turn begins."""
    return _chunk(AgentTurnResponseTurnStartPayload(turn_id=turn_id))


def step_started(step_type: StepType, step_id: str) -> AgentTurnResponseStreamChunk:
    """A step begins."""
    return _chunk(AgentTurnResponseStepStartPayload(step_type=step_type, step_id=step_id))


def spoken(step_id: str, delta: str | ToolCallDelta) -> AgentTurnResponseStreamChunk:
    """The model has said something more."""
    text, call = (delta, None) if isinstance(delta, str) else (None, delta)
    return _chunk(
        AgentTurnResponseStepProgressPayload(
            step_type=StepType.inference,
            step_id=step_id,
            model_response_text_delta=text,
            tool_call_delta=call,
        )
    )


def step_completed(step: Step) -> AgentTurnResponseStreamChunk:
    """A step is done."""
    return _chunk(AgentTurnResponseStepCompletePayload(step_type=StepType(step.step_type), step_details=step))


def turn_completed(turn: Turn) -> AgentTurnResponseStreamChunk:
    """A turn is done."""
    return _chunk(AgentTurnResponseTurnCompletePayload(turn=turn))


def _chunk(
    payload: AgentTurnResponseTurnStartPayload
    | AgentTurnResponseStepStartPayload
    | AgentTurnResponseStepProgressPayload
    | AgentTurnResponseStepCompletePayload
    | AgentTurnResponseTurnCompletePayload,
) -> AgentTurnResponseStreamChunk:
    return AgentTurnResponseStreamChunk(event=AgentTurnResponseEvent(payload=payload))
