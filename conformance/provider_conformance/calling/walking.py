"""Walk through the public methods of a running provider: which calls are made, in which order, with what."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from provider_conformance.calling.asking import Asked, Path, Slot
from provider_conformance.calling.calling import Caller, Reading, Seen
from provider_conformance.calling.crowding import SLOW, Crowding
from provider_conformance.calling.knowing import MAKERS, Knowing, several
from provider_conformance.calling.notes import Notes
from provider_conformance.calling.objects import nouns_of, objects_of
from provider_conformance.calling.preparing import Preparing
from provider_conformance.calling.tools import (
    Draw,
    Place,
    Tool,
    calls_on,
    nothing_drawn,
    place_of,
    tools_in,
    with_more,
)
from provider_conformance.errors import NoValueError
from provider_conformance.hosts.running import Running
from provider_conformance.laws.model import Guide, of
from provider_conformance.neighbours.smallest import WORD, likely
from provider_conformance.protocols.annotated import options, wanted
from provider_conformance.sandbox.limits import limits

Values = Mapping[Path, Any]

UNKNOWN: Final = "conformance-not-registered"
"""An identifier that nobody has registered."""
LARGE: Final = 100
"""How many items a large list has."""
USUAL: Final = 0.6
"""The part of a trial's time in which every method is called as clients usually do."""
FURTHER: Final = 0.3
"""The part that is for everything else, once they all have been."""

_GREETING: Final = "Hello! What is the weather like today?"
"""A text to which there is an answer of several words, where there is any."""
_FOREIGN: Final = "Grüße, 世界 🙂"
"""A text that no encoding of old has all the letters of."""
_FEW: Final = 2
_NO_GUIDE: Final = Guide("")
_ENDERS: Final = re.compile(r"(^|_)(delete|cancel|remove|unregister|close)(_|$)")
_LATE_AT_MOST: Final = 2
_TOO_LONG: Final = "calls take too long here for all of them to be made"


def in_order(methods: Iterable[Asked], guide: Guide = _NO_GUIDE) -> list[Asked]:
    """The methods in the order in which they can be called: what makes something before what uses it.

    Args:
        methods: The methods.
        guide: How their API is called; what it does not name follows.
    """

    def place(asked: Asked) -> tuple[int, int]:
        if (known := guide.place(asked.name)) is not None:
            return -1, known
        identifiers = sum(slot.required and slot.name.endswith("_id") for slot in asked.slots)
        identifiers += place_of(asked) is not None  # a tool is called once tools are listed
        if _ENDERS.search(asked.name):
            return 2, -identifiers
        return 0 if MAKERS.search(asked.name) else 1, identifiers

    return sorted(methods, key=place)


