"""Calls at the same time and calls that are cancelled: what a server with many clients makes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from provider_conformance.calling.asking import Asked, Path
from provider_conformance.calling.calling import Caller, Seen
from provider_conformance.calling.knowing import Knowing
from provider_conformance.calling.notes import Cancelled, Notes, Together

Call = Callable[[Asked, Mapping[Path, Any], str], Awaitable[Seen | None]]
"""Makes a call and writes it down by a label; None where it cannot be made."""

SLOW: Final = 0.1
"""Seconds from which on a call is slow: then fewer are made."""
_WORDS: Final = ("alpha", "beta", "gamma", "delta")
_FEW: Final = 2
_METHODS: Final = 3
"""How many methods are called at the same time."""
_SERIAL: Final = 2.0
"""A call among others may take so many times as long as all of them one after the other, and more."""
_PAUSE: Final = 0.2
"""Seconds that work which cannot be cancelled, in a thread say, has to end before the next call."""


@dataclass(slots=True)
class Crowding:
    """Makes calls at once, and cancels some.

    Attributes:
        caller: Makes the calls.
        notes: Where they are written down.
        knowing: What is known of the provider and its API.
        call: Makes a call and writes it down.
        pace: Seconds that the latest call on each method took.
        steady: Calls that were answered as often as they were made by themselves: one on each method, and
            one that streams where it does that on demand.
    """

    caller: Caller
    notes: Notes
    knowing: Knowing
    call: Call
    pace: Mapping[str, float]
    steady: list[tuple[Asked, Seen]] = field(default_factory=list)

    async def on(self, asked: Asked) -> None:
        """Call one method several times at once, as a whole and streamed."""
        kinds = [dict[Path, Any]()]
        if (slot := asked.streams_on_demand) is not None and not self._slow(asked):
            kinds.append({slot.path: True})
        for more in kinds:
            if (first := await self._at_once(asked, more)) is not None:
                self.steady.append((asked, first))

    async def across(self) -> None:
        """Call several methods at once, each of which answers by itself."""
        steady = reversed(self.steady)
        chosen = {asked.name: (asked, seen) for asked, seen in steady if not self._slow(asked)}
        for several in _grouped([*reversed(chosen.values())]):
            methods = tuple(asked.name for asked, _ in several)
            calls = [(asked, seen.values) for asked, seen in several]
            alone = [await self.call(asked, values, "alone") for asked, values in calls]
            first = tuple(seen for seen in alone if seen is not None and seen.answered)
            if len(first) == len(calls):
                await self._gathered(methods, calls, (first, first))

    async def _at_once(self, asked: Asked, more: Mapping[Path, Any]) -> Seen | None:
        """The first call, where each is answered by itself, and twice."""
        given = self.knowing.identifiers(asked)
        words = _WORDS[:_FEW] if self._slow(asked) else _WORDS
        calls = [(asked, {**self.knowing.likely(asked, given, text=word), **more}) for word in words]
        rounds = []
        for _ in range(2):
            alone = [await self.call(asked, values, "alone") for _, values in calls]
            rounds.append(tuple(seen for seen in alone if seen is not None and seen.answered))
        first, second = rounds
        if not len(first) == len(second) == len(calls):
            return None
        await self._gathered((asked.name,), calls, (first, second))
        return first[0]

    async def _gathered(
        self,
        methods: tuple[str, ...],
        calls: Sequence[tuple[Asked, Mapping[Path, Any]]],
        alone: tuple[tuple[Seen, ...], tuple[Seen, ...]],
    ) -> None:
        """Make calls at once: who serves one after the other has the time of all of them."""
        serial = _SERIAL * sum(self.pace.get(asked.name, 0.0) for asked, _ in calls)
        apart = [replace(self.caller, busy=None, patience=self.caller.patience + serial) for _ in calls]
        made = [one.call(*call, "together") for one, call in zip(apart, calls, strict=True)]
        together = tuple(await asyncio.gather(*made))
        texts = tuple(seen.text for seen in alone[0])
        self.notes.together.append(Together(methods, texts, *alone, together))

    async def cancel(self, until: float) -> None:
        """Cancel calls, each as soon as it is under way, and another one in its midst.

        It comes last and ends with the first fault: a lock that is not released keeps all others waiting.

        Args:
            until: When to stop, on the clock of ``time.monotonic``.
        """
        for asked, usual in self.steady:
            for after in dict.fromkeys((0.0, self.pace.get(asked.name, 0.0) / 2)):
                if time.monotonic() > until:
                    self.notes.hurried = True
                    return
                seen = await self.caller.cancelled(asked, usual.values, after)
                if seen is None:
                    break
                following = None if seen.late else await self._following(asked, usual.values)
                self.notes.cancelled.append(Cancelled(seen, following))
                if following is None or not following.answered:
                    return

    async def _following(self, asked: Asked, values: Mapping[Path, Any]) -> Seen:
        """The next call; once more after a while where it fails: the first may end only then."""
        caller = replace(self.caller, busy=None)
        seen = await caller.call(asked, values, "following")
        if seen.answered or seen.late:
            return seen
        await asyncio.sleep(_PAUSE)
        return await caller.call(asked, values, "following")

    def _slow(self, asked: Asked) -> bool:
        return self.pace.get(asked.name, 0.0) > SLOW


def _grouped(chosen: Sequence[tuple[Asked, Seen]]) -> Iterator[Sequence[tuple[Asked, Seen]]]:
    """Neighbours of one another, a few at a time; a last one by itself has nobody to meet."""
    groups = (chosen[at : at + _METHODS] for at in range(0, len(chosen), _METHODS))
    return (group for group in groups if len(group) > 1)
