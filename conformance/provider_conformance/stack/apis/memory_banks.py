"""The memory banks API: where documents are kept, and by which provider."""

from enum import Enum
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.webmethod import webmethod


class MemoryBankType(Enum):
    """How a bank is searched."""

    vector = "vector"
    keyvalue = "keyvalue"
    keyword = "keyword"
    graph = "graph"


class CommonDef(BaseModel):
    """What all banks have; the routing table fills in ``provider_id``."""

    identifier: str
    provider_id: str = ""


class VectorMemoryBankDef(CommonDef):
    """A bank that is searched by the similarity of embedded chunks."""

    type: Literal["vector"] = "vector"
    embedding_model: str
    chunk_size_in_tokens: int
    overlap_size_in_tokens: int | None = None


class KeyValueMemoryBankDef(CommonDef):
    """A bank that is searched by key."""

    type: Literal["keyvalue"] = "keyvalue"


class KeywordMemoryBankDef(CommonDef):
    """A bank that is searched by words."""

    type: Literal["keyword"] = "keyword"


class GraphMemoryBankDef(CommonDef):
    """A bank that is searched by entities and their relations."""

    type: Literal["graph"] = "graph"


MemoryBankDef = Annotated[
    VectorMemoryBankDef | KeyValueMemoryBankDef | KeywordMemoryBankDef | GraphMemoryBankDef,
    Field(discriminator="type"),
]

MemoryBankDefWithProvider = MemoryBankDef


@runtime_checkable
class MemoryBanks(Protocol):
    """Lists, finds and registers memory banks."""

    @webmethod(route="/memory_banks/list", method="GET")
    async def list_memory_banks(self) -> list[MemoryBankDefWithProvider]:
        """All banks that can be used."""

    @webmethod(route="/memory_banks/get", method="GET")
    async def get_memory_bank(self, identifier: str) -> MemoryBankDefWithProvider | None:
        """The bank of that name, None without one."""

    @webmethod(route="/memory_banks/register", method="POST")
    async def register_memory_bank(self, memory_bank: MemoryBankDefWithProvider) -> None:
        """Have the named provider keep ``memory_bank`` too."""
