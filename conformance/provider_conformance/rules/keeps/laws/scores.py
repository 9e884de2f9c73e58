"""Scores of hits: the best comes first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_NEAR: Final = 1e-4
"""The part of the largest score that two of them may differ by and still count as the same."""


def slack(scores: Sequence[float]) -> float:
    """By how much one score may be above another and mean nothing: indexes keep short floats."""
    return _NEAR * max((abs(score) for score in scores), default=0.0)


def rising(scores: Sequence[float]) -> bool:
    """Whether a score is above the one before it."""
    return any(later > score + slack(scores) for score, later in pairwise(scores))
