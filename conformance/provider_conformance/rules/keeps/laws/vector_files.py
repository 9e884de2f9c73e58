"""PC810 to PC813: files in vector stores: attached, found, taken out, attached several at once, listed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, UnansweredError, UnseenError, meaning
from provider_conformance.laws.model import TEXT
from provider_conformance.laws.uploaded import id_of
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.pages import MADE, turned
from provider_conformance.rules.keeps.laws.stores import Store, content

_ATTACHING: Final = ("openai_create_vector_store", "openai_attach_file_to_vector_store")
_RETRIEVE: Final = "openai_retrieve_vector_store_file"
_SEARCH: Final = "openai_search_vector_store"
_CONTENTS: Final = "openai_retrieve_vector_store_file_contents"
_LIST: Final = "openai_list_files_in_vector_store"
_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between looks at what is being worked on."""
_WORKING: Final = "in_progress"
_RESTS: Final = ("insert_chunks", "query_chunks")
_WHY: Final = "An agent that searches files cites what it finds by the file's identifier and name."


async def _attached(store: Store, file_id: str, **given: Any) -> Any:
    """Attach a file, and wait until it is there or failed.

    Raises:
        UnseenError: It does not come to an end here, or fails, which may be for what is made up around it.
    """
    told = await store.client.answer(
        "openai_attach_file_to_vector_store", vector_store_id=store.id, file_id=file_id, **given
    )
    for pause in _PAUSES:
        if told.status != _WORKING:
            break
        await asyncio.sleep(pause)
        told = await _quietly(store, _RETRIEVE, file_id=file_id)
    if told.status != "completed":
        reason = getattr(told.last_error, "message", None) or told.status
        raise UnseenError(f"a file that is attached here is not completed: {reason}")
    return told


async def _quietly(store: Store, method: str, /, **given: Any) -> Any:
    """What a call is answered with that is not worth being shown."""
    answer = await store.client.answer(method, vector_store_id=store.id, **given)
    store.client.lines.pop()
    return answer


async def _hits(store: Store, **given: Any) -> list[Any]:
    """The hits of a search for the text that files have."""
    page = await store.client.answer(_SEARCH, vector_store_id=store.id, query=TEXT, **given)
    return [*page.data]


def _counted(counts: Any) -> bool:
    """Whether the counts by status add up to the total."""
    names = ("completed", "failed", "cancelled", "in_progress")
    return bool(sum(getattr(counts, name) for name in names) == counts.total)


