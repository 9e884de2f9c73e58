"""Protocols that promise a kind of result in an unusual way."""

import typing
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

from protocols.corpus.case import Casebook
from protocols.corpus.stack import Use, used

cases = Casebook(__name__)


@used(feed=Use({"topic": "t"}, then="iterate"))
class AliasedFeed(Protocol):
    def feed(self, topic: str) -> typing.Annotated[AsyncIterator[str], "events"]: ...


@cases.fine("protocol-iterator-in-an-annotated-type", AliasedFeed)
class AliasedFeedProvider:
    async def feed(self, topic: str):
        yield topic


Events = AsyncIterator[str]


@used(feed=Use({"topic": "t"}, then="iterate"))
class NamedFeed(Protocol):
    def feed(self, topic: str) -> Events: ...


@cases.fine("protocol-iterator-behind-an-alias", NamedFeed)
class NamedFeedProvider:
    async def feed(self, topic: str) -> Events:
        yield topic


@used(feed=Use({"topic": "t"}, then="await"))
class AwaitableFeed(Protocol):
    def feed(self, topic: str) -> Awaitable[str]: ...


@cases.fine("protocol-plain-def-of-an-awaitable", AwaitableFeed)
class AwaitableFeedProvider:
    async def feed(self, topic: str) -> str:
        return topic


@used(feed=Use({"topic": "t"}, then="await"))
class AnyFeed(Protocol):
    def feed(self, topic: str) -> Any: ...


@cases.fine("protocol-promises-anything", AnyFeed)
class AnyFeedProvider:
    async def feed(self, topic: str) -> str:
        return topic


@used(feed=Use({"topic": "t"}, then="iterate"))
class YieldingFeed(Protocol):
    async def feed(self, topic: str) -> AsyncIterator[str]:
        yield topic


@cases.fine("protocol-itself-yields", YieldingFeed)
class YieldingFeedProvider:
    async def feed(self, topic: str) -> AsyncIterator[str]:
        yield topic
        yield topic
