"""PC804 and PC805: vector stores as objects that are made, listed and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, LeftError, UnansweredError, meaning
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.pages import MADE, turned
from provider_conformance.rules.keeps.laws.stores import ABOUT, TEXTS, Store, names

_QUERY: Final = ("openai_create_vector_store", "insert_chunks", "query_chunks")


@law(
    "PC804",
    "stores-are-apart",
    "vector_io",
    *_QUERY,
    "openai_delete_vector_store",
    why="Each store belongs to somebody: what is deleted has to be gone, and what others have to stay.",
    fix="keep what is stored by the store's identifier, and let all of it go with the store",
    after=("PC801",),
)
async def stores_are_apart(client: Client) -> AsyncIterator[Broken]:
    """Check that stores do not see what others hold, and that a deleted one is gone with all it held.

    What it does:
        Makes two stores with a chunk each: a query finds the chunk of its own store. Deletes one and
        unregisters it: it is not retrieved and not listed, and queries, searches and insertions are refused
        (any 4xx error); the other still answers. One that is registered under the same identifier again is
        empty. That the store cannot be unregistered twice is a warning.

    Why is this bad:
        What somebody has deleted, often because they had to, is still shown to others.

    Example:
        ```python
        async def openai_delete_vector_store(self, vector_store_id):
            self.stores.pop(vector_store_id)  # and `self.chunks` keeps what was in it
        ```

    How to fix:
        Delete the chunks with the store; look for the store first in every method, and raise
        `VectorStoreNotFoundError` where it is not there.

    Source:
        The router, which deletes a store and then unregisters it; OpenAI's reference of vector stores.
    """
    one, other = await Store.new(client), await Store.new(client)
    await one.insert(one.chunk("c1", TEXTS[0]))
    await other.insert(other.chunk("c2", TEXTS[1]))
    if "c1" not in names(await one.found(TEXTS[0], ["c1"], max_chunks=3)):
        raise LeftError("PC801", "what was inserted is not found")
    found = names(await other.found(TEXTS[1], ["c2"], max_chunks=3))
    if "c1" in found:
        one.client.lines.pop()
        both = one.client.joined(other.client)
        yield both.broken("query_chunks", "a query finds what is in another store", remark=f"finds {found}")
        return
    own = one.client
    own.lines.pop()
    gone = await own.answer("openai_delete_vector_store", vector_store_id=one.id)
    if gone.id != one.id or gone.deleted is not True:
        yield own.broken(
            "openai_delete_vector_store",
            f"the deletion of {one.id!r} is answered with id={gone.id!r}, deleted={gone.deleted!r}",
            remark=f"id={gone.id!r}, deleted={gone.deleted!r}",
            fix="answer with the identifier, and `deleted=True`",
        )
    await own.unregister(one.obj)
    async for broken in _is_gone(one):
        yield broken
    if names(await other.query(TEXTS[1], max_chunks=3)) != found:
        yield other.client.broken("query_chunks", "once another store is deleted it answers differently")
    await own.registered(one.obj, *ABOUT)
    await own.taken("openai_create_vector_store", **one.given)
    left = await own.ask("query_chunks", vector_store_id=one.id, query=TEXTS[0], params={"max_chunks": 3})
    if left.answered and left.answer.chunks:
        yield own.broken(
            "openai_delete_vector_store",
            "a store that was deleted, and made again under its identifier, still holds what it held",
            remark=f"{len(left.answer.chunks)} chunks",
        )


async def _is_gone(store: Store) -> AsyncIterator[Broken]:
    """Ask a store that was deleted: the first thing that it still answers."""
    client, before = store.client, len(store.client.lines)
    asking: tuple[tuple[str, dict[str, Any]], ...] = (
        ("openai_retrieve_vector_store", {}),
        ("query_chunks", {"query": TEXTS[0], "params": {"max_chunks": 3}}),
        ("openai_search_vector_store", {"query": TEXTS[0]}),
        ("insert_chunks", {"chunks": [store.chunk("c9", TEXTS[0])]}),
    )
    for method, given in asking:
        if not client.has(method):
            continue
        seen = await client.ask(method, vector_store_id=store.id, **given)
        if seen.late or meaning(seen) is Nature.CRASH:
            raise UnansweredError(seen, client.script)
        if seen.answered:
            yield client.broken(
                method,
                f"`{method}` answers for a store that was deleted",
                remark="answered",
                fix="raise `VectorStoreNotFoundError` where the store is not there",
            )
            return
        del client.lines[before:]
    if client.has("openai_list_vector_stores", "limit"):
        page = await client.answer("openai_list_vector_stores", limit=100)
        if store.id in [one.id for one in page.data]:
            yield client.broken(
                "openai_list_vector_stores", "a store that was deleted is listed", remark="has it in `data`"
            )
        del client.lines[before:]


@law(
    "PC805",
    "stores-listed-in-pages",
    "vector_io",
    *_QUERY[:1],
    "openai_list_vector_stores",
    why="A client that lists stores follows `after` until `has_more` is false.",
    fix="give at most `limit` from behind `after` on, and say whether there are more",
)
async def stores_listed_in_pages(client: Client) -> AsyncIterator[Broken]:
    """Check that whoever turns the pages of the listing of vector stores gets each one once.

    What it does:
        Makes five stores and lists them two at a time, following `after`, in both orders. A page has no
        more than were asked for; `first_id` and `last_id` are its ends; no store comes twice; it comes to
        an end, and each of the five has been there. What else is stored there does not matter. What was
        created is retrieved with the same name and time, and listed.

    Why is this bad:
        A listing that ignores `after` never ends for a client that follows it.

    Example:
        ```python
        async def openai_list_vector_stores(self, limit=20, order="desc", after=None, before=None):
            return page(list(self.stores.values())[:limit], has_more=len(self.stores) > limit)
        ```

    How to fix:
        Sort, begin behind `after`, cut to `limit`, and set `has_more` by what is left.

    Source:
        The descriptions of `limit`, `after` and `has_more` in the protocol; OpenAI's reference of listings.
    """
    stores = [await Store.new(client) for _ in range(MADE)]
    first = stores[0]
    if client.has("openai_retrieve_vector_store"):
        again = await first.client.answer("openai_retrieve_vector_store", vector_store_id=first.id)
        for name in ("name", "created_at"):
            if getattr(again, name) != getattr(first.created, name):
                yield first.client.broken(
                    "openai_retrieve_vector_store",
                    f"a store is created with {name}={getattr(first.created, name)!r} and retrieved with "
                    f"{getattr(again, name)!r}",
                    remark=f"{name}={getattr(again, name)!r}",
                    fix="answer with what the store was created with",
                )
                return
        first.client.lines.pop()
    shown = first.client.joined(*(store.client for store in stores[1:]))
    async for broken in turned(shown, "openai_list_vector_stores", [store.id for store in stores]):
        yield broken