@law(
    "PC810",
    "attached-is-found",
    "vector_io",
    *_ATTACHING,
    _SEARCH,
    _RETRIEVE,
    why=_WHY,
    fix="keep with each chunk the file it is of, and its attributes",
    after=("PC80",),
    rests=_RESTS,
    proves=False,
)
async def attached_is_found(client: Client) -> AsyncIterator[Broken]:
    """Check that a file that is attached to a vector store is found by what it says, as that file.

    What it does:
        Attaches a text file with attributes and waits until it is completed. The store counts it; a search
        for its text finds it with the file's identifier and attributes (another `filename` than the file's
        is a warning), also where a filter asks for one of the attributes; its contents hold the text, with
        vectors and metadata where they are asked for. Attached a second time it is listed once. What fails
        here, where other providers are made up, is inconclusive.

    Why is this bad:
        A citation names a file that does not exist, or none.

    Example:
        ```python
        hits.append(VectorStoreSearchResponse(file_id=chunk.chunk_id, filename="", ...))
        ```

    How to fix:
        Take `file_id` from the chunk's document, and name and attributes from what was attached.

    Source:
        The fields of `VectorStoreSearchResponse`; the responses API, which makes citations of them.
    """
    store = await Store.new(client)
    file_id, attributes = id_of("text", "law"), {"tag": "x", "year": 2020.0, "flag": True}
    told = await _attached(store, file_id, attributes=attributes)
    if told.id != file_id:
        message = f"the file {file_id!r} is attached as {told.id!r}"
        yield store.client.broken(_ATTACHING[1], message, remark=f"id={told.id!r}")
        return
    about = await store.client.answer("openai_retrieve_vector_store", vector_store_id=store.id)
    counts = about.file_counts
    if not _counted(counts) or counts.completed != 1:
        yield store.client.broken(
            "openai_retrieve_vector_store",
            f"a store with one file counts {counts.completed} of {counts.total} completed",
            remark=_shown(counts),
            fix="count the files of the store by their status",
        )
    store.client.lines.pop()
    found = await store.client.until(lambda: _hits(store), bool)
    for broken in _wrong_hit(store, found, file_id, attributes):
        yield broken
        return
    store.client.lines.pop()
    if client.has(_SEARCH, "filters"):
        only = {"type": "eq", "key": "tag", "value": "x"}
        seen = await store.client.ask(_SEARCH, vector_store_id=store.id, query=TEXT, filters=only)
        if seen.answered and not seen.answer.data:
            message = "a filter by an attribute of the file finds nothing"
            yield store.client.broken(_SEARCH, message, remark="no hits", warning=True)
        store.client.lines.pop()
    async for broken in _contents(store, file_id):
        yield broken
    await store.client.taken(_ATTACHING[1], vector_store_id=store.id, file_id=file_id)
    listed = await store.client.answer(_LIST, vector_store_id=store.id)
    if (count := sum(one.id == file_id for one in listed.data)) > 1:
        message = f"a file that is attached twice is listed {count} times"
        yield store.client.broken(_ATTACHING[1], message, remark=f"{count} times", fix="replace it")


def _wrong_hit(store: Store, found: list[Any], file_id: str, attributes: dict[str, Any]) -> Iterable[Broken]:
    """What is wrong with the hits for a file."""
    own = store.client
    hit = next((one for one in found if one.file_id == file_id), None)
    if hit is None:
        given = [one.file_id for one in found]
        message = f"a search for the text of the file {file_id!r} finds {given or 'nothing'}"
        yield own.broken(_SEARCH, message, remark=f"file_id of the hits: {given}")
    elif lost := [key for key, value in attributes.items() if (hit.attributes or {}).get(key) != value]:
        message = f"a hit lacks the attributes {', '.join(lost)} that its file was attached with"
        yield own.broken(_SEARCH, message, remark=f"attributes={hit.attributes}")
    elif hit.filename != "hello.txt":
        message = f"a hit in the file 'hello.txt' has the filename {hit.filename!r}"
        fix = "ask `files` for the name when the file is attached, and keep it"
        yield own.broken(_SEARCH, message, remark=f"filename={hit.filename!r}", fix=fix, warning=True)


async def _contents(store: Store, file_id: str) -> AsyncIterator[Broken]:
    if not store.client.has(_CONTENTS):
        return
    given = {"vector_store_id": store.id, "file_id": file_id}
    page = await store.client.answer(_CONTENTS, **given)
    said = content([item.text for item in page.data])
    if TEXT not in said:
        message = "the contents of a file do not have its text"
        yield store.client.broken(_CONTENTS, message, remark=f"{said[:60]!r}", fix="give its chunks")
    store.client.lines.pop()
    if not store.client.has(_CONTENTS, "include_embeddings", "include_metadata"):
        return
    page = await store.client.answer(_CONTENTS, **given, include_embeddings=True, include_metadata=True)
    lacking = [name for name in ("embedding", "metadata") if any(getattr(i, name) is None for i in page.data)]
    if lacking:
        message = f"contents that are asked for with it have no {' and no '.join(lacking)}"
        yield store.client.broken(
            _CONTENTS, message, remark=f"{lacking[0]}=None", fix="add what is asked for"
        )
    store.client.lines.pop()


