"""Made-up files, processors of them and vector stores: what is kept comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.laws.model import DIMENSION, TEXT, Upload
from provider_conformance.laws.uploaded import id_of, uploaded
from provider_conformance.laws.vector_io import chunk
from provider_conformance.neighbours.heard import Content, Handler, Heard, NotThereError

_CREATED: Final = 1_700_000_000


def _file(heard: Heard) -> Upload:
    """The file that a call is about.

    Raises:
        NotThereError: There is none of that identifier.
    """
    identifier = heard.get("file_id", "")
    kept = heard.kept.get(identifier, _GONE)
    found = uploaded(str(identifier)) if kept is _GONE else kept
    if found is None:
        raise NotThereError(f"there is no file {identifier!r}")
    return found


_GONE: Final = object()


def _told(identifier: str, file: Upload, purpose: str = "assistants") -> dict[str, Any]:
    about = {"id": identifier, "created_at": _CREATED, "expires_at": _CREATED + 3600, "purpose": purpose}
    return {**about, "bytes": len(file.data), "filename": file.name, "status": "uploaded"}


async def upload(heard: Heard) -> Any:
    """Keep a file."""
    given = heard.get("file")
    data = await given.read()
    identifier = f"file-kept-{len(heard.kept)}"
    file = heard.kept[identifier] = Upload(bytes(data), str(getattr(given, "filename", None) or "unnamed"))
    return _told(identifier, file, getattr(heard.get("purpose"), "value", heard.get("purpose", "assistants")))


async def retrieve(heard: Heard) -> Any:
    """What is known of a file."""
    return _told(heard.get("file_id"), _file(heard))


async def content(heard: Heard) -> Any:
    """A file's bytes."""
    return Content(_file(heard).data)


async def delete(heard: Heard) -> Any:
    """Forget a file."""
    _file(heard)
    heard.kept[heard.get("file_id")] = None
    return {"id": heard.get("file_id"), "deleted": True}


async def listed(heard: Heard) -> Any:
    """The files that were uploaded."""
    data = [_told(name, file) for name, file in heard.kept.items() if isinstance(file, Upload)]
    return {"data": data, "has_more": False, "first_id": "", "last_id": ""}


async def process(heard: Heard) -> Any:
    """One chunk with the text of a file, under an identifier that follows from the file's."""
    identifier = heard.get("file_id", "")
    given = heard.get("file")
    data = await given.read() if given is not None else _file(heard).data
    made = chunk(f"chunk-of-{identifier or 'upload'}", bytes(data).decode("utf-8", "replace") or TEXT)
    for name in ("embedding", "embedding_model", "embedding_dimension"):
        del made[name]
    made["metadata"]["document_id"] = made["chunk_metadata"]["document_id"] = identifier or "upload"
    return {"chunks": [made], "metadata": {"processor": "conformance"}}


async def query(_heard: Heard) -> Any:
    """Two chunks that fit."""
    size = DIMENSION
    return {"chunks": [chunk("c1", TEXT, size), chunk("c2", f"{TEXT} again", size)], "scores": [1.0, 0.5]}


async def search(heard: Heard) -> Any:
    """Two hits."""
    asked = heard.get("query", "")
    data = [
        {
            "file_id": id_of("text", str(number)),
            "filename": "hello.txt",
            "score": 1.0 / (number + 1),
            "attributes": {},
            "content": [{"type": "text", "text": TEXT}],
        }
        for number in range(2)
    ]
    queries = asked if isinstance(asked, list) else [str(asked)]
    return {"search_query": queries, "data": data, "has_more": False}


async def store(heard: Heard) -> Any:
    """A vector store, the one that is asked for."""
    counts = dict.fromkeys(("completed", "cancelled", "failed", "in_progress", "total"), 0)
    identifier = heard.get("vector_store_id", "vs-conformance")
    about = {"id": identifier, "created_at": _CREATED, "name": heard.get("name", "")}
    return {**about, "file_counts": counts, "status": "completed", "metadata": heard.get("metadata", {})}


async def attach(heard: Heard) -> Any:
    """A file that has been attached."""
    return {
        "id": heard.get("file_id", ""),
        "vector_store_id": heard.get("vector_store_id", ""),
        "created_at": _CREATED,
        "status": "completed",
        "attributes": {},
        "chunking_strategy": {"type": "auto"},
    }


FILES: Final[Mapping[str, Handler]] = {
    "openai_upload_file": upload,
    "openai_retrieve_file": retrieve,
    "openai_retrieve_file_content": content,
    "openai_delete_file": delete,
    "openai_list_files": listed,
}
PROCESSORS: Final[Mapping[str, Handler]] = {"process_file": process}
STORES: Final[Mapping[str, Handler]] = {
    "query_chunks": query,
    "openai_search_vector_store": search,
    "openai_create_vector_store": store,
    "openai_retrieve_vector_store": store,
    "openai_attach_file_to_vector_store": attach,
}
