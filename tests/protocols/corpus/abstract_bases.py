"""Contracts from anywhere: abstract base classes, and generic protocols with and without arguments."""

from __future__ import annotations

import abc
import functools
import sys
from collections.abc import Awaitable
from typing import Any, Generic, Protocol, TypeVar

from protocols.corpus.case import Casebook

T = TypeVar("T")
B = TypeVar("B", bound="Awaitable[Any]")

cases = Casebook(__name__)


class Plugin(abc.ABC):
    """What is abstract is demanded; what is concrete is there, however empty."""

    @abc.abstractmethod
    def run(self, job: str, retries: int = 0) -> str: ...

    def started(self, job: str) -> None: ...

    def stopped(self, job: str) -> None:
        """Override it to be told."""

    def failed(self, job: str) -> str | None:
        return None

    def _check(self) -> None: ...

    @property
    @abc.abstractmethod
    def name(self) -> str: ...

    @property
    def title(self) -> str:
        return self.name


async def runs(plugin: Any) -> None:
    assert plugin.run(job="j") == plugin.run(job="j", retries=2) == "j"
    assert plugin.started(job="j") is plugin.stopped(job="j") is plugin.failed(job="j") is None
    assert (plugin.name, plugin.title) == ("n", "n")


async def does_not_run(plugin: Any) -> None:
    try:
        await runs(plugin)
    except (TypeError, AttributeError):
        return
    raise AssertionError("it works")


fine = functools.partial(cases.fine, proof=runs)
wrong = functools.partial(cases.defect, proof=does_not_run)
left_abstract = functools.partial(cases.defect, views=("class",), proof=does_not_run)


@fine("base-with-what-is-abstract-written", Plugin)
class Written(Plugin):
    name = "n"

    def run(self, job, retries=0):
        return job


@fine("base-with-hooks-overridden", Plugin)
class Overridden(Written):
    def started(self, job: str, *, quietly: bool = False) -> None:
        self.job = job

    def stopped(self, job: str) -> None:
        pass


@fine("base-with-a-hook-overridden-by-nothing", Plugin)
class OverriddenByNothing(Written):
    def started(self, job): ...


class Naming:
    @property
    def name(self) -> str:
        return "n"


@fine("base-behind-a-mixin", Plugin)
class MixedIn(Naming, Plugin):
    def run(self, job, retries=0):
        return job


@fine("base-kept-without-inheriting", Plugin)
class Duck:
    name = title = "n"

    def run(self, job, retries=0):
        return job

    def started(self, job):
        return None

    stopped = failed = started


@wrong("base-with-an-abstract-method-too-narrow", Plugin, "x03 run")
class Narrow(Written):
    def run(self, job):
        return job


@wrong("base-with-a-hook-too-narrow", Plugin, "x03 started")
class NarrowHook(Written):
    """Callers call the hook, and have no reason to expect a TypeError."""

    def started(self):
        return None


@wrong("base-not-inherited-and-hooks-left-out", Plugin, "x08 stopped", "x08 failed")
class DuckWithoutHooks:
    name = title = "n"

    def run(self, job, retries=0):
        return job

    def started(self, job):
        return None


async def cannot_be_made(made: Any) -> None:
    raise AssertionError("it was made")


def abstract(id: str, cls: type, *expected: str) -> None:
    """Enter a class of which Python makes no instance."""

    async def proof(made: Any) -> None:
        try:
            cls()
        except TypeError:
            return
        raise AssertionError("it was made")

    cases.add(id, Plugin, cls, *expected, views=("class",), make=lambda: None, proof=proof)


class NothingWritten(Plugin): ...


class PropertyLeft(Plugin):
    def run(self, job, retries=0):
        return job


class Hidden(Plugin, Naming):
    """The abstract property comes before the mixin's."""

    def run(self, job, retries=0):
        return job


abstract("base-with-nothing-written", NothingWritten, "x02 run", "x09 name")
abstract("base-with-an-abstract-property-left", PropertyLeft, "x09 name")
abstract("base-before-the-mixin-that-would-serve", Hidden, "x09 name")


class Demanding(Written, abc.ABC):
    """A base that takes an implementation away again, and widens another."""

    @abc.abstractmethod
    def failed(self, job: str) -> str | None: ...

    def started(self, job: str, at: float = 0.0) -> None: ...


