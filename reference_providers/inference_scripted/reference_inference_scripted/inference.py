"""The provider: the inference protocol, and what the models' routing table calls."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from provider_conformance.stack.apis.inference import (
    ChatCompletionResponse,
    ChatCompletionResponseEvent,
    ChatCompletionResponseEventType,
    ChatCompletionResponseStreamChunk,
    CompletionResponse,
    CompletionResponseStreamChunk,
    EmbeddingsResponse,
    Inference,
    LogProbConfig,
    ModelStore,
    ToolCallDelta,
    ToolCallParseStatus,
)
from provider_conformance.stack.apis.media import InterleavedTextMedia, interleaved_text_media_as_str
from provider_conformance.stack.apis.messages import CompletionMessage, Message, StopReason
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING, SamplingParams
from provider_conformance.stack.apis.tools import (
    BuiltinTool,
    ToolCall,
    ToolChoice,
    ToolDefinition,
    ToolPromptFormat,
)
from provider_conformance.stack.specs import ModelsProtocolPrivate
from reference_inference_scripted.config import ScriptedInferenceConfig
from reference_inference_scripted.script import Rule, ToolUse, reply, rules_of


class ScriptedInference(Inference, ModelsProtocolPrivate):
    """Serves models that answer by script. Instances share nothing."""

    model_store: ModelStore  # set by the models' routing table

    def __init__(self, config: ScriptedInferenceConfig) -> None:
        self._config = config
        self._models: dict[str, ModelDef] = {}
        self._scripts: dict[str, Sequence[Rule]] = {}

    async def initialize(self) -> None:
        """Serve the models of the configuration; a second call changes nothing."""
        for model in self._config.models:
            await self.register_model(model)

    async def shutdown(self) -> None:
        """Let go of the models; may be called twice."""
        self._models.clear()
        self._scripts.clear()

    async def list_models(self) -> list[ModelDef]:
        """The models that are served, as copies: what a caller does to them changes nothing here."""
        return [model.model_copy(deep=True) for model in self._models.values()]

    async def register_model(self, model: ModelDef) -> None:
        """Serve ``model`` from now on; registering it again changes nothing.

        Its metadata may bring a script along: ``{"rules": [{"pattern": ..., "answer": ...}]}``.

        Raises:
            ValueError: ``model.llama_model`` is not ``script``, or its rules are wrong.
        """
        self._scripts[model.identifier] = rules_of(model) or self._config.rules
        # The routing table hands in a definition with a provider_id; what is kept and listed has none.
        known_fields = model.model_dump(include=set(ModelDef.model_fields))
        self._models[model.identifier] = ModelDef.model_validate(known_fields)

    def completion(
        self,
        model: str,
        content: InterleavedTextMedia,
        sampling_params: SamplingParams | None = DEFAULT_SAMPLING,
        stream: bool | None = False,
        logprobs: LogProbConfig | None = None,
    ) -> Awaitable[CompletionResponse] | AsyncIterator[CompletionResponseStreamChunk]:
        """Continue ``content``; with ``stream`` a chunk a word, then one with the stop reason.

        Raises:
            ValueError: ``model`` is not served, or its script calls a tool, which only a chat can do.
        """
        said = reply(self._script(model), interleaved_text_media_as_str(content))
        if isinstance(said, ToolUse):
            raise ValueError(f"model {model!r} wants to call {said.tool_name!r} here: ask it in a chat")
        answer = _Answer.of(said, sampling_params)
        return _completion_chunks(answer) if stream else _completion(answer)

    def chat_completion(
        self,
        model: str,
        messages: list[Message],
        sampling_params: SamplingParams | None = DEFAULT_SAMPLING,
        tools: list[ToolDefinition] | None = None,
        tool_choice: ToolChoice | None = ToolChoice.auto,
        tool_prompt_format: ToolPromptFormat | None = ToolPromptFormat.json,
        stream: bool | None = False,
        logprobs: LogProbConfig | None = None,
    ) -> Awaitable[ChatCompletionResponse] | AsyncIterator[ChatCompletionResponseStreamChunk]:
        """Answer the last of ``messages``; with ``stream`` events from start to complete.

        A script's rule that calls a tool counts only where the caller offers that tool.

        Raises:
            ValueError: ``model`` is not served, there is no message, or a tool call is required and
                the script has none for this message.
        """
        if not messages:
            raise ValueError("a chat needs at least one message")
        offered = {_name(tool.tool_name) for tool in tools or ()}
        rules = [rule for rule in self._script(model) if rule.tool is None or rule.tool.tool_name in offered]
        said = reply(rules, _text(messages[-1]))
        if tools and tool_choice is ToolChoice.required and not isinstance(said, ToolUse):
            raise ValueError(
                f"a tool call is required, and the script of {model!r} has none for this message"
            )
        answer = _Answer.of(said, sampling_params)
        return _chat_chunks(answer) if stream else _chat(answer)

    async def embeddings(self, model: str, contents: list[InterleavedTextMedia]) -> EmbeddingsResponse:
        """Refused: a script has no vectors.

        Raises:
            ValueError: ``model`` is not served.
            NotImplementedError: It is.
        """
        self._script(model)
        raise NotImplementedError(f"model {model!r} answers by script and makes no embeddings")

    def _script(self, model: str) -> Sequence[Rule]:
        """The script of a model. An unknown model is refused here: before a stream has begun."""
        if model not in self._scripts:
            served = ", ".join(sorted(self._scripts)) or "none"
            raise ValueError(f"model {model!r} is not served here; served models: {served}")
        return self._scripts[model]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is answered: words, each with the white space before it, or a tool call."""

    words: Sequence[str]
    stop_reason: StopReason
    tool_call: ToolCall | None = None

    @classmethod
    def of(cls, said: str | ToolUse, sampling: SamplingParams | None) -> _Answer:
        if isinstance(said, ToolUse):
            call = ToolCall(call_id=uuid4().hex, tool_name=said.tool_name, arguments=said.arguments)
            return cls((), StopReason.end_of_message, call)
        words = re.findall(r"\s*\S+", said)
        limit = max((sampling or DEFAULT_SAMPLING).max_tokens or 0, 0) or len(words)
        cut_off = limit < len(words)
        return cls(words[:limit], StopReason.out_of_tokens if cut_off else StopReason.end_of_turn)

    def message(self) -> CompletionMessage:
        """The answer as one message."""
        calls = [self.tool_call] if self.tool_call else []
        return CompletionMessage(content="".join(self.words), stop_reason=self.stop_reason, tool_calls=calls)


