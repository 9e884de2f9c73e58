"""Routers: they answer for a routed API by calling the provider that serves what is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

from provider_conformance.stack.apis.inference import (
    ChatCompletionResponse,
    ChatCompletionResponseStreamChunk,
    CompletionResponse,
    CompletionResponseStreamChunk,
    EmbeddingsResponse,
    Inference,
    LogProbConfig,
)
from provider_conformance.stack.apis.media import InterleavedTextMedia
from provider_conformance.stack.apis.memory import Memory, MemoryBankDocument, QueryDocumentsResponse
from provider_conformance.stack.apis.messages import Message
from provider_conformance.stack.apis.safety import RunShieldResponse, Safety
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING, SamplingParams
from provider_conformance.stack.apis.tools import ToolChoice, ToolDefinition, ToolPromptFormat
from provider_conformance.stack.specs import Api, RoutingTable

__all__ = ["ROUTERS", "InferenceRouter", "MemoryRouter", "SafetyRouter"]


class InferenceRouter(Inference):
    """Calls the provider that serves a model."""

    def __init__(self, routing_table: RoutingTable) -> None:
        self._table = routing_table

    def completion(
        self,
        model: str,
        content: InterleavedTextMedia,
        sampling_params: SamplingParams | None = DEFAULT_SAMPLING,
        stream: bool | None = False,
        logprobs: LogProbConfig | None = None,
    ) -> Awaitable[CompletionResponse] | AsyncIterator[CompletionResponseStreamChunk]:
        """Continue ``content``: whatever the model's provider returns, handed on as it is.

        Raises:
            NotServedError: No provider serves the model.
        """
        answer: Awaitable[CompletionResponse] | AsyncIterator[CompletionResponseStreamChunk]
        answer = self._table.get_provider_impl(model).completion(
            model=model,
            content=content,
            sampling_params=sampling_params,
            stream=stream,
            logprobs=logprobs,
        )
        return answer

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
        """Answer ``messages``: whatever the model's provider returns, handed on as it is.

        Raises:
            NotServedError: No provider serves the model.
        """
        answer: Awaitable[ChatCompletionResponse] | AsyncIterator[ChatCompletionResponseStreamChunk]
        answer = self._table.get_provider_impl(model).chat_completion(
            model=model,
            messages=messages,
            sampling_params=sampling_params,
            tools=tools or [],
            tool_choice=tool_choice,
            tool_prompt_format=tool_prompt_format,
            stream=stream,
            logprobs=logprobs,
        )
        return answer

    async def embeddings(self, model: str, contents: list[InterleavedTextMedia]) -> EmbeddingsResponse:
        """A vector for each of ``contents``.

        Raises:
            NotServedError: No provider serves the model.
        """
        provider: Inference = self._table.get_provider_impl(model)
        return await provider.embeddings(model=model, contents=contents)


class SafetyRouter(Safety):
    """Calls the provider that runs a shield."""

    def __init__(self, routing_table: RoutingTable) -> None:
        self._table = routing_table

    async def run_shield(
        self,
        shield_type: str,
        messages: list[Message],
        params: dict[str, Any] | None = None,
    ) -> RunShieldResponse:
        """The verdict on ``messages`` of the shield whose identifier is ``shield_type``.

        Raises:
            NotServedError: No provider runs the shield.
        """
        provider: Safety = self._table.get_provider_impl(shield_type)
        return await provider.run_shield(shield_type=shield_type, messages=messages, params=params)


class MemoryRouter(Memory):
    """Calls the provider that keeps a memory bank."""

    def __init__(self, routing_table: RoutingTable) -> None:
        self._table = routing_table

    async def insert_documents(
        self,
        bank_id: str,
        documents: list[MemoryBankDocument],
        ttl_seconds: int | None = None,
    ) -> None:
        """Keep ``documents`` in a bank; return when they can be found.

        Raises:
            NotServedError: No provider keeps the bank.
        """
        provider: Memory = self._table.get_provider_impl(bank_id)
        await provider.insert_documents(bank_id, documents, ttl_seconds)

    async def query_documents(
        self,
        bank_id: str,
        query: InterleavedTextMedia,
        params: dict[str, Any] | None = None,
    ) -> QueryDocumentsResponse:
        """The passages of a bank that fit ``query``, best first.

        Raises:
            NotServedError: No provider keeps the bank.
        """
        provider: Memory = self._table.get_provider_impl(bank_id)
        return await provider.query_documents(bank_id, query, params)


ROUTERS: Final[Mapping[Api, Callable[[RoutingTable], Any]]] = {
    Api.inference: InferenceRouter,
    Api.safety: SafetyRouter,
    Api.memory: MemoryRouter,
}
"""The router of each routed API."""
