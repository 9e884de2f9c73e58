"""The tool's own errors. None of them is a finding: they say that a run could not be done as asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

BACKENDS_EXTRA: Final = "pip install trustme"
"""What brings the stand-ins for hosts with a fixed name."""


class ConformanceError(Exception):
    """Base of the tool's own errors; the message names the culprit and the accepted forms."""


class UsageError(ConformanceError):
    """An option or setting that cannot be acted on."""


class StackNotInstalledError(UsageError):
    """An installed stack was asked for, and none (or not that one) is there."""


class AmbiguousStackError(UsageError):
    """Several installed stacks fit and nothing says which one is meant."""

    def __init__(self, choices: Iterable[str]) -> None:
        self.choices = tuple(choices)
        listed = " or ".join(f"--provider-stack={choice}" for choice in self.choices)
        super().__init__(f"several stacks are installed: choose one with {listed}")


class ContractError(ConformanceError):
    """An installed stack whose contract cannot be read off."""


class StackIncompleteError(ContractError):
    """An installed stack that imports what is not installed: it can be read, but not be started."""

    def __init__(self, stack: str, missing: str) -> None:
        self.stack = stack
        super().__init__(f"{stack} cannot be started here: it imports `{missing}`, which is not installed")


class TypingError(ConformanceError):
    """Types that could not be checked: mypy is missing, was stopped, or sees nothing but ``Any``."""


class NoValueError(ConformanceError):
    """An annotation for which no value can be made up."""

    def __init__(self, annotation: object, why: str = "") -> None:
        text = getattr(annotation, "__qualname__", None) if isinstance(annotation, type) else None
        because = f": {why}" if why else ""
        super().__init__(f"no value can be made up for the annotation {text or annotation!r}{because}")


class MissingExtraError(ConformanceError):
    """Something needs a package that an extra of this distribution brings."""
