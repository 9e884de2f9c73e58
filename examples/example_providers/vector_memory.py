"""A memory provider that needs inference: it finds documents by their embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.inference import Inference
from provider_conformance.stack.apis.media import URL, InterleavedTextMedia, interleaved_text_media_as_str
from provider_conformance.stack.apis.memory import (
    Chunk,
    Memory,
    MemoryBankDocument,
    MemoryBankStore,
    QueryDocumentsResponse,
)
from provider_conformance.stack.apis.memory_banks import MemoryBankDef, VectorMemoryBankDef
from provider_conformance.stack.specs import Api, MemoryBanksProtocolPrivate


class VectorMemoryConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    banks: list[VectorMemoryBankDef] = Field(default_factory=list)

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        return {"banks": [], **kwargs}


async def get_provider_impl(config: VectorMemoryConfig, deps: Mapping[Api, Any]) -> VectorMemory:
    """Build the provider; ``deps`` has inference, which is the stack's router."""
    impl = VectorMemory(config, deps[Api.inference])
    await impl.initialize()
    return impl


class VectorMemory(Memory, MemoryBanksProtocolPrivate):
    """Keeps passages with their embeddings in plain memory."""

    memory_bank_store: MemoryBankStore  # set by the memory banks' routing table

    def __init__(self, config: VectorMemoryConfig, inference: Inference) -> None:
        self._config = config
        self._inference = inference
        self._banks: dict[str, VectorMemoryBankDef] = {}
        self._passages: dict[str, list[tuple[Chunk, list[float]]]] = {}

    async def initialize(self) -> None:
        """Keep the banks of the configuration; a second call changes nothing."""
        for bank in self._config.banks:
            await self.register_memory_bank(bank)

    async def shutdown(self) -> None:
        """Let go of banks and passages; may be called twice."""
        self._banks.clear()
        self._passages.clear()

    async def list_memory_banks(self) -> list[MemoryBankDef]:
        """The banks that are kept, as copies."""
        return [bank.model_copy() for bank in self._banks.values()]

    async def register_memory_bank(self, memory_bank: MemoryBankDef) -> None:
        """Keep ``memory_bank`` from now on; registering it again changes nothing.

        Raises:
            ValueError: It is not a vector bank.
        """
        if not isinstance(memory_bank, VectorMemoryBankDef):
            raise ValueError(f"only vector banks are kept here, not {memory_bank.type} banks")
        self._banks[memory_bank.identifier] = memory_bank.model_copy(update={"provider_id": ""})
        self._passages.setdefault(memory_bank.identifier, [])

    async def insert_documents(
        self,
        bank_id: str,
        documents: list[MemoryBankDocument],
        ttl_seconds: int | None = None,
    ) -> None:
        """Keep ``documents``; one that is there already is replaced.

        Raises:
            ValueError: There is no such bank, or a document is not text.
            NotImplementedError: They are to be forgotten in time.
        """
        if ttl_seconds is not None:
            raise NotImplementedError("nothing is forgotten in time here")
        bank = self._bank(bank_id)
        chunks = [chunk for document in documents for chunk in _chunks(document, bank.chunk_size_in_tokens)]
        vectors = await self._embed(bank, [str(chunk.content) for chunk in chunks])
        replaced = {document.document_id for document in documents}
        kept = [passage for passage in self._passages[bank_id] if passage[0].document_id not in replaced]
        self._passages[bank_id] = [*kept, *zip(chunks, vectors, strict=True)]

    async def query_documents(
        self,
        bank_id: str,
        query: InterleavedTextMedia,
        params: dict[str, Any] | None = None,
    ) -> QueryDocumentsResponse:
        """The passages that point the way of ``query``; ``params={"max_chunks": n}`` for at most n.

        Raises:
            ValueError: There is no such bank.
        """
        (wanted,) = await self._embed(self._bank(bank_id), [interleaved_text_media_as_str(query)])
        scored = [(_product(wanted, vector), chunk) for chunk, vector in self._passages[bank_id]]
        scored.sort(key=lambda passage: -passage[0])
        best = scored[: int((params or {}).get("max_chunks", 3))]
        return QueryDocumentsResponse(chunks=[chunk for _, chunk in best], scores=[s for s, _ in best])

    async def _embed(self, bank: VectorMemoryBankDef, texts: list[str]) -> list[list[float]]:
        contents: list[InterleavedTextMedia] = [*texts]
        response = await self._inference.embeddings(model=bank.embedding_model, contents=contents)
        return response.embeddings

    def _bank(self, bank_id: str) -> VectorMemoryBankDef:
        if bank_id not in self._banks:
            raise ValueError(f"memory bank {bank_id!r} is not kept here")
        return self._banks[bank_id]


def _chunks(document: MemoryBankDocument, size: int) -> list[Chunk]:
    if isinstance(document.content, URL):
        raise ValueError(f"document {document.document_id!r}: nothing is fetched by URL, send its text")
    words = interleaved_text_media_as_str(document.content).split()
    pieces = [words[start : start + size] for start in range(0, len(words), size)]
    return [
        Chunk(content=" ".join(piece), token_count=len(piece), document_id=document.document_id)
        for piece in pieces
    ]


def _product(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
