"""What a provider's code may do and use while it is looked at: set once for a run, read everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a run.

    Attributes:
        seconds: How long the provider's code may take at a stretch: one import, one factory, one trial.
        network: Whether traffic beyond this machine is let through.
        alone: Whether the provider has a process of its own (``--provider-isolate``).
        memory: How many bytes of its own a process of its own may have (``--provider-isolate``).
    """

    seconds: float = 30.0
    network: bool = False
    memory: int = 4096 * MEBIBYTE
    alone: bool = False


DEFAULT: Final = Limits()
_limits = DEFAULT


def limits() -> Limits:
    """The bounds of the run that is going on."""
    return _limits


@contextmanager
def limited(bounds: Limits) -> Iterator[None]:
    """Set the bounds for as long as the context lasts."""
    global _limits  # noqa: PLW0603 - of the process, as what it bounds: a provider's threads have no context
    before, _limits = _limits, bounds
    try:
        yield
    finally:
        _limits = before
