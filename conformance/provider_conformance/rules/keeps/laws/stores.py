"""Vector stores for laws: made as the router makes them, filled, and asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.hosts.running import FIRST
from provider_conformance.laws.model import DIMENSION
from provider_conformance.laws.vector_io import MODEL, STATIC, chunk

if TYPE_CHECKING:
    from provider_conformance.calling.calling import Seen
    from provider_conformance.calling.client import Client

TEXTS: Final = (
    "hello world apple",
    "hello world pear",
    "hello there plum",
    "hello again cherry",
    "hello you grape",
)
"""What chunks say: all share a word, since a store may leave out what is not near at all."""
NEAR: Final = 1e-4
"""Scores and numbers of vectors that are as near as that are the same: stores keep short floats."""
ABOUT: Final = ("embedding_model", "embedding_dimension", "vector_store_name")
"""What is worth being shown of what is registered."""


@dataclass(slots=True)
class Store:
    """A vector store.

    Attributes:
        client: Calls the provider; what it shows is about this store alone.
        id: The store's identifier.
        created: What the provider answered when it was made.
        obj: What was registered.
        given: What it was created with.
    """

    client: Client
    id: str
    created: Any
    obj: Any
    given: dict[str, Any]

    @classmethod
    async def new(cls, client: Client, **more: Any) -> Store:
        """Make a store: it is registered, and created under the identifier that it was registered with.

        Args:
            client: Who makes it; the store's calls are shown apart from those of others.
            more: What else it is created with.
        """
        own = client.apart()
        about = {"embedding_model": MODEL, "embedding_dimension": _dimension(client)}
        name = own.fresh()
        obj = await own.register(
            identifier=name, provider_resource_id=name, provider_id=FIRST, vector_store_name=name, **about
        )
        given = {"name": name, "provider_vector_store_id": name, "provider_id": FIRST, **about, **more}
        if "chunking_strategy" not in given:
            given["chunking_strategy"] = STATIC
        created = await own.answer("openai_create_vector_store", **given)
        return cls(own, name, created, obj, given)

    async def insert(self, *chunks: dict[str, Any]) -> None:
        """Insert chunks."""
        await self.client.answer("insert_chunks", vector_store_id=self.id, chunks=[*chunks])

    async def query(self, query: Any, **params: Any) -> list[tuple[Any, float]]:
        """The chunks that are found with their scores, best first as the provider has them."""
        answer = await self.client.answer(
            "query_chunks", vector_store_id=self.id, query=query, params=params or None
        )
        return [*zip(answer.chunks, answer.scores, strict=False)]

    async def found(self, query: Any, wanted: Sequence[str], **params: Any) -> list[tuple[Any, float]]:
        """The same, looked for again where the service may take a moment to have all that is wanted."""
        return await self.client.until(
            lambda: self.query(query, **params), lambda found: {*wanted} <= {c.chunk_id for c, _ in found}
        )

    def chunk(self, identifier: str, said: str, **metadata: Any) -> dict[str, Any]:
        """A chunk of this store's dimension."""
        return chunk(identifier, said, _dimension(self.client), **metadata)

    async def filled(self, count: int = len(TEXTS)) -> list[str]:
        """Insert as many chunks, c1 and on; their identifiers."""
        names = [f"c{number + 1}" for number in range(count)]
        await self.insert(
            *(
                self.chunk(name, said, number=n)
                for n, (name, said) in enumerate(zip(names, TEXTS, strict=False))
            )
        )
        return names


def _dimension(client: Client) -> int:
    """The length of vectors: what the provider's store that is registered already has."""
    told = (getattr(one, "embedding_dimension", None) for one in client.knowing.objects)
    return next((size for size in told if isinstance(size, int) and size), DIMENSION)


def names(found: Sequence[tuple[Any, float]]) -> list[str]:
    """The identifiers of what is found, in the order in which it came."""
    return [str(one.chunk_id) for one, _ in found]


def content(value: Any) -> str:
    """What a chunk says."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return " ".join(content(item) for item in value)
    return str(getattr(value, "text", value))


def close(one: Any, other: Any) -> bool:
    """Whether two vectors are the same but for how a store keeps numbers."""
    both = [[float(number) for number in vector] for vector in (one, other)]
    return len(both[0]) == len(both[1]) and all(
        math.isclose(a, b, abs_tol=NEAR) for a, b in zip(*both, strict=True)
    )


def answered(seen: Seen) -> str:
    """What came of a call, in a word or two."""
    return "answered" if seen.answered else f"{type(seen.error).__name__}"
