"""How the next token is chosen."""

from enum import Enum
from typing import Final

from pydantic import BaseModel


class SamplingStrategy(Enum):
    """The ways of choosing the next token."""

    greedy = "greedy"
    top_p = "top_p"
    top_k = "top_k"


class SamplingParams(BaseModel):
    """A sampling strategy and its knobs; ``max_tokens`` of 0 leaves the limit to the provider."""

    strategy: SamplingStrategy = SamplingStrategy.greedy
    temperature: float | None = 0.0
    top_p: float | None = 0.95
    top_k: int | None = 0
    max_tokens: int | None = 0
    repetition_penalty: float | None = 1.0


DEFAULT_SAMPLING: Final = SamplingParams()
"""The default of every ``sampling_params``: one object shared by all callers, so never change it."""