@dataclass(slots=True)
class Walk:
    """A walk through methods.

    Attributes:
        running: The stack.
        caller: Makes the calls.
        notes: Where they are written down.
        generated: Further values to call a method with, by its name.
        draw: Makes arguments for tools.
        every: All methods of the API by their names, those too that are not walked through.
        guide: How the API is called.
        tools: Those that the provider has listed.
        knowing: What is known of the provider and its API.
        until: When to stop, on the clock of ``time.monotonic``.
        pace: Seconds that the latest call on each method took.
        preparing: Makes what calls need.
    """

    running: Running
    caller: Caller
    notes: Notes
    generated: Mapping[str, Sequence[Values]]
    draw: Draw = nothing_drawn
    every: Mapping[str, Asked] = field(default_factory=dict)
    guide: Guide = _NO_GUIDE
    tools: list[Tool] = field(default_factory=list)
    knowing: Knowing = field(init=False)
    until: float = field(default_factory=lambda: _in(USUAL))
    pace: dict[str, float] = field(default_factory=dict)
    preparing: Preparing = field(init=False)

    def __post_init__(self) -> None:
        self.knowing = Knowing(self.guide)
        self.preparing = Preparing(self.running, self.knowing, self._call, self.every)

    async def through(self, methods: Sequence[Asked], only: frozenset[str] | None = None) -> None:
        """Call each of the methods in all the ways that tell something.

        Args:
            methods: The methods, see :func:`in_order`.
            only: Those that are judged; of the others only what makes or lists something is called, and once.
        """
        self.preparing.every = self.every or {asked.name: asked for asked in methods}
        await self._first([asked for asked in methods if only is None or asked.name in only])
        begun: list[tuple[Asked, Values]] = []
        for asked in methods:
            if self._is_over():
                return
            if only is None or asked.name in only:
                begun.extend(await self._begin(asked))
            elif MAKERS.search(asked.name) or asked.name.startswith("list_"):
                await self._usual(asked)
        self.until = _in(FURTHER)
        crowding = Crowding(self.caller, self.notes, self.knowing, self._call, self.pace)
        for asked, values in begun:
            if values and self.guide.way(asked.name).repeats and not self._has_trouble(asked):
                await crowding.on(asked)
            if not self._has_trouble(asked):  # else it would only take the same time again
                await self._further(asked, values)
        await crowding.across()
        await crowding.cancel(self.until)

    async def briefly(self, methods: Sequence[Asked]) -> None:
        """Call each of the methods as clients usually do, and in no other way."""
        self.preparing.every = self.every
        await self._first(methods)
        for asked in methods:
            if not self._is_over() and self._missing(asked) is None and place_of(asked) is None:
                await self._usual(asked)

    async def _first(self, methods: Sequence[Asked]) -> None:
        """Ask for listings before there is anything, and see then what is registered."""
        for asked in methods:
            if asked.name in self.guide.listings:
                await self._call(asked, {}, "first")
        self.knowing.nouns = nouns_of(self.running)
        fields = {name: of(sample, self.knowing.setting()) for name, sample in self.guide.registered.items()}
        self.knowing.objects = await objects_of(self.running, fields)

    def _is_over(self) -> bool:
        late = sum(seen.late for seen in self.notes.seen)
        if late >= _LATE_AT_MOST or time.monotonic() > self.until:
            self.notes.ended = _TOO_LONG
        return bool(self.notes.ended)

    async def _begin(self, asked: Asked) -> list[tuple[Asked, Values]]:
        """The calls that every rule needs; what is left to do with the method, with which values."""
        self.notes.walked.append(asked.name)
        if (why := self._missing(asked)) is not None:
            self.notes.unseen[asked.name] = why
            return []
        if (place := place_of(asked)) is not None:
            await self._tools(asked, place)
            return []
        usual = await self._usual(asked)
        if usual is None or not usual.answered:
            return [(asked, {})]
        repeats = self.guide.way(asked.name).repeats
        for step in (self._repeated, self._others, self._streams) if repeats else (self._others,):
            if not self._has_trouble(asked):
                await step(asked, usual.values)
        return [(asked, usual.values)]

    async def _tools(self, asked: Asked, place: Place) -> None:
        """Call the tools that are listed, by their names and with arguments that they say they take.

        What the provider's author gives is called first, and as it is.
        """
        own = [("usual", values) for values in self.knowing.own(asked)]
        told = {values.get(place.name.path) for _, values in own}
        calls, why = calls_on(place, [tool for tool in self.tools if tool.name not in told], self.draw)
        if not calls and not own:
            self.notes.unseen[asked.name] = why
        made: list[Seen] = []
        for label, values in (*own, *calls):
            if (seen := await self._call(asked, values, label)) is not None:
                made.append(seen)
                if seen.late:
                    return
        for again in self._with_more(place, made):
            await self._call(asked, again, "usual")

    def _with_more(self, place: Place, made: Sequence[Seen]) -> Sequence[Values]:
        """The usual calls again, with what agents add, on the tools that refuse everything else."""
        if not self.guide.beside:
            return []
        more = {name: of(sample, self.knowing.setting()) for name, sample in self.guide.beside.items()}
        return with_more(place, made, more)

    def _missing(self, asked: Asked) -> str | None:
        """Why the method cannot be called at all, None where it can."""
        method = getattr(self.caller.provider, asked.name, None)
        if not callable(method):
            return "it has no such method, see PC201"
        try:
            arguments = asked.arguments(self.knowing.likely(asked, self.knowing.identifiers(asked)))
            bound = inspect.signature(method)
            bound.bind(*arguments.values()) if asked.positional else bound.bind(**arguments)
        except NoValueError as error:
            return str(error)
        except (TypeError, ValueError) as error:
            return f"it cannot be called as the stack does it, see PC203: {error}"
        return None

    def _has_trouble(self, asked: Asked) -> bool:
        late = any(seen.late for seen in self.notes.seen if seen.method == asked.name)
        return late or any(stall.method == asked.name for stall in self.caller.watch.stalls)

    async def _usual(self, asked: Asked) -> Seen | None:
        """The first call that is answered: with likely values, with all of them, with the smallest."""
        knowing, seen = self.knowing, None
        given = await self.preparing.ready(asked)
        likely = knowing.likely(asked, given)
        for values in (likely, knowing.full(asked, likely), knowing.likely(asked, given, small=True)):
            seen = await self._call(asked, values, "usual")
            if seen is None or seen.answered or seen.late:
                break
        if seen is not None and seen.answered:
            knowing.learn(asked, seen.answer)
            self.tools.extend(tool for tool in tools_in(seen.answer) if tool not in self.tools)
        return seen

    async def _repeated(self, asked: Asked, usual: Values) -> None:
        await self._call(asked, self.knowing.full(asked, usual), "full")
        if (slot := asked.streams_on_demand) is not None:
            await self._call(asked, {**usual, slot.path: False}, "whole")

    async def _others(self, asked: Asked, usual: Values) -> None:
        """What clients send besides: every kind of input, several of them, a long one."""
        way = self.guide.way(asked.name)
        for values in self.knowing.others(asked, usual) if not way.uses_up else ():
            seen = await self._call(asked, values, "other")
            if seen is not None and seen.late:
                return
        for values in self.knowing.refused(asked, usual):
            await self._call(asked, values, "refused")

    async def _streams(self, asked: Asked, usual: Values) -> None:
        slot = asked.streams_on_demand
        if asked.chunk is None:
            return
        more = {slot.path: True} if slot is not None else {}
        greeting = {**self.knowing.likely(asked, await self.preparing.ready(asked), text=_GREETING), **more}
        calls = (({**usual, **more}, Reading.END), (greeting, Reading.ALL))
        several = [await self._call(asked, values, "streamed", reading) for values, reading in calls]
        streamed = [one for one in several if one is not None and one.answered and one.chunks]
        if not streamed:
            return
        values = max(streamed, key=lambda one: len(one.chunks or ())).values
        for label, reading in (("closed", Reading.CLOSE), ("left", Reading.LEAVE)):
            for others, name, how in ((values, label, reading), (usual, "after", Reading.ALL)):
                seen = await self._call(asked, others, name, how)
                if seen is None or not seen.answered:
                    return

    async def _further(self, asked: Asked, values: Values) -> None:
        """Lists of no and of many items, identifiers that nobody knows, and what was generated."""
        for label, others in await self._variations(asked, values):
            seen = await self._call(asked, others, label)
            if seen is not None and seen.late:
                return

    async def _variations(self, asked: Asked, values: Values) -> list[tuple[str, Values]]:
        found: list[tuple[str, Values]] = []
        way, given = self.guide.way(asked.name), self.knowing.identifiers(asked)
        for slot in asked.lists() if values else ():
            found.append(("empty", {**values, slot.path: []}))
            large = several(values.get(slot.path), LARGE) if slot.name in way.usual else _large(slot)
            if large is not None:
                found.append(("large", {**values, slot.path: large}))
        found.extend(("unknown", {**values, path: UNKNOWN}) for path in given if values)
        if way.uses_up:  # others still use what there is
            return found
        with suppress(NoValueError):
            found.append(("foreign", self.knowing.likely(asked, given, text=_FOREIGN)))
        generated = self.generated.get(asked.name, ())
        few = generated[:_FEW] if self._slow(asked) else generated
        found.extend(("generated", {**chosen, **given}) for chosen in few)
        return found

    def _slow(self, asked: Asked) -> bool:
        return self.pace.get(asked.name, 0.0) > SLOW

    async def _call(
        self, asked: Asked, values: Values, label: str, reading: Reading = Reading.ALL
    ) -> Seen | None:
        """One call, written down; None where its arguments cannot be made or there is no time left."""
        if label != "usual" and time.monotonic() > self.until:
            self.notes.hurried = True
            return None
        try:
            asked.arguments(values)
        except Exception:
            return None
        await self.preparing.register(asked, values)
        begun = time.monotonic()
        seen = await self.caller.call(asked, values, label, reading)
        self.pace[asked.name] = time.monotonic() - begun
        self.notes.seen.append(seen)
        return seen


def _in(part: float) -> float:
    """The moment, on the clock of ``time.monotonic``, when a part of a trial's time is over."""
    return time.monotonic() + part * limits().seconds


def _large(slot: Slot) -> list[Any] | None:
    """Many items for a list, each twice; None where the annotation allows only few."""
    for option in options(slot.annotation):
        kind = wanted(option)
        if kind.form is list and kind.limits.get("max_length", LARGE) >= LARGE:
            with suppress(NoValueError):
                return [likely(kind.argument(), text=f"{WORD} {n // 2}") for n in range(LARGE)]
    return None
