"""The adapter: the inference protocol, and what the models' routing table calls."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import Any

import httpx

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
)
from provider_conformance.stack.apis.media import (
    ImageMedia,
    InterleavedTextMedia,
    interleaved_text_media_as_str,
)
from provider_conformance.stack.apis.messages import Message, StopReason, TokenLogProbs
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING, SamplingParams
from provider_conformance.stack.apis.tools import ToolChoice, ToolDefinition, ToolPromptFormat
from provider_conformance.stack.specs import ModelsProtocolPrivate
from reference_openai.answers import Choice, ToolCalls, first_choice, model_names, only_choice, vectors
from reference_openai.config import OpenAICompatibleConfig
from reference_openai.endpoint import Endpoint
from reference_openai.requests import (
    chat_logprobs,
    chat_message,
    completion_logprobs,
    sampling_fields,
    tool_fields,
)


class OpenAICompatibleInference(Inference, ModelsProtocolPrivate):
    """Serves the models of an endpoint. Instances share nothing.

    ``transport`` takes the place of the network, for tests.
    """

    model_store: ModelStore  # set by the models' routing table

    def __init__(
        self, config: OpenAICompatibleConfig, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._config = config
        self._transport = transport
        self._endpoint: Endpoint | None = None
        self._models: dict[str, ModelDef] = {}

    async def initialize(self) -> None:
        """Get ready, without a call to the endpoint; a second call changes nothing."""
        if self._endpoint is None:
            self._endpoint = Endpoint(self._config, self._transport)
            for model in self._config.models:
                self._models[model.identifier] = model.model_copy(deep=True)

    async def shutdown(self) -> None:
        """Close the connections; may be called twice."""
        if self._endpoint is not None:
            await self._endpoint.close()
            self._endpoint = None
        self._models.clear()

    async def list_models(self) -> list[ModelDef]:
        """The models that are served, as copies: what a caller does to them changes nothing here.

        With ``discover`` those that the endpoint lists are among them, under their own names.

        Raises:
            EndpointError: The endpoint's models are wanted and it does not list them.
        """
        if self._config.discover:
            for name in await self._names_there():
                self._models.setdefault(name, ModelDef(identifier=name, llama_model=name))
        return [model.model_copy(deep=True) for model in self._models.values()]

    async def register_model(self, model: ModelDef) -> None:
        """Serve ``model`` from now on; registering it again changes nothing.

        Raises:
            ValueError: ``model.llama_model`` is not among the endpoint's models. Known only with
                ``discover``: not every endpoint lists all that it serves.
        """
        if self._config.discover:
            names = await self._names_there()
            if model.llama_model not in names:
                known = ", ".join(sorted(names)) or "none"
                raise ValueError(
                    f"model {model.identifier!r}: the endpoint has no {model.llama_model!r}; it has {known}"
                )
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
        """Continue ``content``; with ``stream`` in pieces, then one with the stop reason.

        Raises:
            ValueError: ``model`` is not served, or there is an image in ``content``.
        """
        body = {
            "model": self._name_there(model),
            "prompt": _text(content),
            **sampling_fields(sampling_params),
            **completion_logprobs(logprobs),
        }
        return _completion_chunks(self._there, body) if stream else _completion(self._there, body)

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
        """Answer ``messages``; with ``stream`` events from start to complete.

        ``tool_prompt_format`` changes nothing: how tools are written into the prompt is the
        endpoint's affair.

        Raises:
            ValueError: ``model`` is not served, or there is no message.
        """
        if not messages:
            raise ValueError("a chat needs at least one message")
        body = {
            "model": self._name_there(model),
            "messages": [chat_message(message) for message in messages],
            **sampling_fields(sampling_params),
            **tool_fields(tools, tool_choice),
            **chat_logprobs(logprobs),
        }
        return _chat_chunks(self._there, body) if stream else _chat(self._there, body)

    async def embeddings(self, model: str, contents: list[InterleavedTextMedia]) -> EmbeddingsResponse:
        """A vector for each of ``contents``, in their order.

        Raises:
            ValueError: ``model`` is not served, or there is an image in ``contents``.
        """
        body = {"model": self._name_there(model), "input": [_text(content) for content in contents]}
        answer = await self._there.post("/embeddings", body)
        return EmbeddingsResponse(embeddings=vectors(answer, len(contents)))

    @property
    def _there(self) -> Endpoint:
        if self._endpoint is None:
            raise RuntimeError("the adapter is not initialized")
        return self._endpoint

    async def _names_there(self) -> list[str]:
        return model_names(await self._there.get("/models"))

    def _name_there(self, model: str) -> str:
        """The endpoint's name of a model. An unknown one is refused here: before a stream has begun."""
        if model not in self._models:
            served = ", ".join(sorted(self._models)) or "none"
            raise ValueError(f"model {model!r} is not served here; served models: {served}")
        return self._models[model].llama_model


