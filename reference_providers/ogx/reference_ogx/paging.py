"""A page of what a provider lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Identified(Protocol):
    """What a page lists."""

    id: str


T = TypeVar("T", bound=Identified)


def page(
    items: Sequence[T], limit: int | None, order: str | None, after: str | None, before: str | None
) -> tuple[list[T], bool, tuple[str, str]]:
    """A part of ``items``, which are in the order of their creation.

    Args:
        items: All of them.
        limit: How many at most, None for all.
        order: "asc" for the oldest first; anything else is "desc".
        after: The id of the last one of the page before; one that is not there changes nothing.
        before: The id of the first one of the page after.

    Returns:
        The page, whether there is more behind it, and the ids of its ends ("" where it is empty).
    """
    ordered = list(items) if order == "asc" else list(reversed(items))
    ids = [item.id for item in ordered]
    start = ids.index(after) + 1 if after in ids else 0
    end = ids.index(before) if before in ids else len(ids)
    asked = ordered[start:end]
    part = asked[:limit]
    ends = (part[0].id, part[-1].id) if part else ("", "")
    return part, len(asked) > len(part), ends
