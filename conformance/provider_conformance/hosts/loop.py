"""One event loop for many resolutions: making one for each costs four times as much."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class ReusedLoop:
    """Runs coroutines one after the other; the loop is closed when nobody has this object any more."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end and return its result."""
        if self._runner is None:
            self._runner = asyncio.Runner()
            # Not Runner.close: it runs the loop once more, which it cannot while another loop runs.
            weakref.finalize(self, self._runner.get_loop().close)
        return self._runner.run(coroutine)