def _text(content: InterleavedTextMedia) -> str:
    parts = content if isinstance(content, list) else [content]
    if any(isinstance(part, ImageMedia) for part in parts):
        raise ValueError("an image can only be sent in a chat")
    return interleaved_text_media_as_str(content)


async def _completion(endpoint: Endpoint, body: dict[str, Any]) -> CompletionResponse:
    choice = only_choice(await endpoint.post("/completions", body))
    return CompletionResponse(
        completion_message=choice.completion_message(), logprobs=choice.token_log_probabilities()
    )


async def _completion_chunks(
    endpoint: Endpoint, body: dict[str, Any]
) -> AsyncIterator[CompletionResponseStreamChunk]:
    stop_reason: StopReason | None = None
    async with aclosing(_choices(endpoint, "/completions", body)) as choices:
        async for choice in choices:
            stop_reason = choice.stop_reason or stop_reason
            if choice.text:
                yield CompletionResponseStreamChunk(
                    delta=choice.text, logprobs=choice.token_log_probabilities()
                )
    yield CompletionResponseStreamChunk(delta="", stop_reason=stop_reason or StopReason.end_of_turn)


async def _chat(endpoint: Endpoint, body: dict[str, Any]) -> ChatCompletionResponse:
    choice = only_choice(await endpoint.post("/chat/completions", body))
    return ChatCompletionResponse(
        completion_message=choice.completion_message(), logprobs=choice.token_log_probabilities()
    )


async def _chat_chunks(
    endpoint: Endpoint, body: dict[str, Any]
) -> AsyncIterator[ChatCompletionResponseStreamChunk]:
    stop_reason: StopReason | None = None
    calls = ToolCalls()
    async with aclosing(_choices(endpoint, "/chat/completions", body)) as choices:
        # Asked before the stream begins: what the endpoint refuses outright is an error and no event.
        choice = await anext(choices, None)
        yield _event(ChatCompletionResponseEventType.start)
        while choice is not None:
            stop_reason = choice.stop_reason or stop_reason
            if choice.delta.content:
                yield _progress(choice.delta.content, choice.token_log_probabilities())
            for delta in calls.add(choice):
                yield _progress(delta)
            choice = await anext(choices, None)
    for delta in calls.finished():
        yield _progress(delta)
    yield _event(ChatCompletionResponseEventType.complete, stop_reason=stop_reason or StopReason.end_of_turn)


async def _choices(endpoint: Endpoint, path: str, body: dict[str, Any]) -> AsyncGenerator[Choice, None]:
    """What the endpoint says piece by piece; the connection is closed also where the caller leaves early."""
    async with aclosing(endpoint.stream(path, body)) as events:
        async for event in events:
            choice = first_choice(event)
            if choice is not None:
                yield choice


def _progress(
    delta: str | ToolCallDelta, log_probabilities: list[TokenLogProbs] | None = None
) -> ChatCompletionResponseStreamChunk:
    return _event(ChatCompletionResponseEventType.progress, delta, log_probabilities)


def _event(
    event_type: ChatCompletionResponseEventType,
    delta: str | ToolCallDelta = "",
    log_probabilities: list[TokenLogProbs] | None = None,
    stop_reason: StopReason | None = None,
) -> ChatCompletionResponseStreamChunk:
    event = ChatCompletionResponseEvent(
        event_type=event_type, delta=delta, logprobs=log_probabilities, stop_reason=stop_reason
    )
    return ChatCompletionResponseStreamChunk(event=event)
