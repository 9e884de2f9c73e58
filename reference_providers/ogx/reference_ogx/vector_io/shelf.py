"""What is kept of one vector store. Nothing here waits for anything."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ogx_api import (
    BatchNotFoundError,
    EmbeddedChunk,
    OpenAIFileObjectNotFoundError,
    VectorStoreFileBatchObject,
    VectorStoreFileCounts,
    VectorStoreFileObject,
    VectorStoreObject,
)

from reference_ogx.vector_io.filters import Filter, lets_through


@dataclass(frozen=True, slots=True)
class Kept:
    """A chunk, and the time at which it is forgotten: seconds of the clock, None for never."""

    chunk: EmbeddedChunk
    expires: float | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that were attached together, at ``created_at``."""

    created_at: int
    file_ids: tuple[str, ...]


@dataclass(slots=True)
class Shelf:
    """One vector store.

    Attributes:
        about: What it was created with; its counts are not kept here, see :meth:`described`.
        embedding_model: The identifier of the model that embeds what is looked for.
        dimension: The length of the vectors.
        kept: The chunks by id, in the order in which they came.
        files: The attached files by id.
        batches: The batches by id.
    """

    about: VectorStoreObject
    embedding_model: str
    dimension: int
    kept: dict[str, Kept] = field(default_factory=dict)
    files: dict[str, VectorStoreFileObject] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)

    @classmethod
    def new(cls, identifier: str, name: str, embedding_model: str, dimension: int) -> Shelf:
        """An empty store."""
        now = int(time.time())
        about = VectorStoreObject(
            id=identifier,
            name=name,
            created_at=now,
            last_active_at=now,
            status="completed",
            file_counts=counts([]),
        )
        return cls(about, embedding_model, dimension)

    def described(self) -> VectorStoreObject:
        """The store as callers see it; a copy, with its files counted."""
        counted = counts([file.status for file in self.files.values()])
        usage = sum(file.usage_bytes for file in self.files.values())
        update = {"file_counts": counted, "usage_bytes": usage}
        return self.about.model_copy(deep=True, update=update)

    def insert(self, chunks: Sequence[EmbeddedChunk], ttl: int | None) -> None:
        """Keep chunks, all of them or none; one that is there already is replaced.

        Raises:
            ValueError: A vector is not as long as those of the store.
        """
        for chunk in chunks:
            if len(chunk.embedding) != self.dimension:
                raise ValueError(
                    f"chunk {chunk.chunk_id!r}: its vector has {len(chunk.embedding)} numbers and those of "
                    f"{self.about.id!r} have {self.dimension}"
                )
        expires = None if ttl is None else time.time() + ttl
        for chunk in chunks:
            self.kept[chunk.chunk_id] = Kept(chunk.model_copy(deep=True), expires)

    def search(
        self, vector: list[float], limit: int, least: float, wanted: Filter | None
    ) -> list[tuple[EmbeddedChunk, float]]:
        """The chunks that point most nearly where ``vector`` does, best first, as copies.

        Args:
            vector: What is looked for.
            limit: How many at most.
            least: The lowest score, a cosine, that counts.
            wanted: What their attributes must be.
        """
        found = [(chunk, cosine(vector, chunk.embedding)) for chunk in self._alive(wanted)]
        found = sorted((pair for pair in found if pair[1] >= least), key=lambda pair: -pair[1])
        return [(chunk.model_copy(deep=True), score) for chunk, score in found[:limit]]

    def file(self, file_id: str) -> VectorStoreFileObject:
        """A file, as a copy.

        Raises:
            OpenAIFileObjectNotFoundError: There is no such file.
        """
        if file_id not in self.files:
            raise OpenAIFileObjectNotFoundError(file_id)
        return self.files[file_id].model_copy(deep=True)

    def files_of(self, file_ids: Iterable[str], status: str | None) -> list[VectorStoreFileObject]:
        """Those files that are still there, as copies; of one status, unless it is None."""
        there = [self.file(file_id) for file_id in file_ids if file_id in self.files]
        return [file for file in there if status in (None, file.status)]

    def batch(self, batch_id: str) -> Batch:
        """A batch.

        Raises:
            BatchNotFoundError: There is no such batch.
        """
        if batch_id not in self.batches:
            raise BatchNotFoundError(batch_id)
        return self.batches[batch_id]

    def described_batch(self, batch_id: str) -> VectorStoreFileBatchObject:
        """A batch as callers see it, with its files counted.

        Raises:
            BatchNotFoundError: There is no such batch.
        """
        batch = self.batch(batch_id)
        return VectorStoreFileBatchObject(
            id=batch_id,
            created_at=batch.created_at,
            vector_store_id=self.about.id,
            status="completed",
            file_counts=counts([file.status for file in self.files_of(batch.file_ids, None)]),
        )

    def chunks_of(self, file_id: str) -> list[EmbeddedChunk]:
        """The chunks of a file, in their order."""
        return [chunk for chunk in self._alive(None) if chunk.document_id == file_id]

    def drop_file(self, file_id: str) -> None:
        """Forget a file and its chunks."""
        del self.files[file_id]
        self.kept = {name: kept for name, kept in self.kept.items() if kept.chunk.document_id != file_id}

    def attributes_of(self, chunk: EmbeddedChunk) -> dict[str, Any]:
        """What a chunk says of itself, and the attributes of its file as they are now."""
        file = self.files.get(chunk.document_id or "")
        return {**chunk.metadata, **((file.attributes if file else None) or {})}

    def _alive(self, wanted: Filter | None) -> Iterator[EmbeddedChunk]:
        now = time.time()
        for kept in self.kept.values():
            if (kept.expires is None or kept.expires > now) and lets_through(
                wanted, self.attributes_of(kept.chunk)
            ):
                yield kept.chunk


def counts(statuses: Sequence[str]) -> VectorStoreFileCounts:
    """How many files there are, by their status."""
    by_status: Mapping[str, int] = Counter(statuses)
    names = ("completed", "cancelled", "failed", "in_progress")
    return VectorStoreFileCounts(**{name: by_status.get(name, 0) for name in names}, total=len(statuses))


def cosine(a: list[float], b: list[float]) -> float:
    """The cosine of the angle between two vectors; 0 where one of them points nowhere."""
    length = math.hypot(*a) * math.hypot(*b)
    return math.sumprod(a, b) / length if length else 0.0
