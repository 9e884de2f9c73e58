"""Chunks in OpenAI's shapes."""

from __future__ import annotations

from ogx_api import EmbeddedChunk, VectorStoreContent, VectorStoreSearchResponse

from reference_ogx.text import text_of
from reference_ogx.vector_io.shelf import Shelf


def hit(shelf: Shelf, chunk: EmbeddedChunk, score: float) -> VectorStoreSearchResponse:
    """A chunk that a search has found."""
    attributes = shelf.attributes_of(chunk)
    return VectorStoreSearchResponse(
        file_id=chunk.document_id or "",
        filename=str(attributes.get("filename", "")),
        score=score,
        attributes={k: v for k, v in attributes.items() if isinstance(v, str | float | bool)},
        content=[content_of(chunk, with_embedding=False, with_metadata=False)],
    )


def content_of(chunk: EmbeddedChunk, with_embedding: bool, with_metadata: bool) -> VectorStoreContent:
    """The text of a chunk, with what else is asked for."""
    return VectorStoreContent(
        type="text",
        text=text_of(chunk.content),
        embedding=chunk.embedding if with_embedding else None,
        chunk_metadata=chunk.chunk_metadata if with_metadata else None,
        metadata=chunk.metadata if with_metadata else None,
    )
