"""One turn: shields over the question, passages from memory, the model, shields over the answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from provider_conformance.stack.apis.agent_turns import (
    AgentTurnResponseStreamChunk,
    Attachment,
    InferenceStep,
    MemoryRetrievalStep,
    Session,
    ShieldCallStep,
    Step,
    StepType,
    Turn,
)
from provider_conformance.stack.apis.agents import AgentConfig
from provider_conformance.stack.apis.inference import ChatCompletionResponseEvent, Inference
from provider_conformance.stack.apis.memory import Memory
from provider_conformance.stack.apis.messages import CompletionMessage, Message, StopReason, SystemMessage
from provider_conformance.stack.apis.safety import Safety, SafetyViolation, ViolationLevel
from provider_conformance.stack.apis.telemetry import Telemetry
from provider_conformance.stack.apis.tools import ToolCall
from reference_agents import events
from reference_agents.retrieval import InputMessage, attached, retrieve, with_context
from reference_agents.tools import functions, memory_tools
from reference_agents.tracing import Tracer

Chunks = AsyncGenerator[AgentTurnResponseStreamChunk, None]


@dataclass(frozen=True, slots=True)
class Helpers:
    """The other APIs of the stack, as they came in ``deps``."""

    inference: Inference
    safety: Safety
    memory: Memory
    telemetry: Telemetry | None


@dataclass(slots=True)
class TurnInProgress:
    """A turn while it is being taken; ``run`` may be called once.

    Attributes:
        helpers: What is called.
        config: Whose turn it is.
        session: What was said before.
        messages: What is said now.
        attachments: What goes along with it.
    """

    helpers: Helpers
    config: AgentConfig
    session: Session
    messages: Sequence[InputMessage]
    attachments: Sequence[Attachment] = ()
    turn_id: str = field(default_factory=lambda: uuid4().hex, init=False)
    _started: datetime = field(default_factory=lambda: datetime.now(UTC), init=False)
    _steps: list[Step] = field(default_factory=list, init=False)
    _context: list[str] = field(default_factory=list, init=False)
    _output: CompletionMessage | None = field(default=None, init=False)
    _tracer: Tracer = field(init=False)

    def __post_init__(self) -> None:
        self._tracer = Tracer(self.helpers.telemetry, self.turn_id)

    async def run(self) -> Chunks:
        """Take the turn, and tell each event of it; the last one has the whole turn."""
        context = attached(self.attachments)
        self._context += [context] if context else []
        async with self._tracer.span("agent turn") as span:
            yield events.turn_started(self.turn_id)
            async with aclosing(self._run_steps(span)) as chunks:
                async for chunk in chunks:
                    yield chunk
        yield events.turn_completed(self._turn())

    async def _run_steps(self, span: str) -> Chunks:
        """The steps in their order; an objection to the question ends the turn before the model is asked."""
        question = with_context(self.messages, "\n".join(self._context))
        async for chunk in self._shields(span, self.config.input_shields, question):
            yield chunk
        if self._output is not None:
            return
        for tool in memory_tools(self.config):
            async for chunk in self._retrieve(span, tool):
                yield chunk
        async with aclosing(self._infer(span)) as chunks:
            async for chunk in chunks:
                yield chunk
        async for chunk in self._shields(span, self.config.output_shields, [self._output]):
            yield chunk

    async def _shields(self, span: str, shields: Sequence[str] | None, messages: Sequence[Any]) -> Chunks:
        """Run shields one after the other; the first objection is the answer, and no more are run."""
        before = self._output
        for shield in shields or ():
            async for chunk in self._shield(span, shield, list(messages)):
                yield chunk
            if self._output is not before:
                return

    async def _shield(self, span: str, shield: str, messages: list[Any]) -> Chunks:
        step = self._new_step()
        yield events.step_started(StepType.shield_call, step["step_id"])
        async with self._tracer.span(f"shield {shield}", span):
            response = await self.helpers.safety.run_shield(shield_type=shield, messages=messages)
        violation = response.violation
        yield self._completed(ShieldCallStep(**step, violation=violation, completed_at=datetime.now(UTC)))
        if violation is not None and violation.violation_level is ViolationLevel.ERROR:
            self._output = _objection(violation)

    async def _retrieve(self, span: str, tool: Any) -> Chunks:
        step = self._new_step()
        yield events.step_started(StepType.memory_retrieval, step["step_id"])
        async with self._tracer.span("memory retrieval", span):
            context = await retrieve(self.helpers.memory, tool, self.messages)
        self._context += [context] if context else []
        banks = [bank.bank_id for bank in tool.memory_bank_configs]
        yield self._completed(
            MemoryRetrievalStep(
                **step, memory_bank_ids=banks, inserted_context=context, completed_at=datetime.now(UTC)
            )
        )

    async def _infer(self, span: str) -> Chunks:
        step = self._new_step()
        yield events.step_started(StepType.inference, step["step_id"])
        spoken = _Spoken()
        async with (
            self._tracer.span(f"inference {self.config.model}", span),
            aclosing(self._ask()) as answer,
        ):
            async for event in answer:
                spoken.add(event)
                if event.delta:
                    yield events.spoken(step["step_id"], event.delta)
        self._output = spoken.message()
        yield self._completed(
            InferenceStep(**step, model_response=self._output, completed_at=datetime.now(UTC))
        )

    async def _ask(self) -> AsyncGenerator[ChatCompletionResponseEvent, None]:
        """Ask the model; always for a stream, whatever the caller of the turn wants."""
        config = self.config
        answer = self.helpers.inference.chat_completion(
            model=config.model,
            messages=self._conversation(),
            sampling_params=config.sampling_params,
            tools=functions(config),
            tool_choice=config.tool_choice,
            tool_prompt_format=config.tool_prompt_format,
            stream=True,
        )
        if not isinstance(answer, AsyncIterator):
            raise TypeError(f"model {config.model!r} was asked for a stream and gave {type(answer).__name__}")
        async for chunk in answer:
            yield chunk.event

    def _conversation(self) -> list[Message]:
        """All that the model is told: instructions, earlier turns, and this one with its context."""
        earlier: list[Message] = []
        for turn in self.session.turns:
            earlier += [*turn.input_messages, turn.output_message]
        instructions = [SystemMessage(content=self.config.instructions)] if self.config.instructions else []
        return [*instructions, *earlier, *with_context(self.messages, "\n".join(self._context))]

    def _new_step(self) -> dict[str, Any]:
        return {"turn_id": self.turn_id, "step_id": uuid4().hex, "started_at": datetime.now(UTC)}

    def _completed(self, step: Step) -> AgentTurnResponseStreamChunk:
        self._steps.append(step)
        return events.step_completed(step)

    def _turn(self) -> Turn:
        assert self._output is not None  # noqa: S101 - a turn that has no answer has raised
        return Turn(
            turn_id=self.turn_id,
            session_id=self.session.session_id,
            input_messages=list(self.messages),
            steps=self._steps,
            output_message=self._output,
            started_at=self._started,
            completed_at=datetime.now(UTC),
        )


@dataclass(slots=True)
class _Spoken:
    """What a model has said so far."""

    texts: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    stop_reason: StopReason = StopReason.end_of_turn

    def add(self, event: ChatCompletionResponseEvent) -> None:
        """Take the next piece."""
        if isinstance(event.delta, str):
            self.texts.append(event.delta)
        elif isinstance(event.delta.content, ToolCall):
            self.calls.append(event.delta.content)
        self.stop_reason = event.stop_reason or self.stop_reason

    def message(self) -> CompletionMessage:
        """All of it as one message."""
        return CompletionMessage(
            content="".join(self.texts), stop_reason=self.stop_reason, tool_calls=self.calls
        )


def _objection(violation: SafetyViolation) -> CompletionMessage:
    said = violation.user_message or "This conversation cannot go on like this."
    return CompletionMessage(content=said, stop_reason=StopReason.end_of_turn)
