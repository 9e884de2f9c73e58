"""Listings that come in pages: what a client that turns them relies on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.calling.client import NoPlaceError

if TYPE_CHECKING:
    from provider_conformance.calling.client import Broken, Client

MADE: Final = 5
"""How many objects there are for pages of two."""
_SIZE: Final = 2
_MOST: Final = 60
"""After so many pages a listing is taken for endless."""


async def turned(
    client: Client, method: str, made: Collection[str], /, **given: Any
) -> AsyncIterator[Broken]:
    """Turn the pages of a listing, in both orders where it has some.

    Args:
        client: Who has made what is listed; its calls up to here belong to what is shown.
        method: The method that lists.
        made: The identifiers of what has to be listed.
        given: What else it is asked with.
    """
    if not client.has(method, "limit", "after"):
        raise NoPlaceError(f"`{method}` has no pages in this release")
    for order in ("asc", "desc") if client.has(method, "order") else ("",):
        more = {**given, **({"order": order} if order else {})}
        before = len(client.lines)
        async for one in _in_order(client, method, made, more):
            yield one
            return
        del client.lines[before:]


async def _in_order(
    client: Client, method: str, made: Collection[str], given: dict[str, Any]
) -> AsyncIterator[Broken]:
    seen: list[str] = []
    after: dict[str, Any] = {}
    for _ in range(_MOST):
        page = await client.answer(method, **given, **after, limit=_SIZE)
        found = [str(one.id) for one in page.data]
        if len(found) > _SIZE:
            yield client.broken(
                method, f"`limit={_SIZE}` gives {len(found)} of them", remark=f"{len(found)} in `data`"
            )
            return
        if again := next((one for one in found if one in seen), None):
            yield client.broken(
                method,
                f"whoever follows `after` gets {again!r} a second time",
                remark="one that was there before",
                fix="go on behind `after`",
            )
            return
        seen += found
        ends = (getattr(page, "first_id", None), getattr(page, "last_id", None))
        if found and ends[1] is not None and ends[1] != found[-1]:
            yield client.broken(
                method,
                f"`last_id` is {ends[1]!r} and not the identifier of the page's last one",
                remark=f"last_id={ends[1]!r}, data ends with {found[-1]!r}",
            )
            return
        if found and ends[0] not in (None, found[0]):
            yield client.broken(
                method,
                f"`first_id` is {ends[0]!r} and not the identifier of the page's first one",
                remark=f"first_id={ends[0]!r}, data begins with {found[0]!r}",
            )
            return
        if not page.has_more:
            break
        if not found:
            yield client.broken(method, "a page without anything says `has_more`", remark="has_more=True")
            return
        after = {"after": found[-1]}
    if lost := [one for one in made if one not in seen]:
        yield client.broken(
            method,
            f"whoever turns the pages never gets {len(lost)} of {len(made)} that were made",
            remark=f"has_more={page.has_more!r}",
            fix="let `has_more` be true while there are more, and go on behind `after`",
        )