def _text(message: Message) -> str:
    """All that ``message`` says, retrieved context included."""
    context = getattr(message, "context", None)
    parts = [message.content] if context is None else [message.content, context]
    return "\n".join(map(interleaved_text_media_as_str, parts))


def _name(tool: BuiltinTool | str) -> str:
    return tool.value if isinstance(tool, BuiltinTool) else tool


async def _completion(answer: _Answer) -> CompletionResponse:
    return CompletionResponse(completion_message=answer.message())


async def _completion_chunks(answer: _Answer) -> AsyncIterator[CompletionResponseStreamChunk]:
    for word in answer.words:
        yield CompletionResponseStreamChunk(delta=word)
        await asyncio.sleep(0)
    yield CompletionResponseStreamChunk(delta="", stop_reason=answer.stop_reason)


async def _chat(answer: _Answer) -> ChatCompletionResponse:
    return ChatCompletionResponse(completion_message=answer.message())


async def _chat_chunks(answer: _Answer) -> AsyncIterator[ChatCompletionResponseStreamChunk]:
    yield _event(ChatCompletionResponseEventType.start)
    for word in answer.words:
        yield _event(ChatCompletionResponseEventType.progress, word)
        await asyncio.sleep(0)
    if answer.tool_call is not None:
        delta = ToolCallDelta(content=answer.tool_call, parse_status=ToolCallParseStatus.success)
        yield _event(ChatCompletionResponseEventType.progress, delta)
    yield _event(ChatCompletionResponseEventType.complete, stop_reason=answer.stop_reason)


def _event(
    event_type: ChatCompletionResponseEventType,
    delta: str | ToolCallDelta = "",
    stop_reason: StopReason | None = None,
) -> ChatCompletionResponseStreamChunk:
    event = ChatCompletionResponseEvent(event_type=event_type, delta=delta, stop_reason=stop_reason)
    return ChatCompletionResponseStreamChunk(event=event)
