"""The memory API: put documents into a bank, find passages in it."""

from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.media import URL, InterleavedTextMedia
from provider_conformance.stack.apis.memory_banks import MemoryBankDef
from provider_conformance.stack.apis.webmethod import webmethod


class MemoryBankDocument(BaseModel):
    """A document to be kept in a bank."""

    document_id: str
    content: InterleavedTextMedia | URL
    mime_type: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class Chunk(BaseModel):
    """A passage of a document."""

    content: InterleavedTextMedia
    token_count: int
    document_id: str


class QueryDocumentsResponse(BaseModel):
    """Passages that fit a query, and how well: ``scores[i]`` is about ``chunks[i]``."""

    chunks: list[Chunk]
    scores: list[float]


class MemoryBankStore(Protocol):
    """What a provider can ask the memory banks' routing table.

    The table's own method is a coroutine, and its parameter goes by another name: hence
    ``async`` and positional-only.
    """

    async def get_memory_bank(self, bank_id: str, /) -> MemoryBankDef | None:
        """The bank of that name, None without one."""


@runtime_checkable
class Memory(Protocol):
    """Keeps documents and finds passages. The routing table sets ``memory_bank_store``."""

    memory_bank_store: MemoryBankStore

    @webmethod(route="/memory/insert")
    async def insert_documents(
        self,
        bank_id: str,
        documents: list[MemoryBankDocument],
        ttl_seconds: int | None = None,
    ) -> None:
        """Keep ``documents`` in a bank; return when they can be found."""

    @webmethod(route="/memory/query")
    async def query_documents(
        self,
        bank_id: str,
        query: InterleavedTextMedia,
        params: dict[str, Any] | None = None,
    ) -> QueryDocumentsResponse:
        """The passages of a bank that fit ``query``, best first."""
