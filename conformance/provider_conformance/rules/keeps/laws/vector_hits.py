"""PC806 to PC809 and PC814: what else a vector store takes and answers, beside plain texts and queries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, LeftError
from provider_conformance.findings import Severity
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.scores import rising
from provider_conformance.rules.keeps.laws.stores import TEXTS, Store, content, names

_QUERY: Final = ("openai_create_vector_store", "insert_chunks", "query_chunks")
_LONG: Final = " ".join(["hello"] * 3000)
_ODD: Final = (
    ("quotes", "hello \"world' of; -- quotes \\ and %s {braces}"),
    ("letters of other alphabets", "hello Grüße, 世界 🙂"),
    ("3,000 words", _LONG),
)


@law(
    "PC806",
    "odd-chunks-kept",
    "vector_io",
    *_QUERY,
    why="Texts come from files that nobody has looked through.",
    fix="keep texts and metadata as they are; pass them to the index as parameters and not in its language",
    after=("PC801",),
)
async def odd_chunks_kept(client: Client) -> AsyncIterator[Broken]:
    """Check that texts and metadata of all kinds come back as they were inserted.

    What it does:
        Inserts texts with quotes, with letters of other alphabets, and of 3,000 words, and metadata with a
        list and a nested dict. Each is found with the same content; the metadata comes back equal, or the
        insertion is refused (`ValueError`). After a refusal the store still takes a plain chunk, and finds
        it. A query as a text item, and as a list of them, is answered as one that is a str.

    Why is this bad:
        A quotation mark that ends a string of the index's language loses the chunk, or worse.

    Example:
        ```python
        await self.db.execute(f"INSERT INTO chunks VALUES ('{chunk.chunk_id}', '{chunk.content}')")
        ```

    How to fix:
        Use parameters; keep the whole chunk as JSON beside what the index needs.

    Source:
        `EmbeddedChunk.metadata: dict[str, Any]` and `InterleavedContent`.
    """
    for kind, said in _ODD:
        store = await Store.new(client)
        await store.insert(store.chunk("c1", said))
        found = await store.found(said, ["c1"], max_chunks=1)
        if not found:
            yield store.client.broken(
                "insert_chunks", f"a chunk with {kind} is not found", remark="finds nothing"
            )
        elif content(found[0][0].content) != said:
            yield store.client.broken(
                "query_chunks",
                f"a chunk with {kind} comes back with another content",
                remark="another content",
            )
    store = await Store.new(client)
    nested = {"list": [1, 2], "nested": {"key": "value"}}
    taken = await store.client.ask(
        "insert_chunks", vector_store_id=store.id, chunks=[store.chunk("c1", TEXTS[0], **nested)]
    )
    if taken.answered:
        found = await store.found(TEXTS[0], ["c1"], max_chunks=1)
        kept = found[0][0].metadata if found else {}
        if lost := [key for key, value in nested.items() if (kept or {}).get(key) != value]:
            yield store.client.broken(
                "insert_chunks",
                f"metadata with a list and a nested dict loses {' and '.join(lost)}",
                remark=f"metadata={kept}",
                fix="keep the whole chunk, or refuse what cannot be kept with a ValueError",
            )
    await store.insert(store.chunk("c2", TEXTS[1]))
    if "c2" not in names(await store.found(TEXTS[1], ["c2"], max_chunks=3)):
        yield store.client.broken(
            "insert_chunks", "after a chunk with nested metadata a plain one is not found"
        )
    plain = names(await store.query(TEXTS[1], max_chunks=3))
    for query in ({"type": "text", "text": TEXTS[1]}, [{"type": "text", "text": TEXTS[1]}]):
        found = await store.query(query, max_chunks=3)
        if names(found) != plain:
            yield store.client.broken(
                "query_chunks",
                "a query as a text item finds other chunks than the same query as a str",
                remark=f"finds {names(found)}, and {plain} for a str",
                fix="take the text out of `TextContentItem` and out of lists of them",
            )
        store.client.lines.pop()


_FILTERS: Final[tuple[tuple[str, dict[str, Any], frozenset[str]], ...]] = (
    ("eq", {"type": "eq", "key": "tag", "value": "x"}, frozenset({"c1", "c3"})),
    ("gt", {"type": "gt", "key": "year", "value": 2020}, frozenset({"c2", "c3"})),
    ("in", {"type": "in", "key": "year", "value": [2021]}, frozenset({"c2"})),
    (
        "and",
        {
            "type": "and",
            "filters": [
                {"type": "eq", "key": "tag", "value": "x"},
                {"type": "gt", "key": "year", "value": 2020},
            ],
        },
        frozenset({"c3"}),
    ),
)


@law(
    "PC807",
    "filters-select",
    "vector_io",
    *_QUERY,
    "openai_search_vector_store",
    severity=Severity.WARNING,
    why="Filters keep what is of another tenant, year or file out of an answer.",
    fix="select by the filter before the best are taken, or raise NotImplementedError",
    after=("PC801", "PC808"),
)
async def filters_select(client: Client) -> AsyncIterator[Broken]:
    """Check that a search with a filter finds exactly what fits it.

    What it does:
        Inserts three chunks with a year and a tag each and searches with the filters `eq`, `gt`, `in` and
        `and`. Exactly the chunks that fit are found, and with `max_num_results=1` one that fits is found
        though others are nearer. A refusal (`NotImplementedError`, `ValueError`) is fine.

    Why is this bad:
        A filter that is ignored shows what it was to keep out, and nobody notices.

    Example:
        ```python
        best = sorted(self.chunks, key=near)[: request.max_num_results]
        hits = [chunk for chunk in best if fits(chunk, request.filters)]  # the best did not fit
        ```

    How to fix:
        Filter first, then take the best.

    Source:
        The API's filters; OpenAI's reference of searches in vector stores.
    """
    store = await Store.new(client)
    about = ((2020, "x"), (2021, "y"), (2022, "x"))
    await store.insert(
        *(
            store.chunk(f"c{n + 1}", TEXTS[n], year=year, tag=tag, document_id=f"c{n + 1}")
            for n, (year, tag) in enumerate(about)
        )
    )
    await store.found(TEXTS[0], ["c1", "c2", "c3"], max_chunks=3)
    store.client.lines.pop()
    said = {f"c{n + 1}": TEXTS[n] for n in range(3)}
    if {*await _said(store, max_num_results=5)} != {*said.values()}:
        raise LeftError("PC808", "a search without a filter does not find what was inserted")
    store.client.lines.pop()
    for kind, given, fitting in _FILTERS:
        for most in (5, 1):
            seen = await store.client.ask(
                "openai_search_vector_store",
                vector_store_id=store.id,
                query=TEXTS[0],
                filters=given,
                max_num_results=most,
            )
            if not seen.answered:
                store.client.lines.pop()
                continue
            found = [name for name, text in said.items() if text in _hits(seen.answer)]
            wrong = {*found} != fitting if most > 1 else not found or not {*found} <= fitting
            if wrong:
                yield store.client.broken(
                    "openai_search_vector_store",
                    f"a search with a filter by `{kind}` finds {found or 'nothing'}; what fits is "
                    f"{sorted(fitting)}",
                    remark=f"finds {found}",
                )
                return
            store.client.lines.pop()


async def _said(store: Store, **given: Any) -> list[str]:
    return _hits(
        await store.client.answer(
            "openai_search_vector_store", vector_store_id=store.id, query=TEXTS[0], **given
        )
    )


def _hits(page: Any) -> list[str]:
    """What the hits of a search say."""
    return [content([item.text for item in hit.content]) for hit in page.data]


@law(
    "PC808",
    "search-finds-the-same",
    "vector_io",
    *_QUERY,
    "openai_search_vector_store",
    why="OpenAI's clients, and agents that search files, ask by `/vector_stores/{id}/search`.",
    fix="let the search do what `query_chunks` does, and put its chunks into OpenAI's shape",
    after=("PC801", "PC802"),
    proves=False,
)
async def search_finds_the_same(client: Client) -> AsyncIterator[Broken]:
    """Check that a search finds what a query finds, in OpenAI's shape.

    What it does:
        Inserts three chunks and searches with the text of one: it is found, scores do not rise,
        `max_num_results` bounds, and `search_query` is a list. A query that is a list is answered. The
        modes "keyword" and "hybrid" are answered or refused.

    Why is this bad:
        What is inserted by one API is asked for by the other.

    Example:
        ```python
        hits = await self.index.search(request.query, k=10)  # whatever `max_num_results` says
        ```

    How to fix:
        Pass `max_num_results` on as `max_chunks`, and join the texts where the query is a list.

    Source:
        `VectorIO.openai_search_vector_store`; OpenAI's reference of searches in vector stores.
    """
    store = await Store.new(client)
    made = await store.filled(3)
    if {*names(await store.found(TEXTS[0], made, max_chunks=3))} != {*made}:
        raise LeftError("PC801", "not all that was inserted is found")
    store.client.lines.pop()
    method, given = "openai_search_vector_store", {"vector_store_id": store.id}
    page = await store.client.answer(method, **given, query=TEXTS[0], max_num_results=3)
    scores = [hit.score for hit in page.data]
    if TEXTS[0] not in _hits(page):
        message, remark = "a chunk that a query finds is not found by a search", f"finds {_hits(page)}"
        yield store.client.broken(method, message, remark=remark)
    elif rising(scores):
        yield store.client.broken(method, "scores rise from one hit to the next", remark=f"scores {scores}")
    elif not isinstance(page.search_query, list):
        yield store.client.broken(
            method, f"`search_query` is {page.search_query!r} and no list", remark=f"{page.search_query!r}"
        )
    store.client.lines.pop()
    one = await store.client.answer(method, **given, query=TEXTS[0], max_num_results=1)
    if len(one.data) != 1:
        yield store.client.broken(
            method, f"`max_num_results=1` gives {len(one.data)}", remark=f"{len(one.data)} hits"
        )
    store.client.lines.pop()
    await store.client.taken(method, **given, query=["hello", "world"])
    store.client.lines.pop()
    for mode in ("keyword", "hybrid") if client.has(method, "search_mode") else ():
        await store.client.taken(method, **given, query="hello", search_mode=mode)
        store.client.lines.pop()


@law(
    "PC809",
    "store-updated",
    "vector_io",
    *_QUERY,
    "openai_update_vector_store",
    "openai_retrieve_vector_store",
    why="What a client changes of a store it expects to see there, and nothing else changed.",
    fix="change what the request has, keep the rest, and leave alone what the provider needs itself",
    after=("PC801", "PC802"),
    proves=False,
)
async def store_updated(client: Client) -> AsyncIterator[Broken]:
    """Check that an update of a vector store is seen, keeps what it leaves out, and breaks nothing.

    What it does:
        Updates a store's name, then its metadata: each is retrieved as it was given, and the name is still
        there after the second. Then inserts a chunk and queries for it: found.

    Why is this bad:
        Providers keep in a store's metadata what embeds for it. An update that replaces it breaks every
        query.

    Example:
        ```python
        store["metadata"] = request.metadata
        model = store["metadata"]["embedding_model"]  # KeyError, at the next query
        ```

    How to fix:
        Keep what the provider needs apart from what clients may write.

    Source:
        `VectorIO.openai_update_vector_store`; OpenAI's reference of vector stores.
    """
    store = await Store.new(client)
    own, given = store.client, {"vector_store_id": store.id}
    await own.answer("openai_update_vector_store", **given, name="renamed")
    told = await own.answer("openai_retrieve_vector_store", **given)
    if told.name != "renamed":
        message = f"a store that is renamed is retrieved with the name {told.name!r}"
        yield own.broken("openai_update_vector_store", message, remark=f"name={told.name!r}")
        return
    own.lines.pop()
    await own.answer("openai_update_vector_store", **given, metadata={"purpose": "changed"})
    told = await own.answer("openai_retrieve_vector_store", **given)
    if (told.metadata or {}).get("purpose") != "changed":
        message, remark = "metadata that is updated is not retrieved", f"metadata={told.metadata}"
        yield own.broken("openai_update_vector_store", message, remark=remark)
    elif told.name != "renamed":
        message = f"an update of the metadata alone changes the name to {told.name!r}"
        yield own.broken("openai_update_vector_store", message, remark=f"name={told.name!r}")
    own.lines.pop()
    await store.insert(store.chunk("c1", TEXTS[0]))
    if "c1" not in names(await store.found(TEXTS[0], ["c1"], max_chunks=1)):
        yield own.broken("openai_update_vector_store", "after an update what is inserted is not found")


@law(
    "PC814",
    "nothing-is-answered",
    "vector_io",
    *_QUERY,
    why="A store is asked before anything is in it, and an empty file has no chunks.",
    fix="answer with empty lists, and take an empty list",
    after=("PC801",),
)
async def nothing_is_answered(client: Client) -> AsyncIterator[Broken]:
    """Check that an empty store is answered for, and that no chunks can be inserted.

    What it does:
        Queries a store that holds nothing: no chunks, no scores. Inserts an empty list: answered, or
        refused. Then inserts a vector of the wrong length: that it is taken without a word is a warning,
        and after it the store still finds a chunk of the right one.

    Why is this bad:
        The first user of a new store gets an error in place of an empty answer.

    Example:
        ```python
        best = max(scores)  # ValueError of an empty list
        ```

    How to fix:
        Look whether there is anything before the best of it is taken; check the length of vectors first.

    Source:
        `VectorIO.query_chunks` and `insert_chunks`.
    """
    store = await Store.new(client)
    found = await store.query(TEXTS[0], max_chunks=3)
    if found:
        message = "a store in which nothing is answers with chunks"
        yield store.client.broken("query_chunks", message, remark=f"{names(found)}")
    store.client.lines.pop()
    await store.client.taken("insert_chunks", vector_store_id=store.id, chunks=[])
    store.client.lines.pop()
    short = store.chunk("c0", "hello world short")
    short["embedding"] = short["embedding"][: len(short["embedding"]) // 2]
    short["embedding_dimension"] = len(short["embedding"])
    taken = await store.client.ask("insert_chunks", vector_store_id=store.id, chunks=[short])
    await store.insert(store.chunk("c1", TEXTS[0]))
    found = await store.found(TEXTS[0], ["c1"], max_chunks=3)
    if "c1" not in names(found):
        message = "after a vector of the wrong length a chunk of the right one is not found"
        yield store.client.broken("insert_chunks", message, remark=f"finds {names(found)}")
    elif taken.answered:
        message = "a vector that is shorter than those of the store is taken"
        yield store.client.broken(
            "insert_chunks", message, fix="refuse it with a ValueError, and keep nothing of it", warning=True
        )
