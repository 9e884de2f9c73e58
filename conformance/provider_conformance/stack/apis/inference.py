"""The inference API: complete text, chat, embed."""

from collections.abc import AsyncIterator, Awaitable
from enum import Enum
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.media import InterleavedTextMedia
from provider_conformance.stack.apis.messages import CompletionMessage, Message, StopReason, TokenLogProbs
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING, SamplingParams
from provider_conformance.stack.apis.tools import ToolCall, ToolChoice, ToolDefinition, ToolPromptFormat
from provider_conformance.stack.apis.webmethod import webmethod


class LogProbConfig(BaseModel):
    """How many candidates per token to report."""

    top_k: int | None = 0


class QuantizationType(Enum):
    """Number formats of weights."""

    bf16 = "bf16"
    fp8 = "fp8"


class Fp8QuantizationConfig(BaseModel):
    """Weights in 8-bit floats."""

    type: Literal["fp8"] = "fp8"


class Bf16QuantizationConfig(BaseModel):
    """Weights in 16-bit brain floats."""

    type: Literal["bf16"] = "bf16"


QuantizationConfig = Annotated[
    Bf16QuantizationConfig | Fp8QuantizationConfig,
    Field(discriminator="type"),
]


class ChatCompletionResponseEventType(Enum):
    """Where in a streamed answer an event stands."""

    start = "start"
    complete = "complete"
    progress = "progress"


class ToolCallParseStatus(Enum):
    """How far a streamed tool call has been understood."""

    started = "started"
    in_progress = "in_progress"
    failure = "failure"
    success = "success"


class ToolCallDelta(BaseModel):
    """The next piece of a tool call: text while it is being parsed, the call when it is whole."""

    content: str | ToolCall
    parse_status: ToolCallParseStatus


class ChatCompletionResponseEvent(BaseModel):
    """The next piece of a streamed answer."""

    event_type: ChatCompletionResponseEventType
    delta: str | ToolCallDelta
    logprobs: list[TokenLogProbs] | None = None
    stop_reason: StopReason | None = None


class CompletionRequest(BaseModel):
    """The parameters of ``completion`` as one object."""

    model: str
    content: InterleavedTextMedia
    sampling_params: SamplingParams | None = Field(default_factory=SamplingParams)
    stream: bool | None = False
    logprobs: LogProbConfig | None = None


class CompletionResponse(BaseModel):
    """A whole completion."""

    completion_message: CompletionMessage
    logprobs: list[TokenLogProbs] | None = None


class CompletionResponseStreamChunk(BaseModel):
    """The next piece of a streamed completion."""

    delta: str
    stop_reason: StopReason | None = None
    logprobs: list[TokenLogProbs] | None = None


class BatchCompletionRequest(BaseModel):
    """Several texts to complete."""

    model: str
    content_batch: list[InterleavedTextMedia]
    sampling_params: SamplingParams | None = Field(default_factory=SamplingParams)
    logprobs: LogProbConfig | None = None


class BatchCompletionResponse(BaseModel):
    """The completions of several texts, in their order."""

    completion_message_batch: list[CompletionMessage]


class ChatCompletionRequest(BaseModel):
    """The parameters of ``chat_completion`` as one object."""

    model: str
    messages: list[Message]
    sampling_params: SamplingParams | None = Field(default_factory=SamplingParams)
    tools: list[ToolDefinition] | None = Field(default_factory=list)
    tool_choice: ToolChoice | None = ToolChoice.auto
    tool_prompt_format: ToolPromptFormat | None = ToolPromptFormat.json
    stream: bool | None = False
    logprobs: LogProbConfig | None = None


class ChatCompletionResponseStreamChunk(BaseModel):
    """One event of a streamed answer."""

    event: ChatCompletionResponseEvent


class ChatCompletionResponse(BaseModel):
    """A whole answer."""

    completion_message: CompletionMessage
    logprobs: list[TokenLogProbs] | None = None


class BatchChatCompletionRequest(BaseModel):
    """Several conversations to answer."""

    model: str
    messages_batch: list[list[Message]]
    sampling_params: SamplingParams | None = Field(default_factory=SamplingParams)
    tools: list[ToolDefinition] | None = Field(default_factory=list)
    tool_choice: ToolChoice | None = ToolChoice.auto
    tool_prompt_format: ToolPromptFormat | None = ToolPromptFormat.json
    logprobs: LogProbConfig | None = None


class BatchChatCompletionResponse(BaseModel):
    """The answers to several conversations, in their order."""

    completion_message_batch: list[CompletionMessage]


class EmbeddingsResponse(BaseModel):
    """A vector for each of the contents, in their order."""

    embeddings: list[list[float]]


class ModelStore(Protocol):
    """What a provider can ask the models' routing table, whose own method is a coroutine."""

    async def get_model(self, identifier: str, /) -> ModelDef | None:
        """The model of that name, None without one."""


@runtime_checkable
class Inference(Protocol):
    """Runs models. The routing table sets ``model_store``.

    ``completion`` and ``chat_completion`` are plain functions: what they return depends on
    ``stream``. With it, the caller iterates over the result at once; without it, the caller
    awaits the result. An ``async def`` would have to be awaited in both cases.
    """

    model_store: ModelStore

    @webmethod(route="/inference/completion")
    def completion(
        self,
        model: str,
        content: InterleavedTextMedia,
        sampling_params: SamplingParams | None = DEFAULT_SAMPLING,
        stream: bool | None = False,
        logprobs: LogProbConfig | None = None,
    ) -> Awaitable[CompletionResponse] | AsyncIterator[CompletionResponseStreamChunk]:
        """Continue ``content``: an awaitable completion, or with ``stream`` its pieces."""

    @webmethod(route="/inference/chat_completion")
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
        """Answer ``messages``: an awaitable answer, or with ``stream`` its events."""

    @webmethod(route="/inference/embeddings")
    async def embeddings(self, model: str, contents: list[InterleavedTextMedia]) -> EmbeddingsResponse:
        """A vector for each of ``contents``."""
