"""Vector stores: chunks with vectors, searches, files and batches of files.

A store is registered before it is created, and created under the identifier that it was registered with: so
the router does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from provider_conformance.laws.model import (
    DIMENSION,
    Guide,
    Making,
    Registers,
    Setting,
    Until,
    Way,
    fresh,
    text,
)
from provider_conformance.laws.uploaded import id_of

MODEL: Final = "conformance-embedding"
"""The model that embeds what is in a store."""
STATIC: Final = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
"""How the router has files cut where nobody says."""


def vector(said: str, dimension: int = DIMENSION) -> list[float]:
    """A vector of length 1 for a text: texts that share words are near to each other.

    Args:
        said: The text.
        dimension: How many numbers the vector has.
    """
    total = [0.0] * dimension
    for word in said.lower().split() or [""]:
        digest = hashlib.sha256(word.encode()).digest()
        for place in range(dimension):
            total[place] += 1.0 if digest[place % len(digest)] & 1 else -1.0
    length = sum(number * number for number in total) ** 0.5
    return [number / length for number in total] if length else [1.0] + [0.0] * (dimension - 1)


def chunk(identifier: str, said: str, dimension: int = DIMENSION, **metadata: Any) -> dict[str, Any]:
    """A chunk with its vector, as a client sends it.

    Args:
        identifier: Its identifier.
        said: What it says.
        dimension: The length of its vector.
        **metadata: What is known of it, beside the document that it is of.
    """
    document = f"document-of-{identifier}"
    return {
        "chunk_id": identifier,
        "content": said,
        "metadata": {"document_id": document, **metadata},
        "chunk_metadata": {"chunk_id": identifier, "document_id": document, "source": "conformance"},
        "embedding": vector(said, dimension),
        "embedding_model": MODEL,
        "embedding_dimension": dimension,
    }


def _chunks(setting: Setting) -> list[dict[str, Any]]:
    size, said = setting.dimension, setting.text
    return [
        chunk("c1", said, size, year=2020, tag="x", flag=True),
        chunk("c2", f"{said} and more", size, year=2021, tag="y", flag=False),
        chunk("c3", f'hello "quoted" Grüße {said}', size, year=2022, tag="x", flag=True),
    ]


def _filter(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


def _every(filters: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "and", "filters": [*filters]}


_SEARCHES: Final = (
    {"query": ["hello", "world"]},
    {"max_num_results": 1},
    {"filters": _filter("eq", "tag", "x")},
    {"filters": _every([_filter("gt", "year", 2020), _filter("eq", "tag", "x")])},
    {"ranking_options": {"ranker": "auto", "score_threshold": 0.0}},
    {"search_mode": "keyword"},
    {"search_mode": "hybrid"},
)
_PAGES: Final = ({"limit": 1}, {"order": "asc"})


def _another_file(setting: Setting) -> str:
    return id_of("text", setting.fresh)


GUIDE: Final = Guide(
    "vector_io",
    ways=(
        Way(
            "openai_create_vector_store",
            {
                "name": fresh,
                "metadata": {"purpose": "conformance"},
                "chunking_strategy": STATIC,
                "provider_vector_store_id": fresh,
                "provider_id": lambda s: s.provider_id,
                "embedding_model": MODEL,
                "embedding_dimension": lambda s: s.dimension,
            },
            registers=Registers(
                "provider_vector_store_id",
                {
                    "embedding_model": MODEL,
                    "embedding_dimension": lambda s: s.dimension,
                    "vector_store_name": fresh,
                },
            ),
        ),
        Way("insert_chunks", {"chunks": _chunks}, ({"chunks": lambda s: _chunks(s)[:1]},)),
        Way(
            "query_chunks",
            {"query": text, "params": {"max_chunks": 3, "score_threshold": 0.0}},
            (
                {"params": None},
                {"query": {"type": "text", "text": "hello"}},
                {"query": [{"type": "text", "text": "hello"}]},
                {"params": {"max_chunks": 1}},
                {"params": {"mode": "keyword"}},
                {"params": {"mode": "hybrid"}},
            ),
        ),
        Way("openai_list_vector_stores", others=_PAGES),
        Way("openai_retrieve_vector_store"),
        Way("openai_update_vector_store", {"name": fresh, "metadata": {"purpose": "conformance"}}),
        Way("openai_search_vector_store", {"query": text}, _SEARCHES),
        Way(
            "openai_attach_file_to_vector_store",
            {"file_id": _another_file},
            (
                {"file_id": id_of("pdf"), "attributes": {"year": 2020, "tag": "x", "flag": True}},
                {"file_id": id_of("long"), "chunking_strategy": {"type": "auto"}},
                {"file_id": id_of("long", "static"), "chunking_strategy": STATIC},
            ),
        ),
        Way("openai_list_files_in_vector_store", others=(*_PAGES, {"filter": "completed"})),
        Way("openai_retrieve_vector_store_file"),
        Way(
            "openai_retrieve_vector_store_file_contents",
            others=({"include_embeddings": True, "include_metadata": True},),
        ),
        Way("openai_update_vector_store_file", {"attributes": {"tag": "y"}}),
        Way(
            "openai_create_vector_store_file_batch",
            {"file_ids": lambda s: [id_of("text", f"{s.fresh}-{number}") for number in range(3)]},
            (
                {
                    "file_ids": [],
                    "files": lambda s: [
                        {"file_id": id_of("text", f"{s.fresh}-one"), "attributes": {"tag": "z"}}
                    ],
                },
            ),
        ),
        Way(
            "openai_retrieve_vector_store_file_batch",
            until=Until("openai_retrieve_vector_store_file_batch", "status", ("completed", "failed")),
        ),
        Way("openai_list_files_in_vector_store_file_batch", others=_PAGES),
        Way("openai_cancel_vector_store_file_batch", uses_up=("batch_id",)),
        Way("openai_delete_vector_store_file", uses_up=("file_id",)),
        Way("openai_delete_vector_store", uses_up=("vector_store_id",)),
    ),
    makes=(
        Making("vector_store_id", "openai_create_vector_store"),
        Making("file_id", "openai_attach_file_to_vector_store"),
        Making("batch_id", "openai_create_vector_store_file_batch"),
    ),
    listings=("openai_list_vector_stores",),
)
