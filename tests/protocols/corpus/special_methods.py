"""Protocols from anywhere: special methods, which Python calls by position, and functions as ``__call__``."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from protocols.corpus.case import Casebook

cases = Casebook(__name__)


class Shelf(Protocol):
    def __getitem__(self, key: str) -> str: ...

    def __setitem__(self, key: str, value: str) -> None: ...


async def is_a_shelf(shelf: Any) -> None:
    shelf["a"] = "b"
    assert shelf["a"] == "b"


async def is_no_shelf(shelf: Any) -> None:
    try:
        await is_a_shelf(shelf)
    except (TypeError, KeyError):
        return
    raise AssertionError("it works")


@cases.fine("special-methods-under-other-names", Shelf, proof=is_a_shelf)
class OtherNames:
    def __init__(self) -> None:
        self.books: dict[str, str] = {}

    def __getitem__(self, k):
        return self.books[k]

    def __setitem__(self, k, book):
        self.books[k] = book


cases.add("special-methods-of-a-builtin", Shelf, dict, proof=is_a_shelf, located=False)


@cases.defect("special-method-takes-too-few", Shelf, "x03 __setitem__", proof=is_no_shelf)
class TooFew(OtherNames):
    def __setitem__(self, k):  # noqa: PLE0302 - the defect
        self.books[k] = ""


@cases.defect("special-method-with-swapped-parameters", Shelf, "x04 __setitem__ error", proof=is_no_shelf)
class Swapped(OtherNames):
    def __setitem__(self, value, key):
        self.books[key] = value


@cases.defect("special-methods-by-getattr", Shelf, "x01 __getitem__", "x01 __setitem__", proof=is_no_shelf)
class Proxy:
    """Python looks special methods up on the type, past ``__getattr__``."""

    def __getattr__(self, name: str) -> Any:
        return getattr(OtherNames(), name)


@cases.defect(
    "special-methods-on-the-instance",
    Shelf,
    "x01 __getitem__",
    "x01 __setitem__",
    views=("instance",),
    proof=is_no_shelf,
)
class OnTheInstance:
    def __init__(self) -> None:
        self.__getitem__ = self.__setitem__ = lambda *args: "b"


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...

    def __hash__(self) -> int: ...


async def is_ordered(item: Any) -> None:
    assert sorted([item, item]) == [item, item]
    assert {item}


async def cannot_be_compared(item: Any) -> None:
    try:
        sorted([item, item])
    except TypeError:
        return
    raise AssertionError("it can be sorted")


async def cannot_be_hashed(item: Any) -> None:
    try:
        hash(item)
    except TypeError:
        return
    raise AssertionError("it has a hash")


@cases.fine("comparison-written", Ordered, proof=is_ordered)
class Compares:
    def __lt__(self, that):
        return False


@cases.defect("comparison-of-object-refuses", Ordered, "x01 __lt__", proof=cannot_be_compared)
class ComparesNothing: ...


@cases.defect("hash-lost-to-equality", Ordered, "x01 __hash__", proof=cannot_be_hashed)
class Unhashable(Compares):
    def __eq__(self, other):
        return self is other


class Session(Protocol):
    async def __aenter__(self) -> Any: ...

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None: ...

    def __aiter__(self) -> AsyncIterator[str]: ...


async def is_a_session(session: Any) -> None:
    async with session as entered:
        assert [item async for item in entered] == ["a"]


async def is_no_session(session: Any) -> None:
    try:
        await is_a_session(session)
    except (TypeError, AttributeError):
        return
    raise AssertionError("it works")


@cases.fine("session-with-names-of-its-own", Session, proof=is_a_session)
class OwnNames:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc_info):
        return None

    async def __aiter__(self):
        yield "a"


@cases.defect("session-entered-without-waiting", Session, "x06 __aenter__", proof=is_no_session)
class EntersAtOnce(OwnNames):
    def __aenter__(self):
        return []


async def gives_its_items_later(session: Any) -> None:
    assert asyncio.iscoroutine(items := session.__aiter__())
    await items


@cases.defect("session-to-be-awaited-before-its-items", Session, "x06 __aiter__", proof=gives_its_items_later)
class AwaitsItems(OwnNames):
    async def __aiter__(self):
        return iter(["a"])


# -- functions ------------------------------------------------------------------------------------


class Listener(Protocol):
    def __call__(self, event: str, times: int = 1) -> str: ...


async def listens(listener: Any) -> None:
    assert listener(event="e") == listener(event="e", times=2) == "e"


async def is_deaf(listener: Any) -> None:
    try:
        await listens(listener)
    except TypeError:
        return
    raise AssertionError("it works")


def heard(event, times=1):
    return event


def misheard(ev, times=1):
    return ev


def narrow(event):
    return event


async def heard_later(event, times=1):
    return event


class Ears:
    def heard(self, event, times=1):
        return event

    def narrow(self, event):
        return event


class Listening:
    def __call__(self, event, times=1):
        return event


class Overhearing:
    def __call__(self, ev, times=1):
        return ev


async def has_to_be_awaited(listener: Any) -> None:
    assert asyncio.iscoroutine(reply := listener(event="e"))
    await reply


def function(id: str, made: Callable[..., Any], *expected: str, proof: Any = listens) -> None:
    """Enter what can be called, as an instance of its type."""
    called = made.func.__name__ if isinstance(made, functools.partial) else made.__name__
    cases.add(
        id,
        Listener,
        type(made),
        *expected,
        views=("instance",),
        make=lambda: made,
        proof=proof,
        called=called,
    )


function("function-as-promised", heard)
function("bound-method-as-promised", Ears().heard)
function("partial-as-promised", functools.partial(heard))
function("cached-function-as-promised", functools.lru_cache(heard))
function("lambda-as-promised", lambda event, times=1: event)
function("function-that-takes-anything", lambda **given: given["event"])
function(
    "class-as-a-function",
    functools.partial(type("Event", (str,), {"__new__": lambda c, event, times=1: event})),
)
function("function-of-another-name", misheard, "x03 __call__", proof=is_deaf)
function("function-that-takes-too-few", narrow, "x03 __call__", proof=is_deaf)
function("bound-method-that-takes-too-few", Ears().narrow, "x03 __call__", proof=is_deaf)
function("lambda-that-takes-nothing", lambda: "e", "x03 __call__", proof=is_deaf)
function("partial-that-leaves-the-event-out", functools.partial(heard, "e"), "x03 __call__", proof=is_deaf)
function("function-to-be-awaited", heard_later, "x06 __call__", proof=has_to_be_awaited)
cases.add("object-as-a-function", Listener, Listening, proof=listens)
cases.add("object-as-a-function-of-another-name", Listener, Overhearing, "x03 __call__", proof=is_deaf)


class Named(Listener, Protocol):
    """What a function has besides."""

    __name__: str
    priority: int


async def has_a_priority(listener: Any) -> None:
    assert (listener.__name__, listener.priority) == ("prioritized", 1)


async def has_no_priority(listener: Any) -> None:
    assert not hasattr(listener, "priority")


def prioritized(event, times=1):
    return event


prioritized.priority = 1
cases.add(
    "function-with-attributes",
    Named,
    type(heard),
    views=("instance",),
    make=lambda: prioritized,
    proof=has_a_priority,
)
cases.add(
    "function-without-its-attribute",
    Named,
    type(heard),
    "x09 priority",
    views=("instance",),
    make=lambda: heard,
    proof=has_no_priority,
    located=False,
)
