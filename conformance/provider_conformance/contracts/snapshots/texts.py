"""How the source of a module is handed out: by search paths, by snapshots, by anything that knows names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LEFT_OUT: Final = "_"
"""The name that stands in a skeleton for whatever it leaves out; nothing binds it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The source of a module: its text, the file that it is shown as, and whether it is a package.

    ``folder``: a namespace package, which has no text of its own.
    """

    text: str
    path: str
    package: bool = False


Finder = Callable[[str], Found | None]
"""Answers a module's dotted name with its source, None where it has none."""
