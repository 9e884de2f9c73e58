"""The provider: the memory protocol, and what the memory banks' routing table calls."""

from __future__ import annotations

import time
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from provider_conformance.stack.apis.media import URL, InterleavedTextMedia, interleaved_text_media_as_str
from provider_conformance.stack.apis.memory import (
    Chunk,
    Memory,
    MemoryBankDocument,
    MemoryBankStore,
    QueryDocumentsResponse,
)
from provider_conformance.stack.apis.memory_banks import (
    KeyValueMemoryBankDef,
    KeywordMemoryBankDef,
    MemoryBankDef,
)
from provider_conformance.stack.specs import MemoryBanksProtocolPrivate
from reference_memory_volatile.config import VolatileMemoryConfig
from reference_memory_volatile.shelf import Document, Shelf, words

_KEPT: Final = (KeywordMemoryBankDef, KeyValueMemoryBankDef)


class QueryParams(BaseModel):
    """What a query may say besides its words; ``keys`` are for key-value banks."""

    model_config = ConfigDict(extra="forbid")

    max_chunks: int | None = Field(default=None, gt=0)
    keys: list[str] | None = None


class VolatileMemory(Memory, MemoryBanksProtocolPrivate):
    """Keeps documents for as long as it lives. Instances share nothing."""

    memory_bank_store: MemoryBankStore  # set by the memory banks' routing table

    def __init__(self, config: VolatileMemoryConfig) -> None:
        self._config = config
        self._banks: dict[str, MemoryBankDef] = {}
        self._shelves: dict[str, Shelf] = {}

    async def initialize(self) -> None:
        """Keep the banks of the configuration; a second call changes nothing."""
        for bank in self._config.banks:
            await self.register_memory_bank(bank)

    async def shutdown(self) -> None:
        """Let go of banks and documents; may be called twice."""
        self._banks.clear()
        self._shelves.clear()

    async def list_memory_banks(self) -> list[MemoryBankDef]:
        """The banks that are kept, as copies: what a caller does to them changes nothing here."""
        return [bank.model_copy(deep=True) for bank in self._banks.values()]

    async def register_memory_bank(self, memory_bank: MemoryBankDef) -> None:
        """Keep ``memory_bank`` from now on; registering it again changes nothing.

        Raises:
            ValueError: It is neither a keyword nor a key-value bank, or a bank of that name is kept
                already and is searched in another way.
        """
        identifier = memory_bank.identifier
        if not isinstance(memory_bank, _KEPT):
            raise ValueError(
                f"memory bank {identifier!r}: only keyword and keyvalue banks are kept here, "
                f"not {memory_bank.type} banks"
            )
        there = self._banks.get(identifier)
        if there is not None and there.type != memory_bank.type:
            raise ValueError(f"memory bank {identifier!r} is kept already, as a {there.type} bank")
        self._banks[identifier] = memory_bank.model_copy(update={"provider_id": ""}, deep=True)
        self._shelves.setdefault(identifier, Shelf(time.time))

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
        texts = {document.document_id: _text(document) for document in documents}
        self._shelf(bank_id).put(texts, ttl_seconds)

    async def query_documents(
        self,
        bank_id: str,
        query: InterleavedTextMedia,
        params: dict[str, Any] | None = None,
    ) -> QueryDocumentsResponse:
        """The documents that fit ``query``, best first.

        In a keyword bank these are the documents that share a word with it. In a key-value bank they
        are those whose ids ``params`` lists or, where it lists none, the one whose id is ``query``.

        Args:
            bank_id: A registered bank's identifier.
            query: Words to look for, or a document's id.
            params: ``{"max_chunks": n}`` for at most n documents, ``{"keys": [...]}`` for these.

        Raises:
            ValueError: There is no such bank, or ``params`` are wrong.
        """
        wanted = _params(params)
        shelf, text = self._shelf(bank_id), interleaved_text_media_as_str(query)
        if isinstance(self._banks[bank_id], KeyValueMemoryBankDef):
            found = shelf.under([text] if wanted.keys is None else wanted.keys)
        elif wanted.keys is None:
            found = shelf.about(text)
        else:
            raise ValueError(f"memory bank {bank_id!r} is searched by words: it has no keys")
        return _response(found[: wanted.max_chunks or self._config.max_chunks])

    def _shelf(self, bank_id: str) -> Shelf:
        if bank_id not in self._shelves:
            known = ", ".join(sorted(self._shelves)) or "none"
            raise ValueError(f"memory bank {bank_id!r} is not kept here; banks: {known}")
        return self._shelves[bank_id]


def _params(params: dict[str, Any] | None) -> QueryParams:
    try:
        return QueryParams.model_validate(params or {})
    except ValidationError as error:
        # A plain ValueError is what a caller did wrong; pydantic's own might be anybody's.
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ValueError(f"the params of the query are wrong: {wrong}") from error


def _text(document: MemoryBankDocument) -> str:
    if isinstance(document.content, URL):
        raise ValueError(f"document {document.document_id!r}: nothing is fetched by URL, send its text")
    return interleaved_text_media_as_str(document.content)


def _response(found: list[tuple[Document, float]]) -> QueryDocumentsResponse:
    return QueryDocumentsResponse(
        chunks=[
            Chunk(content=d.text, token_count=len(words(d.text)), document_id=d.document_id) for d, _ in found
        ],
        scores=[score for _, score in found],
    )
