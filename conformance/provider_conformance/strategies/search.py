"""Look for the smallest generated example on which a stack or a provider breaks a promise.

Runs are deterministic: the same examples come up every time, unless hypothesis is given a seed
(``--hypothesis-seed`` under pytest).
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, TypeVar

from provider_conformance.strategies.apart import apart

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Example = TypeVar("Example")


def smallest(
    strategy: SearchStrategy[Example],
    violates: Callable[[Example], bool],
    *,
    examples: int,
    shrink: bool = True,
) -> Example | None:
    """The smallest example that violates a property.

    Args:
        strategy: Where examples come from.
        violates: Whether an example is a violation.
        examples: How many examples to try before giving up.
        shrink: Whether a smaller one is wanted than the first that comes up.

    Returns:
        The example, None where no violation was found.
    """
    from hypothesis import HealthCheck, Phase, core, find, settings  # noqa: PLC0415 - half a second
    from hypothesis.errors import NoSuchExample, Unsatisfiable  # noqa: PLC0415

    seen: dict[str, bool] = {}

    def violates_once(example: Example) -> bool:
        # Shrinking tries many encodings of the same example, and an example may cost a whole resolution.
        text = repr(example)
        if text not in seen:
            seen[text] = violates(example)
        return seen[text]

    chosen = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        suppress_health_check=list(HealthCheck),
    )
    seed = getattr(core, "global_force_seed", None)
    drawing = Random(0 if seed is None else seed)  # noqa: S311
    try:
        with apart():
            return find(strategy, violates_once, settings=chosen, random=drawing)
    except (NoSuchExample, Unsatisfiable):
        return None


def drawn(strategy: SearchStrategy[Example], *, examples: int) -> list[Example]:
    """Some examples of a strategy, the same ones every time.

    Args:
        strategy: Where they come from.
        examples: How many at most.
    """
    found: list[Example] = []

    def keep(example: Example) -> bool:
        found.append(example)
        return False

    smallest(strategy, keep, examples=examples)
    return found


def shortest(violates: Callable[[int], bool], *, most: int) -> int | None:
    """The smallest length up to ``most`` that violates a property which no longer one has again.

    Hypothesis raises the recursion limit while it looks for examples: what is about that limit is
    looked for without it.
    """
    length = 1
    while not violates(length):
        if length >= most:
            return None
        length = min(2 * length, most)
    good, bad = length // 2, length
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (good, middle) if violates(middle) else (middle, bad)
    return bad
