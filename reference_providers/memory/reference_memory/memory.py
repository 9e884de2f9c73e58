"""The provider: the memory protocol, and what the memory banks' routing table calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.media import URL, InterleavedTextMedia, interleaved_text_media_as_str
from provider_conformance.stack.apis.memory import (
    Chunk,
    Memory,
    MemoryBankDocument,
    MemoryBankStore,
    QueryDocumentsResponse,
)
from provider_conformance.stack.apis.memory_banks import KeywordMemoryBankDef, MemoryBankDef
from provider_conformance.stack.specs import MemoryBanksProtocolPrivate
from reference_memory.config import ReferenceMemoryConfig
from reference_memory.store import PassageStore

T = TypeVar("T")


class QueryParams(BaseModel):
    """What a query may say besides its words."""

    model_config = ConfigDict(extra="forbid")

    max_chunks: int | None = Field(default=None, gt=0)


class ReferenceMemory(Memory, MemoryBanksProtocolPrivate):
    """Keeps documents in keyword banks. Instances share nothing but a ``db_path``, where they have one."""

    memory_bank_store: MemoryBankStore  # set by the memory banks' routing table

    def __init__(self, config: ReferenceMemoryConfig) -> None:
        self._config = config
        self._store: PassageStore | None = None
        self._lock = threading.Lock()

    async def initialize(self) -> None:
        """Open the SQLite file; a second call changes nothing."""
        if self._store is None:
            self._store = await asyncio.to_thread(PassageStore, self._config.db_path)

    async def shutdown(self) -> None:
        """Close the SQLite file; may be called twice."""
        if self._store is not None:
            await self._in_thread(PassageStore.close)
            self._store = None

    async def list_memory_banks(self) -> list[MemoryBankDef]:
        """The banks that are kept, as copies: what a caller does to them changes nothing here."""
        definitions = await self._in_thread(PassageStore.banks)
        return [KeywordMemoryBankDef.model_validate_json(text) for text in definitions.values()]

    async def register_memory_bank(self, memory_bank: MemoryBankDef) -> None:
        """Keep ``memory_bank`` from now on; registering it again changes nothing.

        Raises:
            ValueError: It is not a keyword bank.
        """
        if not isinstance(memory_bank, KeywordMemoryBankDef):
            raise ValueError(
                f"memory bank {memory_bank.identifier!r}: only keyword banks are kept here, "
                f"not {memory_bank.type} banks"
            )
        identifier, definition = memory_bank.identifier, memory_bank.model_dump_json(exclude={"provider_id"})
        await self._in_thread(lambda store: store.save_bank(identifier, definition))

    async def insert_documents(
        self,
        bank_id: str,
        documents: list[MemoryBankDocument],
        ttl_seconds: int | None = None,
    ) -> None:
        """Keep ``documents``, all of them or none; one that is there already is replaced.

        Args:
            bank_id: A registered bank's identifier.
            documents: Documents of text.
            ttl_seconds: How long they are kept, None for ever.

        Raises:
            ValueError: There is no such bank, or a document is not text.
        """
        passages = [(document.document_id, self._passages(document)) for document in documents]
        await self._in_bank(bank_id, lambda store: store.replace(bank_id, passages, ttl_seconds))

    async def query_documents(
        self,
        bank_id: str,
        query: InterleavedTextMedia,
        params: dict[str, Any] | None = None,
    ) -> QueryDocumentsResponse:
        """The passages that share a word with ``query``, best first.

        Args:
            bank_id: A registered bank's identifier.
            query: Words to look for.
            params: ``{"max_chunks": n}`` for at most n passages.

        Raises:
            ValueError: There is no such bank, or ``params`` are wrong.
        """
        limit = QueryParams.model_validate(params or {}).max_chunks or self._config.max_chunks
        words = interleaved_text_media_as_str(query)
        found = await self._in_bank(bank_id, lambda store: store.search(bank_id, words, limit))
        return QueryDocumentsResponse(
            chunks=[
                Chunk(content=p.text, token_count=len(p.text.split()), document_id=p.document) for p in found
            ],
            scores=[p.score for p in found],
        )

    def _passages(self, document: MemoryBankDocument) -> list[str]:
        if isinstance(document.content, URL):
            raise ValueError(f"document {document.document_id!r}: nothing is fetched by URL, send its text")
        words = interleaved_text_media_as_str(document.content).split()
        size = self._config.chunk_words
        return [" ".join(words[start : start + size]) for start in range(0, len(words), size)]

    async def _in_bank(self, bank_id: str, work: Callable[[PassageStore], T]) -> T:
        """Do ``work`` where the bank exists."""

        def checked(store: PassageStore) -> T:
            banks = store.banks()
            if bank_id not in banks:
                known = ", ".join(sorted(banks)) or "none"
                raise ValueError(f"memory bank {bank_id!r} is not kept here; banks: {known}")
            return work(store)

        return await self._in_thread(checked)

    async def _in_thread(self, work: Callable[[PassageStore], T]) -> T:
        """Do ``work`` in a thread, so that the event loop goes on, and alone, as SQLite wants it."""
        store = self._store
        if store is None:
            raise RuntimeError("the memory provider is not initialized")

        def alone() -> T:
            with self._lock:
                return work(store)

        return await asyncio.to_thread(alone)
