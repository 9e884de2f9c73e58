"""What becomes of a provider with the other valid settings of its configuration, each tried in a fork."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.evidence.calls import is_theirs
from provider_conformance.evidence.start import Start, Started, raised
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.briefly import answered, called_briefly
from provider_conformance.evidence.trials.varied import changing
from provider_conformance.findings import Location
from provider_conformance.package.chains import is_a, module_of, reason, steps
from provider_conformance.package.exceptions import is_on_purpose
from provider_conformance.protocols import careful
from provider_conformance.sandbox.forking import FORKS, Forked, in_fork
from provider_conformance.sandbox.limits import limits

if TYPE_CHECKING:
    from provider_conformance.calling.varied import Variation
    from provider_conformance.hosts.running import Running

_MOST: Final = 10
"""How many values are tried."""
_CPU: Final = 1.5
"""Seconds of a processor after which no further value is tried."""
_CLOCK: Final = 6.0
"""The same by the clock: a provider may wait for somebody."""
_PATIENCE: Final = 4
"""So many times as long as with the configuration as it is may another one take."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A valid value with which a provider crashes.

    Attributes:
        field: The setting.
        value: The value, as code.
        method: The method whose every call crashes, "" where it is the start.
        error: What is raised, in one line.
        place: Where the provider's own code raised it, or made the call that did.
    """

    field: str
    value: str
    method: str
    error: str
    place: Location


@dataclass(frozen=True, slots=True)
class Usual:
    """A provider that works in a fork of the process with its configuration as it is.

    Attributes:
        trying: Tries it in further forks.
        told: What came of it.
        seconds: How long that took.
        changed: The defaults of its configuration class that were others afterwards.
    """

    trying: _Trying
    told: Mapping[str, Any]
    seconds: float
    changed: tuple[str, ...]

    @classmethod
    def collect(cls, subject: Subject, started: Started) -> Usual:
        """Start it in a fork, and make the usual calls.

        Raises:
            NotJudged: There are no forks here, or it does not work in one.
        """
        if not FORKS:
            raise NotJudged("it is tried in forks of the process, which this system lacks", inconclusive=True)
        trying = _Trying(subject, started.first, answered(subject))
        found = trying.forked(None, limits().seconds)
        if found.value is None or found.value["error"]:
            raise NotJudged("it does not start in a fork of the process", inconclusive=True)
        return cls(trying, found.value, found.seconds, tuple(found.value["changed"]))


@dataclass(frozen=True, slots=True)
class Settings:
    """A provider that was tried with the other values that its configuration class takes.

    Attributes:
        broken: Those with which it crashes, one for each place in its code.
    """

    broken: tuple[Setting, ...] = ()

    @classmethod
    def collect(cls, usual: Usual) -> Settings:
        """Try one value after the other, the most telling first.

        Raises:
            NotJudged: There is no other value, or none that does not take too long.
        """
        count = min(usual.told["count"], _MOST)
        if not count:
            raise NotJudged("its configuration has no optional setting")
        tried = [told for told in usual.trying.one_by_one(count, _PATIENCE * usual.seconds) if told]
        if not tried:
            raise NotJudged("it does not come to an end with another setting in a fork", inconclusive=True)
        works = ("", *usual.told["answered"])
        return cls(tuple(_causes(one for told in tried for one in told["broken"] if one["method"] in works)))


def _causes(broken: Iterable[Mapping[str, Any]]) -> Iterator[Setting]:
    """One for each setting, and for each place in the code: more of either would tell one cause again."""
    told: set[object] = set()
    for one in broken:
        place = Location(one["path"], one["line"])
        if not told & {one["field"], place}:
            yield Setting(one["field"], one["value"], one["method"], one["error"], place)
        told |= {one["field"], place}


@dataclass(frozen=True, slots=True)
class _Trying:
    """Tries a provider in forks.

    Attributes:
        subject: The provider.
        first: Its first trial.
        methods: What is called.
    """

    subject: Subject
    first: Start
    methods: Collection[str]

    def one_by_one(self, count: int, seconds: float) -> Iterator[Any]:
        """What comes of the first so many values, None of one that takes too long; all in bounded time."""
        cpu = clock = 0.0
        for number in range(count):
            tried = self.forked(number, max(seconds, 1.0))
            yield tried.value
            cpu, clock = cpu + tried.cpu, clock + tried.seconds
            if cpu > _CPU or clock > _CLOCK:
                return

    def forked(self, number: int | None, seconds: float) -> Forked:
        """Start it in a fork and call it there, with the value of that number, or as it is."""
        return in_fork(lambda: self._tried(number), seconds)

    def _tried(self, number: int | None) -> Mapping[str, Any]:
        """What came of it, as plain data; called in a fork."""
        from provider_conformance.calling.settings import settings  # noqa: PLC0415 - pydantic

        reached = _watch_for_connections()
        found: list[Variation] = []

        def change(config: Any) -> Any:
            found[:] = settings(config)
            return config if number is None else found[number].of(config)

        config_class = self.first.trial.config_class
        before, again = _defaults(config_class), _defaults(config_class)
        trial = replace(self.first.trial, factory=changing(self.first.trial.factory, [change]))
        attempt = trial.run(trial.surroundings(), self._called)
        error = raised(attempt.error)
        calls = attempt.value or {}
        told: dict[str, Any] = {
            "count": len(found),
            "error": error is not None and reason(error),
            "answered": [method for method, failed in calls.items() if failed is None],
            "changed": _changed(before, again, _defaults(config_class)),
            "broken": [],
        }
        if number is None or not found:
            return told
        failed = {"": error} if error is not None else calls
        for method, one in failed.items():
            if (
                one is not None
                and (place := self._place(one, found[number], remote=bool(reached))) is not None
            ):
                what = {"field": found[number].field, "value": careful.short_repr(found[number].value)}
                where = {"method": method, "path": place.path, "line": place.line}
                told["broken"].append({**what, **where, "error": reason(one)})
        return told

    def _place(self, error: BaseException, variation: Variation, *, remote: bool) -> Location | None:
        return mistake(error, variation, is_theirs(self.subject), remote=remote)

    async def _called(self, running: Running) -> Mapping[str, BaseException | None]:
        """What the usual call on each method raises, without those in which something made up took part."""
        calls = await called_briefly(self.subject, running, self.methods) if self.methods else []
        return {one.method: one.error for one in calls if one.answered or not one.helped}


def _defaults(config_class: object) -> dict[str, str]:
    """What a configuration gets that says nothing: the lists, tables and objects, as code."""
    fields, found = careful.attribute(config_class, "model_fields"), dict[str, str]()
    for name, field in fields.items() if isinstance(fields, dict) else ():
        with suppress(Exception):  # a factory of a default may raise anything, or need what is not there
            value = field.get_default(call_default_factory=True)
            if not field.is_required() and not isinstance(value, str | int | float | None):
                found[name] = repr(value)
    return found


def _changed(before: Mapping[str, str], again: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The defaults that do not change by themselves, and did."""
    steady = [name for name, value in before.items() if again.get(name) == value and name in after]
    return [name for name in steady if after[name] != before[name]]


