"""Whose time it is: what a stack takes for its own import is not the time of a provider that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Final

from provider_conformance.contracts import stacks
from provider_conformance.sandbox import watching

_ROOMS: Final = ("configuration", "package", "providers", "sandbox", "source", "types")
OURS: Final = tuple(f"provider_conformance.{room}." for room in _ROOMS)
"""Whoever imports a provider or asks its classes for something is in here."""


def _nobody() -> None:
    """Where nobody else counts the time."""


tell: Callable[[], None] = _nobody
"""Is called when time is spared, by whoever counts it in this process, for who counts it in another."""


def spared(frame: FrameType | None) -> bool:
    """Whether a thread that is at ``frame`` is importing a stack, or what a stack imports for itself."""
    found = imports_stack(frame, watching.owner())
    if found:
        tell()
    return found


def imports_stack(frame: FrameType | None, owns: Callable[[str], bool]) -> bool:
    """Whether a stack imports something, and not the provider: of their code that of the stack is nearest.

    Args:
        frame: Where the thread is.
        owns: Whether a source file is the provider's.
    """
    importing = False
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if owns(frame.f_code.co_filename) or name.startswith(OURS):
            return False
        importing = importing or frame.f_code.co_name == "<module>"
        if importing and stacks.family_of_module(name):
            return True
        frame = frame.f_back
    return False
