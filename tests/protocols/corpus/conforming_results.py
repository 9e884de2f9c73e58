"""Results of the promised kind, by unusual ways."""

import asyncio
import collections.abc
import functools
import types
import typing
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Coroutine
from typing import Any

from protocols.corpus.case import Casebook
from protocols.corpus.stack import (
    Batch,
    Embeddings,
    Lifecycle,
    Naming,
    Replies,
    Streaming,
    Turns,
)

cases = Casebook(__name__)


class Base:
    """Holds the real work, so that the cases can hand it on."""

    async def _embed(self, texts):
        return [float(len(text)) for text in texts]

    async def _agen(self, prompt, limit=1):
        for _ in range(limit):
            yield prompt


@cases.fine("plain-def-annotated-awaitable", Embeddings)
class AnnotatedAwaitable(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> Awaitable[list[float]]:
        return self._embed(texts)


@cases.fine("plain-def-annotated-coroutine", Embeddings)
class AnnotatedCoroutine(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> Coroutine[Any, Any, list[float]]:
        return self._embed(texts)


@cases.fine("plain-def-annotated-typing-awaitable", Embeddings)
class AnnotatedTypingAwaitable(Base):
    def embed(self, model_id, texts) -> typing.Awaitable:
        return self._embed(texts)


@cases.fine("plain-def-annotated-future", Embeddings)
class AnnotatedFuture(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> "asyncio.Future[list[float]]":
        return asyncio.ensure_future(self._embed(texts))


@cases.fine("plain-def-annotated-task", Embeddings)
class AnnotatedTask(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> asyncio.Task:
        return asyncio.create_task(self._embed(texts))


class Pending:
    """An awaitable of one's own."""

    def __init__(self, value):
        self.value = value

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self.value


@cases.fine("plain-def-annotated-own-awaitable", Embeddings)
class AnnotatedOwn:
    def embed(self, model_id: str, texts: tuple[str, ...]) -> Pending:
        return Pending([1.0])


@cases.fine("plain-def-unannotated-own-awaitable", Embeddings)
class UnannotatedOwn:
    def embed(self, model_id, texts):
        return Pending([1.0])


@cases.fine("plain-def-unannotated-own-async-method", Embeddings)
class UnannotatedMethod(Base):
    def embed(self, model_id, texts):
        return self._embed(texts)


@cases.fine("plain-def-annotated-with-the-awaited-type", Embeddings)
class AnnotatedWrongly(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        return self._embed(texts)  # type: ignore[return-value]


@cases.fine("plain-def-unannotated-local-variable", Embeddings)
class UnannotatedLocal(Base):
    def embed(self, model_id, texts):
        pending = self._embed(texts)
        return pending


@cases.fine("plain-def-unannotated-nested-async-def", Embeddings)
class UnannotatedNested(Base):
    def embed(self, model_id, texts):
        async def run():
            return [1.0]

        return run()


@cases.fine("plain-def-unannotated-either-branch", Embeddings)
class UnannotatedBranches(Base):
    def embed(self, model_id, texts):
        if texts:
            return self._embed(texts)
        return self._embed(())


@cases.fine("plain-def-unannotated-conditional-expression", Embeddings)
class UnannotatedConditional(Base):
    def embed(self, model_id, texts):
        return self._embed(texts) if texts else Pending([])


@cases.fine("plain-def-unannotated-create-task", Embeddings)
class UnannotatedTask(Base):
    def embed(self, model_id, texts):
        return asyncio.create_task(self._embed(texts))


@cases.fine("plain-def-unannotated-ensure-future", Embeddings)
class UnannotatedEnsure(Base):
    def embed(self, model_id, texts):
        return asyncio.ensure_future(self._embed(texts))


@cases.fine("plain-def-unannotated-gather", Embeddings)
class UnannotatedGather(Base):
    def embed(self, model_id, texts):
        return asyncio.gather(*(self._embed((text,)) for text in texts))


@cases.fine("plain-def-unannotated-wait-for", Embeddings)
class UnannotatedWaitFor(Base):
    def embed(self, model_id, texts):
        return asyncio.wait_for(self._embed(texts), timeout=1)


@cases.fine("plain-def-unannotated-shield", Embeddings)
class UnannotatedShield(Base):
    def embed(self, model_id, texts):
        return asyncio.shield(self._embed(texts))


def _work(texts):
    return [float(len(text)) for text in texts]


@cases.fine("plain-def-unannotated-to-thread", Embeddings)
class UnannotatedThread:
    def embed(self, model_id, texts):
        return asyncio.to_thread(_work, texts)


@cases.fine("plain-def-unannotated-executor", Embeddings)
class UnannotatedExecutor:
    def embed(self, model_id, texts):
        return asyncio.get_running_loop().run_in_executor(None, _work, texts)


@cases.fine("plain-def-future-filled-by-hand", Embeddings)
class FutureByHand:
    def embed(self, model_id, texts):
        future = asyncio.get_running_loop().create_future()
        future.set_result([1.0])
        return future


@cases.fine("plain-def-unannotated-unknown-client", Embeddings)
class UnknownClient(Base):
    def __init__(self):
        self.client = types.SimpleNamespace(embed=self._embed)

    def embed(self, model_id, texts):
        return self.client.embed(texts)


@cases.fine("plain-def-annotated-any", Embeddings)
class AnnotatedAny(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> Any:
        return self._embed(texts)


@cases.fine("lambda-returning-a-coroutine", Embeddings)
class LambdaCoroutine(Base):
    embed = lambda self, model_id, texts: self._embed(texts)


@cases.fine("plain-callable-instance-returning-a-coroutine", Embeddings)
class CallableCoroutine:
    class _Handler(Base):
        def __call__(self, model_id, texts):
            return self._embed(texts)

    embed = _Handler()


@cases.fine("plain-def-through-super", Embeddings)
class ThroughSuper(UnannotatedMethod):
    def embed(self, model_id, texts):
        return super().embed(model_id, texts)


@cases.fine("generator-based-coroutine", Embeddings)
class GeneratorCoroutine:
    @types.coroutine
    def embed(self, model_id, texts):
        yield from asyncio.sleep(0).__await__()
        return [1.0]


@cases.fine("plain-def-raises-not-implemented", Embeddings)
class RefusesPlainly(Embeddings):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        raise NotImplementedError("no embeddings here")


@cases.fine("coroutine-returning-an-async-iterator", Replies)
class CoroutineReplies(Base):
    async def replies(self, prompt: str) -> AsyncIterator[str]:
        return self._agen(prompt)


@cases.fine("plain-def-returning-a-coroutine-of-an-iterator", Replies)
class PlainReplies(CoroutineReplies):
    def replies(self, prompt):
        return self._replies(prompt)

    async def _replies(self, prompt):
        return self._agen(prompt)


@cases.fine("async-generator", Streaming)
class Generator(Streaming):
    async def tokens(self, prompt: str, limit: int = 3) -> AsyncGenerator[str, None]:
        for _ in range(limit):
            yield prompt


@cases.fine("async-generator-after-a-refusal", Streaming)
class RefusingGenerator(Streaming):
    async def tokens(self, prompt: str, limit: int = 3) -> AsyncIterator[str]:
        raise NotImplementedError
        yield prompt


@cases.fine("plain-def-returning-an-async-generator", Streaming)
class PlainGenerator(Base):
    def tokens(self, prompt, limit=3):
        return self._agen(prompt, limit)


@cases.fine("plain-def-returning-an-async-generator-expression", Streaming)
class GeneratorExpression(Base):
    def tokens(self, prompt, limit=3):
        return (token.upper() async for token in self._agen(prompt, limit))


class Tokens:
    """An async iterator of one's own."""

    def __init__(self, *items):
        self.items = list(items)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.items:
            raise StopAsyncIteration
        return self.items.pop()


class TokenSource:
    """An async iterable that is no iterator."""

    async def __aiter__(self):
        yield "token"


@cases.fine("plain-def-returning-an-own-iterator", Streaming)
class OwnIterator:
    def tokens(self, prompt, limit=3):
        return Tokens(prompt)


@cases.fine("plain-def-annotated-own-iterator", Streaming)
class OwnIteratorAnnotated:
    def tokens(self, prompt: str, limit: int = 3) -> Tokens:
        return Tokens(prompt)


@cases.fine("plain-def-annotated-own-iterable", Streaming)
class OwnIterable:
    def tokens(self, prompt: str, limit: int = 3) -> TokenSource:
        return TokenSource()


@cases.fine("plain-def-annotated-async-iterable", Streaming)
class AnnotatedIterable(Base):
    def tokens(self, prompt: str, limit: int = 3) -> AsyncIterable[str]:
        return self._agen(prompt)


@cases.fine("class-as-an-iterating-method", Streaming)
class IteratorClass:
    class tokens(Tokens):
        def __init__(self, prompt, limit=3):
            super().__init__(prompt)


@cases.fine("plain-def-annotated-async-generator-elsewhere", Streaming)
class AnnotatedGenerator(Base):
    def tokens(self, prompt: str, limit: int = 3) -> "collections.abc.AsyncGenerator[str, None]":
        return self._agen(prompt)


@cases.fine("either-by-coroutine", Turns)
class TurnCoroutine(Turns):
    async def turn(self, prompt: str) -> str:
        return prompt


@cases.fine("either-by-async-generator", Turns)
class TurnGenerator(Turns):
    async def turn(self, prompt: str) -> AsyncIterator[str]:
        yield prompt


@cases.fine("either-by-plain-def", Turns)
class TurnPlain(Base):
    def turn(self, prompt):
        return self._agen(prompt)


@cases.fine("plain-value", Naming)
class PlainValue(Naming):
    def names(self, prefix: str = "") -> list[str]:
        return sorted({prefix, "a"})


@cases.fine("plain-value-unannotated", Naming)
class PlainUnannotated:
    def names(self, prefix=""):
        return _work([prefix])


@cases.fine("plain-value-with-an-async-helper-inside", Naming)
class PlainWithAsyncInside:
    def names(self, prefix=""):
        async def later():
            return prefix

        self.later = later
        return [prefix]


@cases.fine("own-pass-where-nothing-is-due", Lifecycle)
class PassForNothing(Lifecycle):
    async def initialize(self) -> None:
        pass

    async def shutdown(self):
        """Nothing is held open."""


@cases.fine("refuses-deliberately", Batch)
class Refuses(Batch):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        """Completions are for others."""
        raise NotImplementedError("chat only")

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        raise NotImplementedError


class TypedFuture(asyncio.Future):
    """A subclass of a known awaitable."""


@cases.fine("plain-def-annotated-future-subclass", Embeddings)
class FutureSubclass:
    def embed(self, model_id, texts) -> TypedFuture:
        future = TypedFuture()
        future.set_result([1.0])
        return future


Answer = Awaitable[list[float]]


@cases.fine("plain-def-annotated-by-alias", Embeddings)
class AnnotatedByAlias(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> Answer:
        return self._embed(texts)


@cases.fine("plain-def-annotated-optional-awaitable", Embeddings)
class AnnotatedOptional(Base):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> "Awaitable[list[float]] | None":
        return self._embed(texts)


@cases.fine("plain-def-annotated-annotated", Embeddings)
class AnnotatedAnnotated(Base):
    def embed(self, model_id, texts) -> typing.Annotated[Awaitable[list[float]], "soon"]:
        return self._embed(texts)


@cases.fine("partial-of-an-async-function", Embeddings)
class PartialAsync(Base):
    async def _for(self, tenant, model_id, texts):
        return [1.0]

    def __init__(self):
        self.embed = functools.partial(self._for, "tenant-a")