def _watch_for_connections() -> list[str]:
    """The addresses that are connected to from now on; the process is never rid of this."""
    reached: list[str] = []

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            reached.append(str(arguments[1]))

    sys.addaudithook(note)
    return reached


def mistake(
    error: BaseException, variation: Variation, theirs: Callable[[str], bool], *, remote: bool
) -> Location | None:
    """Where the provider's own code made a mistake with a value; None where that is not certain.

    Certain is what Python raises by itself, and only where it is about the value: a name that is not there;
    an operation that the value's class lacks; a key or a division where the class lists the value itself.
    What a service may have answered, or the provider raises on purpose, proves nothing.

    Args:
        error: What was raised.
        variation: The value with which it was.
        theirs: Whether a module is the provider's own.
        remote: Whether somebody was asked before, who may have answered anything.
    """
    if is_on_purpose(error, theirs):
        return None
    own = [step for step in steps(error) if theirs(module_of(step))]
    last = _last_but(error, sys.stdlib_module_names)
    if not own or last is not own[-1]:
        return None
    place = Location(own[-1].tb_frame.f_code.co_filename, own[-1].tb_lineno)
    if is_a(error, NameError):
        return place
    if remote:
        return None
    if is_a(error, (TypeError, AttributeError)):
        named = careful.class_name(type(variation.value)) in careful.text(error)
        certain = named or not (variation.made_up or variation.value is None)
        return place if certain else None
    by_itself = _last_but(error, ()) is own[-1] and not variation.made_up
    return place if by_itself and is_a(error, (LookupError, ZeroDivisionError)) else None


def _last_but(error: BaseException, tops: Collection[str]) -> TracebackType | None:
    """The step nearest to where an error was raised that is in none of these packages."""
    found = [step for step in steps(error) if module_of(step).partition(".")[0] not in tops]
    return found[-1] if found else None
