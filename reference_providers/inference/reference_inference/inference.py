"""The provider: the inference protocol, and what the models' routing table calls."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass, field

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
)
from provider_conformance.stack.apis.media import InterleavedTextMedia, interleaved_text_media_as_str
from provider_conformance.stack.apis.messages import CompletionMessage, Message, StopReason, TokenLogProbs
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING, SamplingParams
from provider_conformance.stack.apis.tools import ToolChoice, ToolDefinition, ToolPromptFormat
from provider_conformance.stack.specs import ModelsProtocolPrivate
from reference_inference.config import ReferenceInferenceConfig
from reference_inference.embeddings import embed
from reference_inference.engines import ENGINES, Engine, Token


class ReferenceInference(Inference, ModelsProtocolPrivate):
    """Serves models whose engines are embedded. Instances share nothing."""

    model_store: ModelStore  # set by the models' routing table

    def __init__(self, config: ReferenceInferenceConfig) -> None:
        self._config = config
        self._engines: dict[str, Engine] = {}
        self._models: dict[str, ModelDef] = {}

    async def initialize(self) -> None:
        """Serve the models of the configuration; a second call changes nothing."""
        for model in self._config.models:
            await self.register_model(model)

    async def shutdown(self) -> None:
        """Let go of engines and models; may be called twice."""
        self._models.clear()
        self._engines.clear()

    async def list_models(self) -> list[ModelDef]:
        """The models that are served, as copies: what a caller does to them changes nothing here."""
        return [model.model_copy(deep=True) for model in self._models.values()]

    async def register_model(self, model: ModelDef) -> None:
        """Serve ``model`` from now on; registering it again changes nothing.

        Raises:
            ValueError: ``model.llama_model`` names no engine.
        """
        engine = model.llama_model
        if engine not in ENGINES:
            known = ", ".join(sorted(ENGINES))
            raise ValueError(f"model {model.identifier!r}: no engine is called {engine!r}; there are {known}")
        if engine not in self._engines:
            self._engines[engine] = ENGINES[engine](self._config.corpus)
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
        """Continue ``content``; with ``stream`` a chunk a token, then one with the stop reason.

        Raises:
            ValueError: ``model`` is not served.
        """
        answer = self._answer(model, interleaved_text_media_as_str(content), sampling_params, logprobs)
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

        Raises:
            ValueError: ``model`` is not served, or there is no message.
            NotImplementedError: A tool call is required; the engines never call one.
        """
        if not messages:
            raise ValueError("a chat needs at least one message")
        if tools and tool_choice is ToolChoice.required:
            raise NotImplementedError("the reference engines call no tools")
        prompt = interleaved_text_media_as_str(messages[-1].content)
        answer = self._answer(model, prompt, sampling_params, logprobs)
        return _chat_chunks(answer) if stream else _chat(answer)

    async def embeddings(self, model: str, contents: list[InterleavedTextMedia]) -> EmbeddingsResponse:
        """A vector for each of ``contents``, in their order.

        Raises:
            ValueError: ``model`` is not served.
        """
        self._engine(model)
        texts = map(interleaved_text_media_as_str, contents)
        return EmbeddingsResponse(
            embeddings=[embed(text, self._config.embedding_dimension) for text in texts]
        )

    def _answer(
        self, model: str, prompt: str, sampling: SamplingParams | None, logprobs: LogProbConfig | None
    ) -> _Answer:
        """The answer to come. An unknown model is refused here: before a stream has begun."""
        sampling = sampling or DEFAULT_SAMPLING
        tokens = self._engine(model).generate(prompt, sampling)
        limit = max(sampling.max_tokens or 0, 0) or self._config.max_tokens
        return _Answer(tokens, limit, logprobs)

    def _engine(self, model: str) -> Engine:
        if model not in self._models:
            served = ", ".join(sorted(self._models)) or "none"
            raise ValueError(f"model {model!r} is not served here; served models: {served}")
        return self._engines[self._models[model].llama_model]


@dataclass(slots=True)
class _Answer:
    """An answer while it is being made; ``stop_reason`` holds once the pieces are used up."""

    tokens: Iterator[Token]
    limit: int
    logprobs: LogProbConfig | None
    stop_reason: StopReason = field(default=StopReason.end_of_turn, init=False)

    async def pieces(self) -> AsyncIterator[tuple[str, list[TokenLogProbs] | None]]:
        """Text and log probabilities of one token after another; others get their turn in between."""
        for count, token in enumerate(self.tokens):
            if count == self.limit:
                self.stop_reason = StopReason.out_of_tokens
                return
            yield token.text, _log_probabilities(token, self.logprobs)
            await asyncio.sleep(0)

    async def whole(self) -> tuple[CompletionMessage, list[TokenLogProbs] | None]:
        """All the pieces as one message, and their log probabilities where they were asked for."""
        texts: list[str] = []
        log_probabilities: list[TokenLogProbs] = []
        async for text, found in self.pieces():
            texts.append(text)
            log_probabilities.extend(found or ())
        message = CompletionMessage(content="".join(texts), stop_reason=self.stop_reason)
        return message, log_probabilities if self.logprobs else None


def _log_probabilities(token: Token, wanted: LogProbConfig | None) -> list[TokenLogProbs] | None:
    """The log probabilities of the likeliest candidates, at least one; None where nobody asked."""
    if wanted is None:
        return None
    ranked = sorted(token.candidates.items(), key=lambda item: (-item[1], item[0]))
    likeliest = ranked[: max(1, wanted.top_k or 0)]
    return [TokenLogProbs(logprobs_by_token={text: math.log(p) for text, p in likeliest})]


async def _completion(answer: _Answer) -> CompletionResponse:
    message, log_probabilities = await answer.whole()
    return CompletionResponse(completion_message=message, logprobs=log_probabilities)


async def _completion_chunks(answer: _Answer) -> AsyncIterator[CompletionResponseStreamChunk]:
    async for text, log_probabilities in answer.pieces():
        yield CompletionResponseStreamChunk(delta=text, logprobs=log_probabilities)
    yield CompletionResponseStreamChunk(delta="", stop_reason=answer.stop_reason)


async def _chat(answer: _Answer) -> ChatCompletionResponse:
    message, log_probabilities = await answer.whole()
    return ChatCompletionResponse(completion_message=message, logprobs=log_probabilities)


async def _chat_chunks(answer: _Answer) -> AsyncIterator[ChatCompletionResponseStreamChunk]:
    yield _event(ChatCompletionResponseEventType.start)
    async for text, log_probabilities in answer.pieces():
        yield _event(ChatCompletionResponseEventType.progress, text, log_probabilities)
    yield _event(ChatCompletionResponseEventType.complete, stop_reason=answer.stop_reason)


def _event(
    event_type: ChatCompletionResponseEventType,
    delta: str = "",
    log_probabilities: list[TokenLogProbs] | None = None,
    stop_reason: StopReason | None = None,
) -> ChatCompletionResponseStreamChunk:
    event = ChatCompletionResponseEvent(
        event_type=event_type, delta=delta, logprobs=log_probabilities, stop_reason=stop_reason
    )
    return ChatCompletionResponseStreamChunk(event=event)
