"""How messages name things: what was meant, lists, and what an error says."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near_names(name: str, choices: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The choices that ``name`` may have been meant to be, the nearest first.

    Args:
        name: What was given.
        choices: What would have been accepted.
        limit: How many to return at most.

    Returns:
        Choices that are spelled alike, whatever their case; empty where none is.
    """
    folded: dict[str, str] = {}
    for choice in choices:
        folded.setdefault(choice.casefold(), choice)
    return tuple(folded[match] for match in get_close_matches(name.casefold(), folded, n=limit, cutoff=0.5))


def listed(names: Iterable[str], *, nothing: str = "none", limit: int = 10) -> str:
    """Names as a person would list them, cut off after ``limit``."""
    quoted = [f"`{name}`" for name in names]
    if not quoted:
        return nothing
    rest = len(quoted) - limit
    return ", ".join(quoted[:limit]) + (f" and {rest} more" if rest > 0 else "")


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """The question whether a near name was meant, with a leading space; nothing where none is near."""
    near = near_names(name, choices)
    return f" Did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else ""


def said(error: BaseException) -> str:
    """The text of an error, "" where it cannot be had: a provider's own class may raise there."""
    try:
        return str(error).strip()
    except Exception:
        return ""


def describe(error: BaseException) -> str:
    """An error in one line: its type, and its text where it has one."""
    text = said(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
