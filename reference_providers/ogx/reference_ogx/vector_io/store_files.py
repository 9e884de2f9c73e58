"""The part of the protocol that is about files: attached, listed, read, let go, one by one or in batches."""

from __future__ import annotations

import time
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Body, Query
from ogx_api import (
    Chunk,
    EmbeddedChunk,
    Files,
    InferenceProvider,
    OpenAIAttachFileRequest,
    OpenAICreateVectorStoreFileBatchRequestWithExtraBody,
    OpenAIEmbeddingsRequestWithExtraBody,
    OpenAIUpdateVectorStoreFileRequest,
    VectorStoreChunkingStrategy,
    VectorStoreChunkingStrategyAuto,
    VectorStoreFileBatchObject,
    VectorStoreFileContentResponse,
    VectorStoreFileDeleteResponse,
    VectorStoreFileLastError,
    VectorStoreFileObject,
    VectorStoreFilesListInBatchResponse,
    VectorStoreFileStatus,
    VectorStoreListFilesResponse,
    VectorStoreNotFoundError,
)

from reference_ogx.paging import page
from reference_ogx.text import text_of
from reference_ogx.vector_io.answers import content_of
from reference_ogx.vector_io.files import chunks_of, name_of, read_text
from reference_ogx.vector_io.shelf import Batch, Shelf


