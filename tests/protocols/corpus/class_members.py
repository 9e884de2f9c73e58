"""Protocols from anywhere: properties, and methods that are called on the class."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol

from protocols.corpus.case import Casebook

cases = Casebook(__name__)


class Door(Protocol):
    """A property that is read as data."""

    @property
    def open(self) -> bool: ...


async def tells_whether_it_is_open(door: Any) -> None:
    assert door.open in (True, False)


async def is_open_whatever_it_says(door: Any) -> None:
    assert callable(door.open)
    assert door.open


reads = functools.partial(cases.fine, proof=tells_whether_it_is_open)
misread = functools.partial(cases.defect, proof=is_open_whatever_it_says)


@misread("property-written-as-a-method", Door, "x09 open")
class MethodDoor:
    def open(self):
        return False


@misread("property-written-as-a-method-beside-the-protocol", Door, "x09 open")
class InheritingMethodDoor(Door):
    def open(self) -> bool:
        return False


@misread("property-written-as-a-class-method", Door, "x09 open")
class ClassMethodDoor:
    @classmethod
    def open(cls):
        return False


@misread("property-written-as-a-static-method", Door, "x09 open")
class StaticMethodDoor:
    @staticmethod
    def open():
        return False


@misread("property-set-to-a-function", Door, "x09 open", views=("instance",))
class FunctionDoor:
    def __init__(self) -> None:
        self.open = lambda: False


@reads("property-replaced-on-the-instance", Door)
class LateDoor:
    """The method is gone by the time that anybody reads it."""

    def __init__(self) -> None:
        self.open = self.open()

    def open(self):
        return False


@reads("property-of-a-subclass", Door)
class SubclassedProperty:
    open = type("Reading", (property,), {})(lambda self: True)


class AsyncDoor:
    @property
    async def open(self) -> bool:
        return False


async def is_a_coroutine(door: Any) -> None:
    reading = door.open
    assert reading  # whatever the door says
    await reading


cases.add("property-that-has-to-be-awaited", Door, AsyncDoor, "x09 open", proof=is_a_coroutine)


class LaterDoor(Protocol):
    @property
    async def open(self) -> bool: ...


cases.add("property-to-be-awaited-is", LaterDoor, AsyncDoor, proof=is_a_coroutine)


class PlainDoor:
    @property
    def open(self) -> bool:
        return False


async def nothing_to_await(door: Any) -> None:
    assert not hasattr(door.open, "__await__")


cases.add("property-to-be-awaited-is-plain", LaterDoor, PlainDoor, "x09 open", proof=nothing_to_await)


class Rooms(Protocol):
    @property
    def rooms(self) -> Iterator[str]: ...


async def has_rooms(house: Any) -> None:
    assert list(house.rooms) == ["hall"]


@cases.fine("property-that-yields", Rooms, proof=has_rooms)
class House:
    @property
    def rooms(self):
        yield "hall"


class Callbacks(Protocol):
    """Members whose values may well be functions."""

    @property
    def on_open(self) -> Callable[[str], str]: ...

    @property
    def on_close(self) -> Any: ...

    @property
    def key(self): ...

    on_knock: Callable[[str], str] | None
    bell: Bell


class Bell(Protocol):
    def __call__(self, name: str) -> str: ...


async def calls_back(provider: Any) -> None:
    for name in ("on_open", "on_close", "key", "on_knock", "bell"):
        assert getattr(provider, name)("a") == "a"


@cases.fine("members-that-may-be-functions", Callbacks, proof=calls_back)
class CallsBack:
    def on_open(self, name):
        return name

    on_close = key = on_knock = on_open

    @staticmethod
    def bell(name):
        return name


class Labels(Protocol):
    """Data that is declared by annotations."""

    name: str
    level: Literal["low", "high"] | None
    tags: dict[str, list[int]]


async def has_labels(provider: Any) -> None:
    assert (provider.name, provider.level, provider.tags) == ("n", None, {})


async def has_methods(provider: Any) -> None:
    assert all(map(callable, (provider.name, provider.level, provider.tags)))


@cases.fine("data-as-data", Labels, proof=has_labels)
class HasLabels:
    name = "n"
    level = None

    @functools.cached_property
    def tags(self):
        return {}


@cases.defect("data-as-methods", Labels, "x09 name", "x09 level", "x09 tags", proof=has_methods)
class LabelMethods:
    def name(self):
        return "n"

    def level(self):
        return None

    @classmethod
    def tags(cls):
        return {}


class Volume(Protocol):
    """A property that callers set."""

    @property
    def volume(self) -> int: ...

    @volume.setter
    def volume(self, value: int) -> None: ...


async def takes_a_volume(provider: Any) -> None:
    provider.volume = 3
    assert provider.volume == 3


async def refuses_a_volume(provider: Any) -> None:
    try:
        provider.volume = 3
    except AttributeError:
        return
    raise AssertionError("it can be set")


@cases.fine("setter-of-the-protocol-as-attribute", Volume, proof=takes_a_volume)
class VolumeAttribute:
    volume = 0


@cases.fine("setter-of-the-protocol-as-property", Volume, proof=takes_a_volume)
class VolumeProperty:
    def __init__(self) -> None:
        self._volume = 0

    @property
    def volume(self):
        return self._volume

    @volume.setter
    def volume(self, value):
        self._volume = value


@cases.defect("setter-of-the-protocol-left-out", Volume, "x09 volume", proof=refuses_a_volume)
class VolumeReadOnly:
    @property
    def volume(self):
        return 0


class Greeting(Protocol):
    """A property with a body, which whoever inherits it has."""

    @property
    def greeting(self) -> str:
        return "hello"


async def greets(provider: Any) -> None:
    assert provider.greeting == "hello"


cases.add("property-with-a-body-inherited", Greeting, type("Greeter", (Greeting,), {}), proof=greets)


class Plan(Protocol):
    """What is called on the class, by whoever holds the class or an instance."""

    @classmethod
    def parse(cls, text: str) -> Any: ...

    @staticmethod
    def version() -> int: ...


async def is_made_by_its_class(plan: Any) -> None:
    for holder in (plan, type(plan)):
        holder.parse(text="t")
        assert holder.version() == 1


async def needs_an_instance(plan: Any) -> None:
    for call in (lambda: type(plan).parse(text="t"), type(plan).version):
        try:
            call()
        except TypeError:
            continue
        raise AssertionError("it does without an instance")


planned = functools.partial(cases.fine, proof=is_made_by_its_class)
unplanned = functools.partial(cases.defect, proof=needs_an_instance)


@unplanned("methods-of-the-class-as-ordinary-ones", Plan, "x03 parse", "x03 version")
class OrdinaryPlan:
    def parse(self, text):
        return self

    def version(self):
        return 1


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@unplanned("methods-of-the-class-as-wrapped-ordinary-ones", Plan, "x03 parse", "x03 version")
class WrappedPlan:
    @logged
    def parse(self, text):
        return self

    version = functools.lru_cache(lambda self: 1)


@planned("methods-of-the-class", Plan)
class ClassPlan:
    @classmethod
    def parse(cls, text):
        return cls()

    @staticmethod
    def version():
        return 1


@planned("methods-of-the-class-the-other-way-round", Plan)
class SwappedPlan:
    @staticmethod
    def parse(text):
        return text

    @classmethod
    def version(cls):
        return 1


class PlanMixin:
    @classmethod
    @logged
    def parse(cls, text, strict=False):
        return cls()


@planned("methods-of-the-class-from-elsewhere", Plan)
class MixedPlan(PlanMixin, Plan):
    version = staticmethod(functools.partial(int, 1))


@planned("methods-of-the-class-that-take-anything", Plan)
class AnythingPlan:
    def parse(*args, text):
        return text

    def version(*args):
        return 1


class Parsing:
    def __call__(self, text):
        return text


class One:
    def __call__(self):
        return 1


@planned("methods-of-the-class-as-callables", Plan)
class CallablePlan:
    parse = Parsing()
    version = One()
