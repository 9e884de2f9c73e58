"""Make what a call needs before it is made: identifiers, registered objects, what has come to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from provider_conformance.calling.asking import Asked, Path
from provider_conformance.calling.calling import Seen
from provider_conformance.calling.knowing import Knowing, asking_for_one, kept, placed
from provider_conformance.calling.objects import likely_object
from provider_conformance.errors import NoValueError
from provider_conformance.hosts.running import Running
from provider_conformance.laws import model as laws
from provider_conformance.laws.model import Until, Way

Call = Callable[[Asked, Mapping[Path, Any], str], Awaitable[Seen | None]]
"""Makes a call and writes it down by a label; None where it cannot be made."""

_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.3, 0.5)
"""Seconds between looks at what is to come to its end."""


@dataclass(slots=True)
class Preparing:
    """Makes what calls need.

    Attributes:
        running: The stack.
        knowing: What is known of the provider and its API.
        call: Makes a call.
        every: All methods of the API by their names.
        barren: Those that were to make something and did not.
        registered: The identifiers of objects that were registered for a call.
    """

    running: Running
    knowing: Knowing
    call: Call
    every: Mapping[str, Asked]
    barren: set[str] = field(default_factory=set)
    registered: set[str] = field(default_factory=set)

    async def ready(self, asked: Asked) -> dict[Path, Any]:
        """Make what a call needs.

        Args:
            asked: The method that is going to be called.

        Returns:
            The identifiers for it.
        """
        way = self.knowing.guide.way(asked.name)
        given: dict[Path, Any] = {}
        for slot in asking_for_one(asked, way):
            making = self.knowing.guide.making(slot.name)
            maker = self.every.get(making.method) if making is not None else None
            used_up = slot.name in way.uses_up
            if making is None or maker is None or maker is asked:
                continue
            if (used_up or slot.name not in self.knowing.known) and (
                made := await self._made(maker, way)
            ) is not None:
                if used_up:
                    given[slot.path] = getattr(made, making.field, None)
                else:
                    self.knowing.learn(maker, made)
        given = {**self.knowing.identifiers(asked), **kept(given)}
        if way.until is not None:
            await self._wait(way.until, given)
        return given

    async def register(self, asked: Asked, values: Mapping[Path, Any]) -> None:
        """Register the object that a call is about, where the stack does so before it."""
        wanted = self.knowing.guide.way(asked.name).registers
        if wanted is None or not self.running.kinds:
            return
        name = next((value for path, value in values.items() if path[-1] == wanted.place), None)
        if not isinstance(name, str) or name in self.registered:
            return
        self.registered.add(name)
        with suppress(Exception):
            kind: Any = self.running.kinds[0]
            setting = self.knowing.setting()
            fields = {field: laws.of(sample, setting) for field, sample in wanted.fields.items()}
            named = {"identifier": name, "provider_resource_id": name}
            await self.running.register(likely_object(kind, {**fields, **named}))

    async def _made(self, maker: Asked, way: Way) -> Any:
        """What a method answers that makes something; None where it does not."""
        if maker.name in self.barren:
            return None
        with suppress(NoValueError):
            values = self.knowing.likely(maker, await self.ready(maker))
            changed = placed(maker, way.made_with, self.knowing.setting())
            seen = await self.call(maker, {**values, **changed}, "made")
            if seen is not None and seen.answered:
                return seen.answer
        self.barren.add(maker.name)
        return None

    async def _wait(self, until: Until, given: Mapping[Path, Any]) -> None:
        """Ask until something has come to its end, for a while."""
        looking = self.every.get(until.method)
        if looking is None:
            return
        names = {path[-1]: value for path, value in given.items()}
        values = {slot.path: names[slot.name] for slot in looking.slots if slot.name in names}
        if any(slot.required and slot.path not in values for slot in looking.slots):
            return  # what it would ask about could not be made
        for pause in _PAUSES:
            seen = await self.call(looking, values, "waited")
            if seen is None or not seen.answered or getattr(seen.answer, until.field, "") in until.values:
                return
            await asyncio.sleep(pause)
