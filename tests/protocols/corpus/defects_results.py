"""Methods that bind and hand out another kind of result than the caller awaits or iterates."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from pydantic import BaseModel

from protocols.corpus.case import Casebook
from protocols.corpus.stack import (
    Batch,
    Embeddings,
    Inference,
    Lifecycle,
    ModelsPrivate,
    Naming,
    Replies,
    Streaming,
    Use,
    used,
)

cases = Casebook(__name__)


class Vector(BaseModel):
    values: list[float] = []


@cases.defect("sync-annotated", Embeddings, "x06 embed")
class SyncAnnotated(Embeddings):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        return [1.0]


@cases.defect("sync-unannotated-literal", Embeddings, "x06 embed")
class SyncLiteral(Embeddings):
    def embed(self, model_id, texts):
        return [1.0]


@cases.defect("sync-unannotated-comprehension", Embeddings, "x06 embed")
class SyncComprehension(Embeddings):
    def embed(self, model_id, texts):
        return [float(len(text)) for text in texts]


@cases.defect("sync-unannotated-model", Embeddings, "x06 embed")
class SyncModel:
    def embed(self, model_id, texts):
        return Vector(values=[1.0])


@cases.defect("sync-unannotated-local-variable", Embeddings, "x06 embed")
class SyncLocal:
    def embed(self, model_id, texts):
        response = {"model_id": model_id}
        response["texts"] = texts
        return response


@cases.defect("sync-unannotated-own-sync-method", Embeddings, "x06 embed")
class SyncOwnMethod:
    def embed(self, model_id, texts):
        return self._embed(texts)

    def _embed(self, texts):
        return [float(len(text)) for text in texts]


@cases.defect("sync-returns-nothing", Lifecycle, "x06 shutdown")
class SyncNothing(Lifecycle):
    async def initialize(self) -> None:
        return None

    def shutdown(self) -> None:
        self.closed = True


@cases.defect("sync-pass", Lifecycle, "x06 shutdown")
class SyncPass(Lifecycle):
    async def initialize(self) -> None:
        return None

    def shutdown(self):
        pass


@cases.defect("sync-private-method", ModelsPrivate, "x06 register_model", calls="positional")
class SyncPrivate(ModelsPrivate):
    def register_model(self, model: str) -> str:
        return model

    async def unregister_model(self, model_id: str) -> None:
        return None


@cases.defect("sync-static", Embeddings, "x06 embed")
class SyncStatic(Embeddings):
    @staticmethod
    def embed(model_id, texts) -> list[float]:
        return [1.0]


@cases.defect("sync-classmethod", Embeddings, "x06 embed")
class SyncClassMethod(Embeddings):
    @classmethod
    def embed(cls, model_id, texts) -> list[float]:
        return [1.0]


@cases.defect("sync-lambda", Embeddings, "x06 embed")
class SyncLambda(Embeddings):
    embed = lambda self, model_id, texts: [1.0]


@cases.defect("sync-inherited", Batch, "x06 initialize")
class SyncInherited(Batch):
    def initialize(self) -> None:
        self.ready = True

    async def shutdown(self) -> None:
        return None

    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("sync-through-asyncio-run", Embeddings, "x06 embed")
class SyncThroughRun(Embeddings):
    def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        return _in_thread(self._embed(texts))

    async def _embed(self, texts):
        return [1.0]


def _in_thread(coroutine):
    """Run to the end, elsewhere: what a sync bridge does."""
    coroutine.close()
    return [1.0]


def _blocking(function):
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> list[float]:
        return _in_thread(function(*args, **kwargs))

    return wrapper


@cases.defect("sync-wrapper-runs-the-coroutine", Embeddings, "x06 embed")
class SyncWrapper(Embeddings):
    @_blocking
    async def embed(self, model_id, texts):
        return [1.0]


def _claims_async(function):
    async def claimed(*args: Any, **kwargs: Any) -> Any: ...

    return functools.wraps(claimed)(function)


@cases.defect("sync-that-wraps-an-async-one", Embeddings, "x06 embed")
class SyncClaimsAsync(Embeddings):
    @_claims_async
    def embed(self, model_id, texts):
        return [1.0]


@cases.defect("sync-partialmethod", Embeddings, "x06 embed")
class SyncPartialMethod(Embeddings):
    def _embed(self, tenant, model_id, texts) -> list[float]:
        return [1.0]

    embed = functools.partialmethod(_embed, "tenant-a")


class _SyncHandler:
    def __call__(self, model_id, texts) -> list[float]:
        return [1.0]


@cases.defect("sync-callable-instance", Embeddings, "x06 embed")
class SyncCallable(Embeddings):
    embed = _SyncHandler()


@cases.defect("sync-generator-awaited", Embeddings, "x06 embed")
class GeneratorAwaited(Embeddings):
    def embed(self, model_id, texts):
        yield from texts


@cases.defect("async-generator-awaited", Embeddings, "x06 embed")
class AsyncGeneratorAwaited(Embeddings):
    async def embed(self, model_id, texts):
        for text in texts:
            yield float(len(text))


@cases.defect("async-generator-awaited-one-forgotten-yield", Inference, "x06 completion")
class ForgottenYield(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        if stream:
            yield content
        await asyncio.sleep(0)


@cases.defect("async-generator-awaited-then-iterated", Replies, "x06 replies")
class AsyncGeneratorReplies(Replies):
    async def replies(self, prompt: str) -> AsyncIterator[str]:
        yield prompt


@cases.defect("async-iterator-object-awaited", Replies, "x06 replies")
class IteratorReplies(Replies):
    def replies(self, prompt: str) -> AsyncIterator[str]:
        return self._replies(prompt)

    async def _replies(self, prompt):
        yield prompt


@cases.defect("async-context-manager-awaited", Embeddings, "x06 embed")
class ContextManagerAwaited(Embeddings):
    @contextlib.asynccontextmanager
    async def embed(self, model_id, texts):
        yield [1.0]


@cases.defect("coroutine-for-iterator", Streaming, "x06 tokens")
class CoroutineForIterator(Streaming):
    async def tokens(self, prompt: str, limit: int = 3) -> AsyncIterator[str]:
        return self._tokens(prompt)

    async def _tokens(self, prompt):
        yield prompt


@cases.defect("coroutine-of-a-list-for-iterator", Streaming, "x06 tokens")
class ListForIterator:
    async def tokens(self, prompt, limit=3):
        return [prompt]


@cases.defect("sync-generator-for-iterator", Streaming, "x06 tokens")
class SyncGeneratorForIterator(Streaming):
    def tokens(self, prompt: str, limit: int = 3):
        yield prompt


@cases.defect("sync-iterator-for-iterator", Streaming, "x06 tokens")
class SyncIteratorForIterator(Streaming):
    def tokens(self, prompt: str, limit: int = 3) -> Iterator[str]:
        return iter([prompt])


@cases.defect("list-for-iterator", Streaming, "x06 tokens")
class PlainListForIterator(Streaming):
    def tokens(self, prompt, limit=3):
        return [prompt] * limit


def _timed(function):
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


@cases.defect("awaiting-wrapper-around-an-async-generator", Streaming, "x06 tokens")
class TimedGenerator(Streaming):
    @_timed
    async def tokens(self, prompt: str, limit: int = 3) -> AsyncIterator[str]:
        yield prompt


def _untidy_timed(function):
    async def wrapper(self, prompt, limit=3):
        return function(self, prompt, limit)

    return wrapper


@cases.defect("async-wrapper-around-an-async-generator", Streaming, "x06 tokens")
class WrappedGenerator(Streaming):
    @_untidy_timed
    async def tokens(self, prompt: str, limit: int = 3) -> AsyncIterator[str]:
        yield prompt


@cases.defect("async-for-plain", Naming, "x06 names")
class AsyncForPlain(Naming):
    async def names(self, prefix: str = "") -> list[str]:
        return [prefix]


@cases.defect("async-generator-for-plain", Naming, "x06 names")
class AsyncGeneratorForPlain(Naming):
    async def names(self, prefix: str = ""):
        yield prefix


@cases.defect("async-static-for-plain", Naming, "x06 names")
class AsyncStaticForPlain:
    @staticmethod
    async def names(prefix=""):
        return [prefix]


@cases.defect("async-lambda-for-plain", Naming, "x06 names")
class LambdaForPlain:
    names = lambda self, prefix="": self._names(prefix)

    async def _names(self, prefix):
        return [prefix]


@cases.defect("task-for-plain", Naming, "x06 names")
class TaskForPlain:
    def names(self, prefix: str = "") -> "asyncio.Task[list[str]]":
        return asyncio.create_task(self._names(prefix))

    async def _names(self, prefix):
        return [prefix]


@cases.defect("async-set-on-the-instance-for-plain", Naming, "x06 names", views=("instance",))
class AsyncOnInstance:
    def __init__(self):
        async def names(prefix=""):
            return [prefix]

        self.names = names


@used(feed=Use({"topic": "t"}, then="iterate"))
class Feeding(Protocol):
    """The body runs, so the method is optional: a warning at most."""

    async def feed(self, topic: str) -> AsyncIterator[str]:
        yield topic


@cases.defect("coroutine-where-the-protocol-yields", Feeding, "x06 feed warning")
class CoroutineFeed:
    async def feed(self, topic: str) -> AsyncIterator[str]:
        async def inner():
            yield topic

        return inner()
