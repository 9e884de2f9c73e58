"""The provider: ogx's inference protocol, and what the models' routing table calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

from ogx_api import (
    HealthResponse,
    HealthStatus,
    InferenceProvider,
    Model,
    ModelNotFoundError,
    ModelsProtocolPrivate,
    ModelStore,
    ModelType,
    ModelTypeError,
    OpenAIChatCompletion,
    OpenAIChatCompletionChunk,
    OpenAIChatCompletionRequestWithExtraBody,
    OpenAIChatCompletionResponseMessage,
    OpenAIChatCompletionUsage,
    OpenAIChoice,
    OpenAIChoiceDelta,
    OpenAIChunkChoice,
    OpenAICompletion,
    OpenAICompletionChoice,
    OpenAICompletionRequestWithExtraBody,
    OpenAIEmbeddingData,
    OpenAIEmbeddingsRequestWithExtraBody,
    OpenAIEmbeddingsResponse,
    OpenAIEmbeddingUsage,
)

from reference_ogx.inference.config import ReferenceOgxInferenceConfig
from reference_ogx.inference.embeddings import embed, packed
from reference_ogx.inference.script import Answer, reply, usage
from reference_ogx.text import text_of, texts_of

CHAT = "scripted"
EMBEDDING = "hashed-words"


class ReferenceOgxInference(InferenceProvider, ModelsProtocolPrivate):
    """Serves a model that answers by script and one that embeds. Instances share nothing."""

    model_store: ModelStore | None = None  # set by the models' routing table
    __provider_id__: str = ""  # set by the resolver

    def __init__(self, config: ReferenceOgxInferenceConfig) -> None:
        self._config = config
        self._kinds = {CHAT: ModelType.llm, EMBEDDING: ModelType.embedding}

    async def initialize(self) -> None:
        """Nothing to open here; a second call changes nothing."""

    async def shutdown(self) -> None:
        """Nothing to close here; may be called twice."""

    async def health(self) -> HealthResponse:
        """Always well: there is nothing that could be down."""
        return HealthResponse(status=HealthStatus.OK)

    async def list_models(self) -> list[Model]:
        """The models that can be served, new each time: the routing table writes into them."""
        return [self._model(name, kind) for name, kind in self._kinds.items()]

    async def register_model(self, model: Model) -> Model:
        """Accept a model under any identifier, and give it back: what is returned is what the table keeps.

        There is nothing to keep here. A call names the model by its ``provider_resource_id``.

        Raises:
            ValueError: Nothing is served under its ``provider_resource_id``, or it is of another type.
        """
        kind = self._kinds.get(model.provider_resource_id or "")
        if kind is None:
            served = ", ".join(self._kinds)
            raise ValueError(
                f"model {model.identifier!r}: {model.provider_resource_id!r} is not served here; "
                f"there are {served}"
            )
        if kind != model.model_type:
            raise ValueError(
                f"model {model.identifier!r}: {model.provider_resource_id!r} is of type "
                f"{kind.value!r} and not {model.model_type.value!r}"
            )
        return model

    async def unregister_model(self, model_id: str) -> None:
        """Nothing to let go of; the routing table forgets the identifier."""

    async def should_refresh_models(self) -> bool:
        """Never: the models are the same for as long as the provider lives."""
        return False

    async def openai_completion(
        self, params: OpenAICompletionRequestWithExtraBody
    ) -> OpenAICompletion | AsyncIterator[OpenAICompletion]:
        """Answer each prompt ``n`` times; with ``stream`` a chunk a word.

        Raises:
            ModelNotFoundError: The model is not served.
            ModelTypeError: It does not write text.
        """
        self._check(params.model, ModelType.llm)
        prompts = [text for text in texts_of(params.prompt) for _ in range(params.n or 1)]
        answers = [reply(self._config.script, prompt, params.max_tokens) for prompt in prompts]
        if params.stream:
            return _completion_chunks(params, answers)
        return _completion(f"cmpl-{uuid4().hex}", params.model, list(_whole_texts(answers)), usage(answers))

    async def openai_chat_completion(
        self, params: OpenAIChatCompletionRequestWithExtraBody
    ) -> OpenAIChatCompletion | AsyncIterator[OpenAIChatCompletionChunk]:
        """Answer the last message ``n`` times; with ``stream`` a chunk a word, then one with the reason.

        Raises:
            ModelNotFoundError: The model is not served.
            ModelTypeError: It does not chat.
        """
        self._check(params.model, ModelType.llm)
        limit = params.max_completion_tokens or params.max_tokens
        answer = reply(self._config.script, text_of(params.messages[-1].content), limit)
        answers = [answer] * (params.n or 1)
        if params.stream:
            return _chat_chunks(params, answers)
        return OpenAIChatCompletion(
            id=f"chatcmpl-{uuid4().hex}",
            created=int(time.time()),
            model=params.model,
            choices=[_choice(index, answer) for index, answer in enumerate(answers)],
            usage=usage(answers),
        )

    async def openai_embeddings(
        self, params: OpenAIEmbeddingsRequestWithExtraBody
    ) -> OpenAIEmbeddingsResponse:
        """A vector for each text of the input, in their order.

        Raises:
            ModelNotFoundError: The model is not served.
            ModelTypeError: It does not embed.
        """
        self._check(params.model, ModelType.embedding)
        texts = texts_of(params.input)
        vectors = [embed(text, params.dimensions or self._config.embedding_dimension) for text in texts]
        words = sum(len(text.split()) for text in texts)
        as_text = params.encoding_format == "base64"
        return OpenAIEmbeddingsResponse(
            data=[
                OpenAIEmbeddingData(index=index, embedding=packed(vector) if as_text else vector)
                for index, vector in enumerate(vectors)
            ],
            model=params.model,
            usage=OpenAIEmbeddingUsage(prompt_tokens=words, total_tokens=words),
        )

    def _model(self, name: str, kind: ModelType) -> Model:
        """The model ``name``. The stack asks that an embedding model says how long its vectors are."""
        dimension = {"embedding_dimension": self._config.embedding_dimension}
        return Model(
            identifier=name,
            provider_resource_id=name,
            provider_id=self.__provider_id__,
            model_type=kind,
            metadata=dimension if kind is ModelType.embedding else {},
        )

    def _check(self, model: str, wanted: ModelType) -> None:
        """Refuse a model that cannot do what is asked: before a stream has begun."""
        if model not in self._kinds:
            raise ModelNotFoundError(model)
        if self._kinds[model] is not wanted:
            raise ModelTypeError(model, self._kinds[model].value, wanted.value)


def _choice(index: int, answer: Answer) -> OpenAIChoice:
    message = OpenAIChatCompletionResponseMessage(content=answer.text)
    return OpenAIChoice(index=index, message=message, finish_reason=answer.finish_reason)


async def _chat_chunks(
    params: OpenAIChatCompletionRequestWithExtraBody, answers: list[Answer]
) -> AsyncIterator[OpenAIChatCompletionChunk]:
    """The parts of an answer, all of one id; what it cost comes last, where it is asked for."""
    identifier, created = f"chatcmpl-{uuid4().hex}", int(time.time())
    for choice in _deltas(answers):
        yield OpenAIChatCompletionChunk(id=identifier, created=created, model=params.model, choices=[choice])
        await asyncio.sleep(0)
    if (params.stream_options or {}).get("include_usage"):
        yield OpenAIChatCompletionChunk(
            id=identifier, created=created, model=params.model, choices=[], usage=usage(answers)
        )


def _deltas(answers: list[Answer]) -> Iterator[OpenAIChunkChoice]:
    for index, answer in enumerate(answers):
        yield OpenAIChunkChoice(index=index, delta=OpenAIChoiceDelta(role="assistant", content=""))
        for word in answer.words:
            yield OpenAIChunkChoice(index=index, delta=OpenAIChoiceDelta(content=word))
        yield OpenAIChunkChoice(index=index, delta=OpenAIChoiceDelta(), finish_reason=answer.finish_reason)


async def _completion_chunks(
    params: OpenAICompletionRequestWithExtraBody, answers: list[Answer]
) -> AsyncIterator[OpenAICompletion]:
    """The parts of an answer, all of one id; what it cost comes last, where it is asked for."""
    identifier = f"cmpl-{uuid4().hex}"
    for index, answer in enumerate(answers):
        for word in answer.words or ("",):
            choice = OpenAICompletionChoice(index=index, text=word, finish_reason=answer.finish_reason)
            yield _completion(identifier, params.model, [choice])
            await asyncio.sleep(0)
    if (params.stream_options or {}).get("include_usage"):
        yield _completion(identifier, params.model, [], usage(answers))


def _whole_texts(answers: list[Answer]) -> Iterator[OpenAICompletionChoice]:
    for index, answer in enumerate(answers):
        yield OpenAICompletionChoice(index=index, text=answer.text, finish_reason=answer.finish_reason)


def _completion(
    identifier: str,
    model: str,
    choices: list[OpenAICompletionChoice],
    cost: OpenAIChatCompletionUsage | None = None,
) -> OpenAICompletion:
    return OpenAICompletion(id=identifier, created=int(time.time()), model=model, choices=choices, usage=cost)
