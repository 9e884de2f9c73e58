"""What can go wrong when a stack is configured, started and called.

Each error names its culprit and, where there is one, the way out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from difflib import get_close_matches


class StackError(Exception):
    """Base of all errors of the built-in stack."""


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


def suggestion(name: str, choices: Sequence[str], what: str) -> str:
    """The sentence that says which name was probably meant, and which there are."""
    near = near_names(name, choices)
    meant = f"did you mean {' or '.join(f'`{n}`' for n in near)}? " if near else ""
    return f"{meant}{what}: {listed(choices)}"


class GraphError(StackError):
    """A dependency graph that has no order."""


class CycleError(GraphError):
    """Nodes that need one another.

    Attributes:
        path: Each node needs the next one; the first node is also the last.
    """

    def __init__(self, path: Sequence[Hashable]) -> None:
        self.path = tuple(path)
        super().__init__(f"dependency cycle: {' -> '.join(map(str, self.path))}")


class UnknownNodeError(GraphError):
    """A dependency on a node that the graph does not have.

    Attributes:
        node: What is needed.
        needed_by: Who needs it.
    """

    def __init__(self, node: Hashable, needed_by: Hashable) -> None:
        self.node = node
        self.needed_by = needed_by
        super().__init__(f"{needed_by} needs {node}, which is not among the nodes")
