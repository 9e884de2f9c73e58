"""Protocols that promise a kind of result in an unusual way."""

import typing
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any, Protocol, Union

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


@used(chat=Use({"prompt": "p"}, {"stream": True}, then="either", defaults={"stream": False}))
class Chatting(Protocol):
    """Awaited without ``stream``, iterated over with it; the annotation names only what comes of it."""

    def chat(self, prompt: str, stream: bool = False) -> Union[str, dict[str, Any]]: ...


@used(turn=Use({"prompt": "p"}, then="either"))
class Turning(Protocol):
    def turn(self, prompt: str) -> Awaitable[str] | AsyncIterator[str]: ...


@cases.defect("generator-for-either", Turning, "x06 turn")
class TurnsByGenerator:
    def turn(self, prompt: str):
        yield prompt


@cases.defect("value-for-either", Turning, "x06 turn")
class TurnsByValue:
    def turn(self, prompt: str) -> str:
        return prompt


@cases.defect("generator-where-only-values-are-named", Chatting, "x06 chat")
class ChatsByGenerator(Chatting):
    def chat(self, prompt: str, stream: bool = False):
        yield prompt


@cases.fine("asynchronous-generator-where-only-values-are-named", Chatting)
class ChatsByAsyncGenerator(Chatting):
    async def chat(self, prompt: str, stream: bool = False):
        yield prompt


@cases.fine("handed-on-where-only-values-are-named", Chatting)
class ChatsByAnother(Chatting):
    def chat(self, prompt: str, stream: bool = False) -> Union[str, dict[str, Any]]:
        return self._pick(stream)(prompt)

    def _pick(self, stream: bool) -> Any:
        return self._stream if stream else self._whole

    async def _whole(self, prompt: str) -> str:
        return prompt

    async def _stream(self, prompt: str) -> AsyncIterator[str]:
        yield prompt


@used(names=Use({}, {"prefix": "x"}, "value", defaults={"prefix": ""}))
class Listing(Protocol):
    def names(self, prefix: str = "") -> Iterator[str]: ...


@cases.fine("generator-for-an-iterator", Listing)
class ListsByGenerator(Listing):
    def names(self, prefix: str = "") -> Iterator[str]:
        yield prefix


@cases.fine("generator-for-anything", AnyFeed, undecidable="the protocol does not say what it wants")
class FeedsByGenerator(AnyFeed):
    def feed(self, topic: str):
        yield topic


@used(talk=Use({"prompt": "p"}, then="await-iterate"))
class Talking(Protocol):
    async def talk(self, prompt: str) -> AsyncIterator[str]: ...


class _Pieces:
    def _plain(self, prompt: str) -> Iterator[str]:
        yield prompt

    async def _pieces(self, prompt: str) -> AsyncIterator[str]:
        yield prompt


@cases.defect("plain-generator-once-awaited", Talking, "x06 talk")
class TalksPlainly(_Pieces, Talking):
    async def talk(self, prompt: str) -> Any:
        return self._plain(prompt)


@cases.defect("generator-expression-once-awaited", Talking, "x06 talk")
class TalksByExpression:
    async def talk(self, prompt):
        pieces = (piece for piece in [prompt])
        return pieces


@cases.fine("asynchronous-generator-once-awaited", Talking)
class Talks(_Pieces, Talking):
    async def talk(self, prompt: str) -> AsyncIterator[str]:
        return self._pieces(prompt)


@cases.fine("asynchronous-expression-once-awaited", Talking)
class TalksByAsyncExpression(_Pieces):
    async def talk(self, prompt):
        return (piece async for piece in self._pieces(prompt))


@used(talk=Use({"prompt": "p"}, then="await"))
class TalkingEither(Protocol):
    async def talk(self, prompt: str) -> Iterator[str] | AsyncIterator[str]: ...


@cases.fine("plain-generator-where-either-is-promised", TalkingEither)
class TalksEither(_Pieces):
    async def talk(self, prompt: str) -> Iterator[str]:
        return self._plain(prompt)