@law(
    "PC811",
    "detached-is-gone",
    "vector_io",
    *_ATTACHING,
    "openai_delete_vector_store_file",
    _RETRIEVE,
    _LIST,
    why="What somebody takes out of a store must not be in answers any more.",
    fix="delete the chunks of the file with it",
    after=("PC80", "PC810"),
    rests=_RESTS,
    proves=False,
)
async def detached_is_gone(client: Client) -> AsyncIterator[Broken]:
    """Check that a file that is taken out of a vector store is neither listed nor found there.

    What it does:
        Attaches two files and deletes one from the store: the answer says so, it is not listed, retrieving
        it is refused, and a search finds the other one alone. A remote service may take two seconds.

    Why is this bad:
        Its text goes on being quoted, and nothing shows where it comes from.

    Example:
        ```python
        async def openai_delete_vector_store_file(self, vector_store_id, file_id):
            del self.files[vector_store_id][file_id]  # its chunks stay
        ```

    How to fix:
        Delete the chunks whose document is the file, then its entry.

    Source:
        OpenAI's reference of the files of vector stores.
    """
    store = await Store.new(client)
    gone, left = id_of("text", "gone"), id_of("text", "left")
    for file_id in (gone, left):
        await _attached(store, file_id)
    method, given = "openai_delete_vector_store_file", {"vector_store_id": store.id}
    told = await store.client.answer(method, **given, file_id=gone)
    if told.id != gone or told.deleted is not True:
        message = f"the deletion of {gone!r} is answered with id={told.id!r}, deleted={told.deleted!r}"
        yield store.client.broken(method, message, remark=f"deleted={told.deleted!r}")
        return
    listed = await store.client.answer(_LIST, **given)
    if gone in [one.id for one in listed.data]:
        message = "a file that was taken out of a store is listed there"
        yield store.client.broken(method, message, remark="is in `data`")
        return
    store.client.lines.pop()
    seen = await store.client.ask(_RETRIEVE, **given, file_id=gone)
    if seen.answered:
        message = "a file that was taken out of a store is retrieved from it"
        yield store.client.broken(method, message, remark="answered")
        return
    if seen.late or meaning(seen) is Nature.CRASH:
        raise UnansweredError(seen, store.client.script)
    store.client.lines.pop()
    if client.has(_SEARCH):
        found = await store.client.until(
            lambda: _hits(store), lambda hits: gone not in [one.file_id for one in hits]
        )
        names = [one.file_id for one in found]
        if gone in names:
            message = "a file that was taken out of a store is still found"
            yield store.client.broken(method, message, remark=f"finds {names}")
        elif left not in names:
            message = "once a file is taken out of a store another one is not found"
            yield store.client.broken(
                method, message, remark=f"finds {names}", fix="delete the chunks of that file alone"
            )


@law(
    "PC812",
    "batch-of-files-ends",
    "vector_io",
    "openai_create_vector_store",
    "openai_create_vector_store_file_batch",
    "openai_retrieve_vector_store_file_batch",
    _LIST,
    why="A client that attaches several files asks for the batch until it is done.",
    fix="count the files of the batch, and say `completed` once none is in progress",
    after=("PC80", "PC810"),
    rests=_RESTS,
    proves=False,
)
async def batch_of_files_ends(client: Client) -> AsyncIterator[Broken]:
    """Check that a batch of files comes to an end, with counts that add up and its files in the store.

    What it does:
        Attaches three files as one batch and asks for it for a while. It ends as "completed" or "failed";
        the counts by status add up to three; what is completed is listed in the store. A file that is not
        there ends as "failed", or is refused, and `filter="failed"` lists nothing that has not failed.

    Why is this bad:
        Who waits for a batch that never ends waits for ever.

    Example:
        ```python
        batch.file_counts.completed += 1  # and `in_progress` stays as it was
        ```

    How to fix:
        Work counts out of the files' own status, and the batch's out of the counts.

    Source:
        OpenAI's reference of batches of files in vector stores.
    """
    store = await Store.new(client)
    ids = [id_of("text", f"batch-{number}") for number in range(3)]
    create, retrieve = "openai_create_vector_store_file_batch", "openai_retrieve_vector_store_file_batch"
    batch = await store.client.answer(create, vector_store_id=store.id, file_ids=ids)
    given = {"vector_store_id": store.id, "batch_id": batch.id}
    for pause in _PAUSES:
        batch = await store.client.answer(retrieve, **given)
        if batch.status != _WORKING:
            break
        store.client.lines.pop()
        await asyncio.sleep(pause)
    else:
        raise UnseenError(f"a batch of files is still {batch.status} after a while")
    counts = batch.file_counts
    if not _counted(counts) or counts.total != len(ids) or counts.in_progress:
        message = f"a batch of {len(ids)} files that is {batch.status} counts {_shown(counts)}"
        yield store.client.broken(retrieve, message, remark=_shown(counts))
        return
    listed = await store.client.answer(_LIST, vector_store_id=store.id)
    there = [one for one in listed.data if one.id in ids and one.status == "completed"]
    if len(there) != counts.completed:
        message = f"of {counts.completed} files that a batch completed {len(there)} are listed in the store"
        yield store.client.broken(
            create, message, remark=f"{len(there)} of them", fix="put each into the store"
        )
        return
    async for broken in _unknown(client):
        yield broken


