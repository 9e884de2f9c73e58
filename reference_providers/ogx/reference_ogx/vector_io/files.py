"""From a file to chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

from ogx_api import (
    Chunk,
    ChunkMetadata,
    Files,
    RetrieveFileContentRequest,
    RetrieveFileRequest,
    VectorStoreChunkingStrategy,
    VectorStoreChunkingStrategyStatic,
    VectorStoreChunkingStrategyStaticConfig,
)


async def read_text(files: Files, file_id: str) -> str:
    """The text of a file.

    Raises:
        UnicodeDecodeError: It is no text.
    """
    response: Any = await files.openai_retrieve_file_content(RetrieveFileContentRequest(file_id=file_id))
    body = getattr(response, "body", None)
    if body is not None:
        return bytes(body).decode("utf-8")
    parts = cast("AsyncIterator[str | bytes]", response.body_iterator)
    return b"".join([part.encode() if isinstance(part, str) else part async for part in parts]).decode(
        "utf-8"
    )


async def name_of(files: Files, file_id: str) -> str:
    """What a file is called; hits in its text say so."""
    return (await files.openai_retrieve_file(RetrieveFileRequest(file_id=file_id))).filename


def chunks_of(
    file_id: str, name: str, text: str, strategy: VectorStoreChunkingStrategy | None
) -> list[Chunk]:
    """The chunks of a text; a strategy's tokens are words here.

    Raises:
        NotImplementedError: The strategy wants a model to say what each chunk is about.
    """
    sizes = _sizes(strategy)
    words = text.split()
    step = max(sizes.max_chunk_size_tokens - sizes.chunk_overlap_tokens, 1)
    starts = range(0, max(len(words) - sizes.chunk_overlap_tokens, 1), step)
    parts = (words[start : start + sizes.max_chunk_size_tokens] for start in starts)
    return [_chunk(file_id, name, number, part) for number, part in enumerate(parts) if part]


def _sizes(strategy: VectorStoreChunkingStrategy | None) -> VectorStoreChunkingStrategyStaticConfig:
    if isinstance(strategy, VectorStoreChunkingStrategyStatic):
        return strategy.static
    if strategy is None or strategy.type == "auto":
        return VectorStoreChunkingStrategyStaticConfig(max_chunk_size_tokens=800, chunk_overlap_tokens=400)
    raise NotImplementedError(f"chunks cannot be cut {strategy.type!r} here; there are 'auto' and 'static'")


def _chunk(file_id: str, name: str, number: int, words: list[str]) -> Chunk:
    identifier = f"{file_id}-{number}"
    about = ChunkMetadata(chunk_id=identifier, document_id=file_id, content_token_count=len(words))
    return Chunk(
        content=" ".join(words),
        chunk_id=identifier,
        metadata={"file_id": file_id, "filename": name},
        chunk_metadata=about,
    )
