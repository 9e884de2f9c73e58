"""What a turn adds to the user's words: passages from memory, and attached texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from provider_conformance.stack.apis.agent_tools import (
    AgentGraphMemoryBankConfig,
    AgentKeyValueMemoryBankConfig,
    DefaultMemoryQueryGeneratorConfig,
    MemoryBankConfig,
    MemoryToolDefinition,
)
from provider_conformance.stack.apis.agent_turns import Attachment
from provider_conformance.stack.apis.media import URL, interleaved_text_media_as_str
from provider_conformance.stack.apis.memory import Chunk, Memory
from provider_conformance.stack.apis.messages import ToolResponseMessage, UserMessage

InputMessage = UserMessage | ToolResponseMessage


async def retrieve(memory: Memory, tool: MemoryToolDefinition, messages: Iterable[InputMessage]) -> str:
    """The passages that go with ``messages``, the best of all banks first.

    Args:
        memory: Where the banks are.
        tool: Which banks to search, and how much to bring.
        messages: What the user said.

    Returns:
        The passages, one a line, as many as ``max_chunks`` and ``max_tokens_in_context`` allow.
    """
    query = _query(tool, messages)
    found: list[tuple[float, Chunk]] = []
    for bank in tool.memory_bank_configs:
        params = {"max_chunks": tool.max_chunks, **_of_its_kind(bank)}
        response = await memory.query_documents(bank.bank_id, query, params)
        found += zip(response.scores, response.chunks, strict=True)
    found.sort(key=lambda scored: -scored[0])  # stable: banks in the order of the configuration
    chunks = [chunk for _, chunk in found[: tool.max_chunks]]
    return "\n".join(_within(chunks, tool.max_tokens_in_context))


def with_context(messages: Sequence[InputMessage], context: str) -> list[InputMessage]:
    """The messages, with ``context`` added to the user's last one; unchanged where there is none."""
    changed = list(messages)
    for index in reversed(range(len(changed))):
        message = changed[index]
        if context and isinstance(message, UserMessage):
            own = [] if message.context is None else [interleaved_text_media_as_str(message.context)]
            changed[index] = message.model_copy(update={"context": "\n".join([*own, context])})
            break
    return changed


def attached(attachments: Iterable[Attachment]) -> str:
    """The texts that are attached, one after the other.

    Raises:
        NotImplementedError: One is to be fetched from somewhere.
    """
    return "\n".join(map(_attached, attachments))


def _attached(attachment: Attachment) -> str:
    if isinstance(attachment.content, URL):
        raise NotImplementedError("nothing is fetched by URL here: attach the text itself")
    return interleaved_text_media_as_str(attachment.content)


def _query(tool: MemoryToolDefinition, messages: Iterable[InputMessage]) -> str:
    generator = tool.query_generator_config
    separator = generator.sep if isinstance(generator, DefaultMemoryQueryGeneratorConfig) else " "
    return separator.join(interleaved_text_media_as_str(message.content) for message in messages)


def _of_its_kind(bank: MemoryBankConfig) -> dict[str, Any]:
    """What only banks of this kind are asked by."""
    if isinstance(bank, AgentKeyValueMemoryBankConfig):
        return {"keys": bank.keys}
    return {"entities": bank.entities} if isinstance(bank, AgentGraphMemoryBankConfig) else {}


def _within(chunks: Iterable[Chunk], max_tokens: int) -> list[str]:
    """The texts of the first chunks that together have no more than ``max_tokens``."""
    texts: list[str] = []
    for chunk in chunks:
        max_tokens -= chunk.token_count
        if max_tokens < 0:
            break
        texts.append(interleaved_text_media_as_str(chunk.content))
    return texts