async def _unknown(client: Client) -> AsyncIterator[Broken]:
    """Attach a file that nobody has uploaded."""
    store = await Store.new(client)
    await _attached(store, id_of("text", "known"))
    stranger = "file-that-nobody-uploaded"
    told = await store.client.taken(_ATTACHING[1], vector_store_id=store.id, file_id=stranger)
    if told is not None and told.status == "completed":
        message = "a file that nobody has uploaded is attached as completed"
        yield store.client.broken(
            _ATTACHING[1], message, remark="completed", fix="let its status be `failed`, with `last_error`"
        )
        return
    if client.has(_LIST, "filter"):
        failed = await store.client.answer(_LIST, vector_store_id=store.id, filter="failed")
        if others := [one.status for one in failed.data if one.status != "failed"]:
            message = f'`filter="failed"` lists files that are {others[0]}'
            yield store.client.broken(
                _LIST, message, remark=f"{others}", fix="list those of that status alone"
            )


def _shown(counts: Any) -> str:
    names = ("completed", "failed", "cancelled", "in_progress", "total")
    return ", ".join(f"{name}={getattr(counts, name)}" for name in names)


@law(
    "PC813",
    "attached-listed-in-pages",
    "vector_io",
    *_ATTACHING,
    _LIST,
    why="A client that lists the files of a store follows `after` until `has_more` is false.",
    fix="give at most `limit` from behind `after` on, and say whether there are more",
    after=("PC80", "PC810"),
    rests=_RESTS,
    proves=False,
)
async def files_listed_in_pages(client: Client) -> AsyncIterator[Broken]:
    """Check that whoever turns the pages of the files of a vector store gets each one once.

    What it does:
        Lists the files of an empty store: none. Attaches five and lists them two at a time, following
        `after`, in both orders: no page has more, `first_id` and `last_id` are its ends, none comes twice,
        it ends, and all five were there.

    Why is this bad:
        A listing that ignores `after` never ends for a client that follows it.

    Example:
        ```python
        files = list(self.files[vector_store_id].values())[:limit]  # and `after`?
        ```

    How to fix:
        Sort, begin behind `after`, cut to `limit`, and set `has_more` by what is left.

    Source:
        The descriptions of `limit`, `after` and `has_more`; OpenAI's reference of listings.
    """
    store = await Store.new(client)
    empty = await store.client.answer(_LIST, vector_store_id=store.id)
    if empty.data or empty.has_more:
        message = "a store to which nothing was attached lists files"
        yield store.client.broken(
            _LIST, message, remark=f"{len(empty.data)} files, has_more={empty.has_more}"
        )
        return
    store.client.lines.pop()
    ids = [id_of("text", f"page-{number}") for number in range(MADE)]
    for file_id in ids:
        await _attached(store, file_id)
    async for broken in turned(store.client, _LIST, ids, vector_store_id=store.id):
        yield broken