class StoreFiles:
    """The files of vector stores. It comes before the protocol among a provider's bases, or its stubs win."""

    def __init__(self, inference: InferenceProvider, files: Files | None) -> None:
        self._inference = inference
        self._files = files
        self._shelves: dict[str, Shelf] = {}

    async def openai_attach_file_to_vector_store(
        self, vector_store_id: str, request: OpenAIAttachFileRequest
    ) -> VectorStoreFileObject:
        """Keep the chunks of a file; one that is attached already stays as it is.

        Returns:
            The file; where it could not be read, its ``last_error`` says why.

        Raises:
            VectorStoreNotFoundError: There is no such store.
        """
        shelf = self._shelf(vector_store_id)
        await self._attach(shelf, request.file_id, request.attributes or {}, request.chunking_strategy)
        return shelf.file(request.file_id)

    async def openai_list_files_in_vector_store(
        self,
        vector_store_id: str,
        limit: int | None = 20,
        order: str | None = "desc",
        after: str | None = None,
        before: str | None = None,
        filter: VectorStoreFileStatus | None = None,  # noqa: A002 (the protocol's name)
    ) -> VectorStoreListFilesResponse:
        """A page of a store's files; ``filter`` leaves those of one status.

        Raises:
            VectorStoreNotFoundError: There is no such store.
        """
        shelf = self._shelf(vector_store_id)
        data, more, ends = page(shelf.files_of(shelf.files, filter), limit, order, after, before)
        return VectorStoreListFilesResponse(data=data, has_more=more, first_id=ends[0], last_id=ends[1])

    async def openai_retrieve_vector_store_file(
        self, vector_store_id: str, file_id: str
    ) -> VectorStoreFileObject:
        """A file of a store.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            OpenAIFileObjectNotFoundError: It has no such file.
        """
        return self._shelf(vector_store_id).file(file_id)

    async def openai_retrieve_vector_store_file_contents(
        self,
        vector_store_id: str,
        file_id: str,
        include_embeddings: Annotated[bool | None, Query()] = False,
        include_metadata: Annotated[bool | None, Query()] = False,
    ) -> VectorStoreFileContentResponse:
        """The chunks of a file.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            OpenAIFileObjectNotFoundError: It has no such file.
        """
        shelf = self._shelf(vector_store_id)
        shelf.file(file_id)
        data = [
            content_of(chunk, bool(include_embeddings), bool(include_metadata))
            for chunk in shelf.chunks_of(file_id)
        ]
        return VectorStoreFileContentResponse(data=data, has_more=False)

    async def openai_update_vector_store_file(
        self, vector_store_id: str, file_id: str, request: OpenAIUpdateVectorStoreFileRequest
    ) -> VectorStoreFileObject:
        """Give a file other attributes; searches go by them from now on.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            OpenAIFileObjectNotFoundError: It has no such file.
        """
        shelf = self._shelf(vector_store_id)
        told = shelf.file(file_id).model_dump()
        shelf.files[file_id] = VectorStoreFileObject(**{**told, "attributes": request.attributes})
        return shelf.file(file_id)

    async def openai_delete_vector_store_file(
        self, vector_store_id: str, file_id: str
    ) -> VectorStoreFileDeleteResponse:
        """Let go of a file and its chunks.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            OpenAIFileObjectNotFoundError: It has no such file.
        """
        shelf = self._shelf(vector_store_id)
        shelf.file(file_id)
        shelf.drop_file(file_id)
        return VectorStoreFileDeleteResponse(id=file_id, deleted=True)

    async def openai_create_vector_store_file_batch(
        self,
        vector_store_id: str,
        params: Annotated[OpenAICreateVectorStoreFileBatchRequestWithExtraBody, Body(...)],
    ) -> VectorStoreFileBatchObject:
        """Attach files, one after the other; the batch is complete when this returns.

        Raises:
            VectorStoreNotFoundError: There is no such store.
        """
        shelf = self._shelf(vector_store_id)
        for file_id in params.file_ids:
            await self._attach(shelf, file_id, params.attributes or {}, params.chunking_strategy)
        for entry in params.files or ():
            await self._attach(shelf, entry.file_id, entry.attributes or {}, entry.chunking_strategy)
        file_ids = (*params.file_ids, *(entry.file_id for entry in params.files or ()))
        batch_id = f"batch_{uuid4()}"
        shelf.batches[batch_id] = Batch(int(time.time()), file_ids)
        return shelf.described_batch(batch_id)

    async def openai_retrieve_vector_store_file_batch(
        self, batch_id: str, vector_store_id: str
    ) -> VectorStoreFileBatchObject:
        """A batch.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            BatchNotFoundError: It has no such batch.
        """
        return self._shelf(vector_store_id).described_batch(batch_id)

    async def openai_list_files_in_vector_store_file_batch(
        self,
        batch_id: str,
        vector_store_id: str,
        after: str | None = None,
        before: str | None = None,
        filter: str | None = None,  # noqa: A002 (the protocol's name)
        limit: int | None = 20,
        order: str | None = "desc",
    ) -> VectorStoreFilesListInBatchResponse:
        """A page of a batch's files.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            BatchNotFoundError: It has no such batch.
        """
        shelf = self._shelf(vector_store_id)
        files = shelf.files_of(shelf.batch(batch_id).file_ids, filter)
        data, more, ends = page(files, limit, order, after, before)
        return VectorStoreFilesListInBatchResponse(
            data=data, has_more=more, first_id=ends[0], last_id=ends[1]
        )

    async def openai_cancel_vector_store_file_batch(
        self, batch_id: str, vector_store_id: str
    ) -> VectorStoreFileBatchObject:
        """The batch as it is: nothing of it is still under way.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            BatchNotFoundError: It has no such batch.
        """
        return self._shelf(vector_store_id).described_batch(batch_id)

    def _shelf(self, vector_store_id: str) -> Shelf:
        if vector_store_id not in self._shelves:
            raise VectorStoreNotFoundError(vector_store_id)
        return self._shelves[vector_store_id]

    async def _embed(self, shelf: Shelf, texts: list[str]) -> list[list[float]]:
        params = OpenAIEmbeddingsRequestWithExtraBody(model=shelf.embedding_model, input=texts)
        response = await self._inference.openai_embeddings(params)
        return [vector.embedding for vector in response.data if isinstance(vector.embedding, list)]

    async def _attach(
        self,
        shelf: Shelf,
        file_id: str,
        attributes: dict[str, Any],
        strategy: VectorStoreChunkingStrategy | None,
    ) -> None:
        """Attach a file. What goes wrong with it stands in its record: that is where callers look."""
        if file_id in shelf.files:
            return
        file = VectorStoreFileObject(
            id=file_id,
            attributes=attributes,
            chunking_strategy=strategy or VectorStoreChunkingStrategyAuto(),
            created_at=int(time.time()),
            status="completed",
            vector_store_id=shelf.about.id,
        )
        try:
            file.usage_bytes = await self._keep(shelf, file_id, strategy)
        except Exception as error:
            file.status, file.last_error = "failed", _last_error(error)
        shelf.files[file_id] = file

    async def _keep(self, shelf: Shelf, file_id: str, strategy: VectorStoreChunkingStrategy | None) -> int:
        """Read a file and keep its chunks.

        Returns:
            How many bytes of text they hold.
        """
        if self._files is None:
            raise RuntimeError("files cannot be attached: the stack has no provider of `files`")
        name = await name_of(self._files, file_id)
        chunks = chunks_of(file_id, name, await read_text(self._files, file_id), strategy)
        vectors = await self._embed(shelf, [text_of(chunk.content) for chunk in chunks]) if chunks else []
        embedded = [_embedded(shelf, *pair) for pair in zip(chunks, vectors, strict=True)]
        shelf.insert(embedded, None)
        return sum(len(text_of(chunk.content).encode()) for chunk in chunks)


def _embedded(shelf: Shelf, chunk: Chunk, vector: list[float]) -> EmbeddedChunk:
    return EmbeddedChunk(
        **chunk.model_dump(),
        embedding=vector,
        embedding_model=shelf.embedding_model,
        embedding_dimension=len(vector),
    )


def _last_error(error: Exception) -> VectorStoreFileLastError:
    unreadable = isinstance(error, UnicodeDecodeError)
    return VectorStoreFileLastError(
        code="unsupported_file" if unreadable else "server_error", message=str(error)
    )
