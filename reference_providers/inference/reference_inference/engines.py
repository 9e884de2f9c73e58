"""What stands in for a model: engines that turn a prompt into tokens, the same ones every time."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Final, Protocol

from provider_conformance.stack.apis.sampling import SamplingParams, SamplingStrategy


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text, and the probability of each candidate that it was chosen from."""

    text: str
    candidates: Mapping[str, float] = field(default_factory=dict)


class Engine(Protocol):
    """Turns a prompt into tokens."""

    def generate(self, prompt: str, sampling: SamplingParams) -> Iterator[Token]:
        """The tokens that follow ``prompt``; the caller stops when it has enough."""


class Echo:
    """Says what it was told, word by word."""

    def generate(self, prompt: str, sampling: SamplingParams) -> Iterator[Token]:
        """The words of ``prompt``, each with the white space before it; ``sampling`` changes nothing."""
        for word in re.findall(r"\s*\S+", prompt):
            yield Token(word, {word: 1.0})


class Markov:
    """Goes from word to word as a corpus does; a word that the corpus never continues ends the text."""

    def __init__(self, corpus: str) -> None:
        words = corpus.split()
        self._first = words[0]
        self._next: dict[str, Counter[str]] = defaultdict(Counter)
        for word, following in pairwise(words):
            self._next[word][following] += 1

    def generate(self, prompt: str, sampling: SamplingParams) -> Iterator[Token]:
        """A walk that starts at the last word of ``prompt``, or where the corpus starts."""
        word = (prompt.split() or [""])[-1]
        if word not in self._next:
            word = self._first
        separator = ""
        step = 0
        while counts := self._next.get(word):
            total = counts.total()
            candidates = {candidate: count / total for candidate, count in counts.items()}
            word = choose(candidates, sampling, _fraction(f"{step}:{prompt}"))
            yield Token(separator + word, candidates)
            separator = " "
            step += 1


ENGINES: Final[Mapping[str, Callable[[str], Engine]]] = {
    "echo": lambda _corpus: Echo(),
    "markov": Markov,
}
"""The engines by the name that a model's ``llama_model`` gives; each is made from the corpus."""


def choose(candidates: Mapping[str, float], sampling: SamplingParams, fraction: float) -> str:
    """Pick one of ``candidates`` the way ``sampling`` says.

    Args:
        candidates: Probabilities by candidate, at least one.
        sampling: The strategy and its knobs.
        fraction: Where chance points, from 0 up to but without 1.

    Returns:
        The likeliest candidate for the greedy strategy or a temperature of 0, else the one that
        ``fraction`` falls on among those that the strategy leaves.
    """
    ranked = sorted(candidates, key=lambda candidate: (-candidates[candidate], candidate))
    temperature = sampling.temperature or 0.0
    if sampling.strategy is SamplingStrategy.greedy or temperature <= 0:
        return ranked[0]
    left = ranked[: _how_many(ranked, candidates, sampling)]
    likeliest = candidates[ranked[0]]  # what is divided by it cannot vanish in the power
    heats = list(accumulate((candidates[c] / likeliest) ** (1 / temperature) for c in left))
    return next(c for c, heat in zip(left, heats, strict=True) if heat > fraction * heats[-1])


def _how_many(ranked: list[str], candidates: Mapping[str, float], sampling: SamplingParams) -> int:
    """How many of the likeliest candidates the strategy leaves; a knob that is not set leaves all."""
    if sampling.strategy is SamplingStrategy.top_k:
        return max(sampling.top_k or 0, 0) or len(ranked)
    sums = accumulate(candidates[candidate] for candidate in ranked)
    enough = sampling.top_p or 1.0
    return next((count for count, total in enumerate(sums, start=1) if total >= enough), len(ranked))


def _fraction(text: str) -> float:
    """A number from 0 up to but without 1 that depends on nothing but ``text``."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48