async def starts_late(plugin: Any) -> None:
    assert plugin.started(job="j", at=1.0) is None


async def does_not_start_late(plugin: Any) -> None:
    try:
        plugin.started(job="j", at=1.0)
    except TypeError:
        return
    raise AssertionError("it starts")


@cases.fine("base-of-a-base", Demanding, proof=starts_late)
class Meeting(Demanding):
    def failed(self, job):
        return None


@cases.defect("base-of-a-base-only-inherited", Demanding, "x03 started", proof=does_not_start_late)
class MeetingTheFirst(Written): ...


# -- generic protocols ----------------------------------------------------------------------------


class Box(Protocol[T]):
    """Whoever implements it chooses what is in it."""

    def take(self) -> T: ...

    @property
    def content(self) -> T: ...


class TextBox(Box[str], Protocol):
    """Here it is chosen."""


class BoundBox(Protocol[B]):
    def take(self) -> B: ...


async def is_taken(box: Any) -> None:
    assert box.take() == box.content == "c"


async def is_taken_later(box: Any) -> None:
    assert await box.take() == "c"


@cases.fine("generic-with-its-argument", Box[str], proof=is_taken)
@cases.fine("generic-without-argument", Box, proof=is_taken)
@cases.fine("generic-with-the-argument-of-its-base", TextBox, proof=is_taken)
class Texts:
    content = "c"

    def take(self):
        return self.content


@cases.fine("generic-of-an-awaitable", Box[Awaitable[str]], proof=is_taken_later)
@cases.fine("generic-of-anything-may-be-awaited", Box, proof=is_taken_later)
@cases.fine("generic-of-a-bound", BoundBox, proof=is_taken_later)
@cases.defect("generic-of-a-text-may-not", Box[str], "x06 take", proof=is_taken_later)
@cases.defect("generic-base-of-a-text-may-not", TextBox, "x06 take", proof=is_taken_later)
class Later:
    content = "c"

    async def take(self):
        return self.content


@cases.defect("generic-property-as-a-method", Box[str], "x09 content", proof=lambda box: has_a_method(box))
@cases.fine("generic-property-that-may-be-a-function", Box, proof=lambda box: has_a_method(box))
class Methods:
    def content(self):
        return "c"

    def take(self):
        return self.content


async def has_a_method(box: Any) -> None:
    assert callable(box.content)


class Given(Generic[T]):
    """What it gives nobody can tell from its annotation."""

    def __init__(self, given: T) -> None:
        self.content = given

    def take(self) -> T:
        return self.content


async def gives_something(box: Any) -> None:
    assert box.take() is box.content


cases.add(
    "generic-result-of-the-implementation", BoundBox, Given, make=lambda: Given("c"), proof=gives_something
)


class Repository(abc.ABC, Generic[T]):
    @abc.abstractmethod
    def get(self, key: str) -> T: ...

    def close(self) -> None: ...


async def gets(repository: Any) -> None:
    assert repository.get(key="k") == "k"


async def cannot_get(repository: Any) -> None:
    try:
        repository.get(key="k")
    except TypeError:
        return
    raise AssertionError("it works")


@cases.fine("generic-base", Repository[str], proof=gets)
class Keys(Repository[str]):
    def get(self, key):
        return key


@cases.defect("generic-base-under-another-name", Repository, "x03 get", proof=cannot_get)
class OtherKeys(Repository[str]):
    def get(self, name):
        return name


NEW_SYNTAX = """
class Slot[T](Protocol):
    def take(self) -> T: ...
    def put[U](self, value: U) -> U: ...
"""


class Slots:
    async def take(self):
        return "c"

    async def put(self, value):
        return value


async def takes_and_puts(slots: Any) -> None:
    assert (await slots.take(), await slots.put(value="v")) == ("c", "v")


if sys.version_info >= (3, 12):
    exec(NEW_SYNTAX)
    slot: Any = globals()["Slot"]
    cases.add("type-parameters", slot, Slots, proof=takes_and_puts)
    cases.add("type-parameters-given", slot[str], Slots, "x06 take", proof=takes_and_puts)
