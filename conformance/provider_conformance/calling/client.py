"""A client that makes a few calls on a running provider, and can say how to repeat them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from provider_conformance.calling.asking import Asked, Path
from provider_conformance.calling.calling import Caller, Seen
from provider_conformance.calling.knowing import Knowing, kept, placed
from provider_conformance.calling.objects import likely_object, nouns_of, objects_of
from provider_conformance.calling.pasted import Line, Pasting, script
from provider_conformance.errors import NoValueError
from provider_conformance.hosts.running import Running
from provider_conformance.laws.model import Guide, of
from provider_conformance.package.exceptions import Nature, nature

T = TypeVar("T")

_PAUSES: Final = (0.05, 0.2, 0.5, 1.0)
"""Seconds between looks at a service that may need a moment until what was stored is found."""


class UnansweredError(Exception):
    """A call that was to be answered was not.

    Attributes:
        seen: What came of it.
        shown: The calls that lead to it, as lines.
    """

    def __init__(self, seen: Seen, shown: tuple[str, ...]) -> None:
        super().__init__(seen.text)
        self.seen, self.shown = seen, shown


class NoPlaceError(Exception):
    """The provider, or this release of the stack, has no place for what is to be tried."""


class UnseenError(Exception):
    """What is to be tried cannot be seen here."""


class LeftError(Exception):
    """What is to be tried rests on something that another rule looks at, and finds broken.

    Attributes:
        code: The rule's code.
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept.

    Attributes:
        method: The method that is to be mended.
        message: What is wrong.
        seen: The calls that show it, as lines.
        warning: Whether sound small providers may lack it.
        fix: What to do, "" where the rule's own words are enough.
        crash: Whether it is that a call crashed.
        through: The methods that were called: what is wrong with one of them tells it better.
    """

    method: str
    message: str
    seen: tuple[str, ...] = ()
    warning: bool = False
    fix: str = ""
    crash: bool = False
    through: tuple[str, ...] = ()


@dataclass(slots=True)
class Client:
    """Calls a provider by the names of its methods, with plain data.

    Attributes:
        running: The stack.
        caller: Makes the calls.
        every: The methods of the API by their names.
        knowing: What is known of the provider and its API.
        standin: Whether its back end is the stand-in, whose answers prove nothing about the provider.
        lines: What has been called since this client was made, to be shown.
        pasting: Writes it down.
    """

    running: Running
    caller: Caller
    every: Mapping[str, Asked]
    knowing: Knowing
    standin: bool = False
    lines: list[Line] = field(default_factory=list)
    pasting: Pasting = field(default_factory=Pasting)

    @classmethod
    async def of(
        cls,
        running: Running,
        caller: Caller,
        every: Mapping[str, Asked],
        guide: Guide,
        *,
        standin: bool = False,
    ) -> Client:
        """A client that knows which objects are registered with the provider."""
        knowing = Knowing(guide, nouns=nouns_of(running))
        fields = {name: of(sample, knowing.setting()) for name, sample in guide.registered.items()}
        knowing.objects = await objects_of(running, fields)
        return cls(running, caller, every, knowing, standin)

    def apart(self) -> Client:
        """The same client, whose calls are shown by themselves."""
        return replace(self, lines=[], pasting=Pasting())

    def joined(self, *others: Client) -> Client:
        """A client that shows the calls of all of these, one client's after the other's."""
        every = (self, *others)
        needs: dict[str, set[str]] = {}
        for one in every:
            for module, names in one.pasting.needs.items():
                needs.setdefault(module, set()).update(names)
        return replace(self, lines=[line for one in every for line in one.lines], pasting=Pasting(needs))

    @property
    def remote(self) -> bool:
        """Whether the provider talks to a service."""
        return self.caller.remote

    def has(self, method: str, *places: str) -> bool:
        """Whether the provider has a method, and this release places of these names in a call on it."""
        asked = self.every.get(method)
        if asked is None or not callable(getattr(self.caller.provider, method, None)):
            return False
        return set(places) <= {slot.name for slot in asked.slots}

    def fresh(self) -> str:
        """A name that nothing has had."""
        return self.knowing.setting().fresh

    async def ask(self, method: str, /, **samples: Any) -> Seen:
        """Make a call, whatever comes of it.

        Args:
            method: The method.
            samples: Plain data by the names of its places; a place that this release lacks is an error.

        Raises:
            NoPlaceError: There is no such method or place, or no value for something that it requires.
        """
        asked = self.every.get(method)
        if asked is None or not callable(getattr(self.caller.provider, method, None)):
            raise NoPlaceError(f"it has no `{method}`")
        values = self._values(asked, samples)
        try:
            arguments = asked.arguments(values)
        except Exception as error:
            raise NoPlaceError(f"this release takes no such call of `{method}`: {error}") from None
        text = self.pasting.call(method, arguments, positional=asked.positional)
        seen = await self.caller.call(asked, values, "law")
        told = "" if seen.answered else _told(seen)
        self.lines.append(Line(text, method, seen.answer, told, seen.chunks is not None))
        return seen

    async def answer(self, method: str, /, **samples: Any) -> Any:
        """What a call is answered with; the pieces of a stream as a tuple.

        Raises:
            UnansweredError: It is not answered.
            NoPlaceError: It cannot be made.
        """
        seen = await self.ask(method, **samples)
        if not seen.answered:
            raise UnansweredError(seen, self.script)
        return seen.answer if seen.chunks is None else seen.chunks

    async def taken(self, method: str, /, **samples: Any) -> Any:
        """What a call is answered with, None where it is refused.

        Raises:
            UnansweredError: It is neither answered nor refused.
            NoPlaceError: It cannot be made.
        """
        seen = await self.ask(method, **samples)
        if seen.answered:
            return seen.answer if seen.chunks is None else seen.chunks
        if meaning(seen) in (Nature.REFUSAL, Nature.UNSUPPORTED):
            return None
        raise UnansweredError(seen, self.script)

    async def register(self, **fields: Any) -> Any:
        """Register an object with the provider, through the stack's table.

        Args:
            fields: Plain data for its fields; those that the class does not have are left out.

        Raises:
            NoPlaceError: The stack registers nothing.
            UnseenError: The provider does not take it.
        """
        if not self.running.kinds:
            raise NoPlaceError("the stack registers nothing with it")
        kind: Any = self.running.kinds[0]
        made = likely_object(kind, fields)
        await self.registered(made, *fields)
        return made

    async def registered(self, obj: Any, *names: str) -> None:
        """Register an object that there is already.

        Args:
            obj: The object.
            names: Its fields that are worth being shown, beside those that it must have.

        Raises:
            UnseenError: The provider does not take it.
        """
        error = await self.running.register(obj)
        kind = type(obj)
        verb = self.verb("register")
        told = {name for name, field in kind.model_fields.items() if name in names or field.is_required()}
        shown = self.pasting.code(kind.model_construct(told, **{name: getattr(obj, name) for name in told}))
        self.lines.append(
            Line(f"provider.{verb}({shown})", verb, remark="" if error is None else repr(error))
        )
        if error is not None:
            raise UnseenError(f"it does not take what is registered: {error}")

    async def unregister(self, obj: Any) -> BaseException | None:
        """Take an object away again, through the stack's table; what the provider raised."""
        if not self.running.unregistering:
            return None
        error = await self.running.unregister(obj)
        remark, verb = "" if error is None else repr(error), self.verb("unregister")
        self.lines.append(Line(f"provider.{verb}({obj.identifier!r})", verb, remark=remark))
        return error

    def verb(self, word: str) -> str:
        """The provider's method that registers or unregisters an object."""
        found = (name for name in dir(self.caller.provider) if name.startswith(f"{word}_"))
        return next(found, f"{word}_{nouns_of(self.running)[-1]}")

    def own_answers(self) -> None:
        """Go on only where answers are the provider's own.

        Raises:
            UnseenError: They are what the stand-in of its server says.
        """
        if self.standin:
            raise UnseenError("its server is stood in for here: what that answers proves nothing about it")

    async def until(self, look: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
        """Look until it is good: a service may take a moment, a provider without one may not.

        Args:
            look: Makes the call.
            good: Whether what came is what is waited for.
        """
        found = await look()
        for pause in _PAUSES if self.remote else ():
            if good(found):
                return found
            await asyncio.sleep(pause)
            self.lines.pop()  # the last look is shown, and not how often it took
            found = await look()
        return found

    def note(self, text: str, method: str) -> None:
        """Show a call that was made otherwise."""
        self.lines.append(Line(text, method))

    def remark(self, text: str) -> None:
        """Say beside the last call what is to be seen in its answer."""
        self.lines[-1] = replace(self.lines[-1], remark=" ".join(text.split()))

    def broken(
        self, method: str, message: str, *, remark: str = "", fix: str = "", warning: bool = False
    ) -> Broken:
        """A promise that was not kept, with the calls of this client that show it.

        Args:
            method: The method that is to be mended.
            message: What is wrong.
            remark: What is to be seen in the answer to the last call.
            fix: What to do.
            warning: Whether sound small providers may lack it.
        """
        if remark:
            self.remark(remark)
        through = tuple(dict.fromkeys(line.method for line in self.lines))
        return Broken(method, message, self.script, warning, fix, through=through)

    @property
    def script(self) -> tuple[str, ...]:
        """The calls of this client as lines to be pasted."""
        return script(self.lines, self.pasting.imports())

    def _values(self, asked: Asked, samples: Mapping[str, Any]) -> dict[Path, Any]:
        way, setting = self.knowing.guide.way(asked.name), self.knowing.setting()
        given = placed(asked, samples, setting)
        if missing := samples.keys() - {path[-1] for path in given}:
            raise NoPlaceError(f"`{asked.name}` takes no `{'`, `'.join(sorted(missing))}` in this release")
        own = placed(asked, {**self.knowing.guide.names, **way.own}, setting)
        required = {slot.path for slot in asked.slots if slot.required}
        own = {path: value for path, value in own.items() if path in required}
        known = self.knowing.identifiers(asked)
        try:
            return kept(asked.likely({**known, **own, **given}))
        except NoValueError as error:
            raise NoPlaceError(str(error)) from None


def meaning(seen: Seen) -> Nature | None:
    """What the error of a call means, None without one."""
    if seen.error is None or seen.nature is not None:
        return seen.nature
    return nature(seen.error, deliberate=seen.deliberate, helped=seen.helped)


def _told(seen: Seen) -> str:
    if seen.error is None:
        return "does not come back"
    return " ".join(f"{type(seen.error).__name__}: {seen.error}".split())[:100]
