"""PC801 to PC803: what a vector store keeps, and what a query finds of it."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, LeftError
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.scores import rising, slack
from provider_conformance.rules.keeps.laws.stores import ABOUT, TEXTS, Store, close, content, names

_QUERY: Final = ("openai_create_vector_store", "insert_chunks", "query_chunks")
_SEARCHES: Final = (
    "Whoever asks the store by `/vector-io/query`, or an agent that searches files, relies on it."
)


@law(
    "PC801",
    "inserted-is-found",
    "vector_io",
    *_QUERY,
    why=_SEARCHES,
    fix="let `insert_chunks` come back once the chunks are stored, and raise where they are not",
)
async def inserted_is_found(client: Client) -> AsyncIterator[Broken]:
    """Check that what was inserted into a vector store is found, whole.

    What it does:
        Registers a store, creates it, inserts chunks and queries with the very text of one of them. The
        store has the identifier that it was created with. The chunk is found, with its identifier and
        content, and with the metadata, document and vector that it was inserted with. A remote service may
        take two seconds. Whether keys are added to the metadata does not matter.

    Why is this bad:
        An insertion that is lost is seen by nobody until an answer lacks what it should have been made of.

    Example:
        ```python
        async def insert_chunks(self, request):
            try:
                await self._store.add(request)
            except Exception as error:
                logger.error("insert failed: %s", error)  # and the caller is told that all is well
        ```

    How to fix:
        Let what goes wrong be raised; keep the whole chunk and not its text alone.

    Source:
        `VectorIO.insert_chunks` ("blocks until inserted") and `query_chunks`; the router, which calls a
        store by the identifier of the table.
    """
    store = await Store.new(client)
    if store.created.id != store.id:
        yield store.client.broken(
            "openai_create_vector_store",
            f"a store that is created as {store.id!r} is answered as {store.created.id!r}",
            remark=f"id={store.created.id!r}",
            fix="answer with the `provider_vector_store_id` that the router gives",
        )
        return
    given = store.chunk("c1", TEXTS[0], year=2020, tag="x", flag=True)
    await store.insert(given, store.chunk("c2", TEXTS[2]))
    found = await store.found(TEXTS[0], ["c1"], max_chunks=2)
    chunk = next((one for one, _ in found if one.chunk_id == "c1"), None)
    same = next((one for one, _ in found if content(one.content) == given["content"]), None)
    if chunk is None and same is not None:
        yield store.client.broken(
            "insert_chunks",
            f"a chunk that was inserted as 'c1' comes back as {same.chunk_id!r}",
            remark=f"chunk_id={same.chunk_id!r}",
            fix="keep the identifier of each chunk: it is what a second insertion replaces",
        )
    elif chunk is None:
        yield store.client.broken(
            "insert_chunks",
            "a chunk that was inserted is not found by its own text",
            remark=f"finds {names(found) or 'nothing'}",
        )
    elif lost := _lost(chunk, given):
        yield store.client.broken("query_chunks", f"a chunk that was inserted comes back {lost}", remark=lost)


def _lost(chunk: Any, given: dict[str, Any]) -> str:
    """What a chunk has lost, in words that follow "it comes back"."""
    if content(chunk.content) != given["content"]:
        return f"with the content {content(chunk.content)!r}"
    kept = chunk.metadata or {}
    for key, value in given["metadata"].items():
        if kept.get(key) != value:
            return f"with {key}={kept.get(key)!r} in its metadata, and not {value!r}"
    document = getattr(chunk.chunk_metadata, "document_id", None)
    if document not in (None, given["chunk_metadata"]["document_id"]):
        return f"as one of the document {document!r}"
    vector = getattr(chunk, "embedding", None)
    if vector and not close(vector, given["embedding"]):
        return "with another vector"
    return ""


@law(
    "PC802",
    "hits-limited-and-ordered",
    "vector_io",
    *_QUERY,
    why="Clients take the first hits for the best, and ask for as many as they have room for.",
    fix="give at most `max_chunks`, the best first",
    after=("PC801",),
)
async def hits_limited_and_ordered(client: Client) -> AsyncIterator[Broken]:
    """Check that a query gives as many chunks as are asked for, the best first.

    What it does:
        Inserts five chunks and queries with the text of one. `max_chunks` gives that many, or all where
        there are fewer; without `params` the query is answered. Scores do not rise and are finite, and
        nothing scores above the chunk whose text was asked for. A chunk below `score_threshold` is a
        warning.

    Why is this bad:
        A model is given what comes first. In the wrong order that is what fits least.

    Example:
        ```python
        found.sort(key=lambda pair: pair.score)  # the worst first
        return QueryChunksResponse(chunks=[p.chunk for p in found[:k]], scores=[p.score for p in found[:k]])
        ```

    How to fix:
        Sort by the score, the highest first, and cut after that. Where the index gives distances, make
        scores of them that fall with the distance.

    Source:
        `VectorIO.query_chunks`; the chunks of several queries are merged by their scores.
    """
    store = await Store.new(client)
    made = await store.filled()
    every = await store.found(TEXTS[0], made, max_chunks=len(made))
    if {*names(every)} != {*made}:
        raise LeftError("PC801", "not all that was inserted is found")
    for most in (1, 3):
        found = await store.query(TEXTS[0], max_chunks=most)
        if len(found) != most:
            yield store.client.broken(
                "query_chunks",
                f"`max_chunks={most}` gives {len(found)} of {len(made)} chunks",
                remark=f"{len(found)} chunks",
            )
            return
        store.client.lines.pop()
    scores = [score for _, score in every]
    store.client.lines.pop()
    await store.query(TEXTS[0], max_chunks=len(made))
    if not all(isinstance(score, int | float) and math.isfinite(score) for score in scores):
        yield store.client.broken("query_chunks", "a score is no finite number", remark=f"{scores}")
        return
    if rising(scores):
        yield store.client.broken(
            "query_chunks", "scores rise from one chunk to the next", remark=f"scores {_rounded(scores)}"
        )
        return
    best = scores[names(every).index("c1")]
    if max(scores) > best + slack(scores):
        yield store.client.broken(
            "query_chunks",
            "another chunk scores above the one whose very text is asked for",
            remark=f"{names(every)}, scores {_rounded(scores)}",
        )
        return
    await store.query(TEXTS[0])
    line = sorted(scores)[len(scores) // 2]
    below = [score for _, score in await store.query(TEXTS[0], max_chunks=len(made), score_threshold=line)]
    if any(score < line - slack(scores) for score in below):
        yield store.client.broken(
            "query_chunks",
            f"`score_threshold={line:.3g}` gives a chunk with a score of {min(below):.3g}",
            remark=f"scores {_rounded(below)}",
            fix="leave out what scores below `score_threshold`",
            warning=True,
        )


def _rounded(scores: list[float]) -> list[float]:
    return [round(score, 3) for score in scores]


@law(
    "PC803",
    "inserted-again-is-once",
    "vector_io",
    *_QUERY,
    why="A client that does not know whether an insertion went through makes it again.",
    fix="replace the chunk of the same identifier",
    after=("PC801",),
)
async def inserted_again_is_once(client: Client) -> AsyncIterator[Broken]:
    """Check that what is inserted or registered again is there once, as it was given last.

    What it does:
        Inserts a chunk twice: it is found once. Inserts it with another content: that one is found, the old
        one is not. Registers the store a second time, as each start of the stack does: what it holds is
        kept.

    Why is this bad:
        A chunk that is there twice takes the place of another hit, and the old content contradicts the new.

    Example:
        ```python
        async def insert_chunks(self, request):
            self.chunks.extend(request.chunks)
        ```

    How to fix:
        Key what is kept by `chunk_id`; let `register_vector_store` keep a store that is there.

    Source:
        `insert_chunks`: chunks are upserted. The stack registers what its run config names at every start.
    """
    store = await Store.new(client)
    for _ in range(2):
        await store.insert(store.chunk("c1", TEXTS[0]))
    found = await store.found(TEXTS[0], ["c1"], max_chunks=3)
    if "c1" not in names(found):
        raise LeftError("PC801", "what was inserted is not found")
    if names(found).count("c1") > 1:
        yield store.client.broken(
            "insert_chunks",
            "a chunk that is inserted twice is found twice",
            remark=f"finds {names(found)}",
        )
    else:
        await store.insert(store.chunk("c1", "hello world changed"))
        found = await store.client.until(
            lambda: store.query("hello world changed", max_chunks=3),
            lambda hits: [content(one.content) for one, _ in hits] == ["hello world changed"],
        )
        said = [content(one.content) for one, _ in found if one.chunk_id == "c1"]
        if said != ["hello world changed"]:
            yield store.client.broken(
                "insert_chunks",
                "a chunk that is inserted with another content is found with "
                + ("the old one" if said == [TEXTS[0]] else f"{said or 'none'}"),
                remark=f"finds {said}",
            )
    other = await Store.new(client)
    await other.insert(other.chunk("c1", TEXTS[0]))
    await other.found(TEXTS[0], ["c1"], max_chunks=1)
    other.client.lines.pop()
    await other.client.registered(other.obj, *ABOUT)
    if "c1" not in names(await other.found(TEXTS[0], ["c1"], max_chunks=1)):
        yield other.client.broken(
            other.client.verb("register"),
            "a store that is registered again has lost what it held",
            remark="finds nothing",
            fix="keep a store that is there already",
        )
