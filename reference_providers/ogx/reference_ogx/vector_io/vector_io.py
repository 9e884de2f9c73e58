"""The provider: ogx's vector store protocol, and what the vector stores' routing table calls."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import Body
from ogx_api import (
    Files,
    HealthResponse,
    HealthStatus,
    InferenceProvider,
    InsertChunksRequest,
    OpenAICreateVectorStoreRequestWithExtraBody,
    OpenAISearchVectorStoreRequest,
    OpenAIUpdateVectorStoreRequest,
    QueryChunksRequest,
    QueryChunksResponse,
    VectorIO,
    VectorStore,
    VectorStoreDeleteResponse,
    VectorStoreListResponse,
    VectorStoreObject,
    VectorStoreSearchResponsePage,
    VectorStoresProtocolPrivate,
    VectorStoreTable,
)

from reference_ogx.paging import page
from reference_ogx.text import text_of
from reference_ogx.vector_io.answers import hit
from reference_ogx.vector_io.config import ReferenceOgxVectorIOConfig
from reference_ogx.vector_io.filters import read_filter
from reference_ogx.vector_io.shelf import Shelf
from reference_ogx.vector_io.store_files import StoreFiles


class ReferenceOgxVectorIO(StoreFiles, VectorIO, VectorStoresProtocolPrivate):
    """Keeps vector stores for as long as it lives. Instances share nothing."""

    vector_store_table: VectorStoreTable | None = None
    __provider_id__: str = ""  # set by the resolver

    def __init__(
        self, config: ReferenceOgxVectorIOConfig, inference: InferenceProvider, files: Files | None
    ) -> None:
        super().__init__(inference, files)
        self._config = config

    async def initialize(self) -> None:
        """Nothing to open here; a second call changes nothing."""

    async def shutdown(self) -> None:
        """Let go of the stores; may be called twice."""
        self._shelves.clear()

    async def health(self) -> HealthResponse:
        """Always well: there is nothing that could be down."""
        return HealthResponse(status=HealthStatus.OK)

    async def register_vector_store(self, vector_store: VectorStore) -> None:
        """Keep chunks for ``vector_store`` from now on; registering it again keeps what it holds."""
        if vector_store.identifier not in self._shelves:
            self._shelves[vector_store.identifier] = Shelf.new(
                vector_store.identifier,
                vector_store.vector_store_name or vector_store.identifier,
                vector_store.embedding_model,
                vector_store.embedding_dimension,
            )

    async def unregister_vector_store(self, vector_store_id: str) -> None:
        """Let go of a store and its chunks; of one that is gone already there is nothing to let go."""
        self._shelves.pop(vector_store_id, None)

    async def _ensure_openai_metadata_exists(self, vector_store: VectorStore) -> None:
        """Nothing to do: registering has made it. The routing table warns of providers without this."""

    async def insert_chunks(self, request: InsertChunksRequest) -> None:
        """Keep chunks, all of them or none; one that is there already is replaced.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            ValueError: A vector is not as long as those of the store.
        """
        self._shelf(request.vector_store_id).insert(request.chunks, request.ttl_seconds)

    async def query_chunks(self, request: QueryChunksRequest) -> QueryChunksResponse:
        """The chunks nearest to the query, best first.

        Args:
            request: Of its ``params`` ``max_chunks``, ``score_threshold``, ``filters`` and ``mode``
                are looked at.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            NotImplementedError: The mode is not "vector".
        """
        shelf, params = self._shelf(request.vector_store_id), request.params or {}
        mode = params.get("mode") or "vector"
        if mode != "vector":
            raise NotImplementedError(f"nothing can be found by {mode!r} here, there is 'vector'")
        (vector,) = await self._embed(shelf, [text_of(request.query)])
        found = shelf.search(
            vector,
            params.get("max_chunks") or self._config.max_chunks,
            params.get("score_threshold") or 0.0,
            read_filter(params.get("filters")),
        )
        return QueryChunksResponse(chunks=[c for c, _ in found], scores=[score for _, score in found])

    async def openai_create_vector_store(
        self, params: Annotated[OpenAICreateVectorStoreRequestWithExtraBody, Body(...)]
    ) -> VectorStoreObject:
        """Make a store, or fill in the one that the router has registered just before, and attach files.

        Raises:
            ValueError: It is not said what embeds for it, and how long vectors are.
        """
        extra = {**(params.metadata or {}), **(params.model_extra or {})}
        name = extra.get("provider_vector_store_id") or f"vs_{uuid4()}"
        if name not in self._shelves:
            if not extra.get("embedding_model") or not extra.get("embedding_dimension"):
                raise ValueError("a vector store needs `embedding_model` and `embedding_dimension`")
            model, dimension = str(extra["embedding_model"]), int(extra["embedding_dimension"])
            self._shelves[name] = Shelf.new(name, "", model, dimension)
        shelf = self._shelves[name]
        shelf.about.name = params.name or ""
        shelf.about.expires_after = params.expires_after
        shelf.about.metadata = self._metadata(shelf, params.metadata)
        for file_id in params.file_ids or ():
            await self._attach(shelf, file_id, {}, params.chunking_strategy)
        return shelf.described()

    async def openai_list_vector_stores(
        self,
        limit: int | None = 20,
        order: str | None = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> VectorStoreListResponse:
        """A page of the stores."""
        every = [shelf.described() for shelf in self._shelves.values()]
        data, more, ends = page(every, limit, order, after, before)
        return VectorStoreListResponse(data=data, has_more=more, first_id=ends[0], last_id=ends[1])

    async def openai_retrieve_vector_store(self, vector_store_id: str) -> VectorStoreObject:
        """A store.

        Raises:
            VectorStoreNotFoundError: There is no such store.
        """
        return self._shelf(vector_store_id).described()

    async def openai_update_vector_store(
        self, vector_store_id: str, request: OpenAIUpdateVectorStoreRequest
    ) -> VectorStoreObject:
        """Change what a store says of itself; what the request leaves out stays.

        Raises:
            VectorStoreNotFoundError: There is no such store.
        """
        shelf = self._shelf(vector_store_id)
        if request.name is not None:
            shelf.about.name = request.name
        if request.expires_after is not None:
            shelf.about.expires_after = request.expires_after
        if request.metadata is not None:
            shelf.about.metadata = self._metadata(shelf, request.metadata)
        return shelf.described()

    async def openai_delete_vector_store(self, vector_store_id: str) -> VectorStoreDeleteResponse:
        """Let go of a store; the routing table unregisters it too.

        Raises:
            VectorStoreNotFoundError: There is no such store.
        """
        self._shelf(vector_store_id)
        del self._shelves[vector_store_id]
        return VectorStoreDeleteResponse(id=vector_store_id, deleted=True)

    async def openai_search_vector_store(
        self, vector_store_id: str, request: OpenAISearchVectorStoreRequest
    ) -> VectorStoreSearchResponsePage:
        """What :meth:`query_chunks` finds, in OpenAI's shape.

        Raises:
            VectorStoreNotFoundError: There is no such store.
            NotImplementedError: The search mode is not "vector".
        """
        shelf = self._shelf(vector_store_id)
        queries = request.query if isinstance(request.query, list) else [request.query]
        ranking = request.ranking_options
        params: dict[str, Any] = {
            "max_chunks": request.max_num_results,
            "score_threshold": ranking.score_threshold if ranking else None,
            "filters": request.filters,
            "mode": request.search_mode,
        }
        found = await self.query_chunks(
            QueryChunksRequest(vector_store_id=vector_store_id, query=" ".join(queries), params=params)
        )
        data = [hit(shelf, *pair) for pair in zip(found.chunks, found.scores, strict=True)]
        return VectorStoreSearchResponsePage(search_query=queries, data=data, has_more=False)

    def _metadata(self, shelf: Shelf, given: dict[str, Any] | None) -> dict[str, Any]:
        """What a store says of itself: what callers gave, and what ogx's own providers add."""
        return {
            **(given or {}),
            "provider_id": self.__provider_id__,
            "provider_vector_store_id": shelf.about.id,
            "embedding_model": shelf.embedding_model,
            "embedding_dimension": str(shelf.dimension),
        }
