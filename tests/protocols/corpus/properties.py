"""Properties in the place of methods: some give a method, most give what nobody can call."""

from __future__ import annotations

import functools
from typing import Any

from protocols.corpus import decorators
from protocols.corpus.case import Casebook
from protocols.corpus.stack import Embeddings, Reranking, Streaming

cases = Casebook(__name__)


@cases.defect("property-over-a-coroutine-function", Embeddings, "x01 embed")
class OverCoroutine(Embeddings):
    @property
    async def embed(self):
        return [1.0]


@cases.defect("property-over-a-coroutine-function-with-arguments", Embeddings, "x01 embed")
class OverCoroutineWithArguments(Embeddings):
    @property
    async def embed(self, model_id, texts):
        return [1.0]


@cases.defect("cached-property-over-a-coroutine-function", Embeddings, "x01 embed")
class CachedOverCoroutine:
    @functools.cached_property
    async def embed(self):
        return [1.0]


@cases.defect("property-over-a-decorated-coroutine-function", Embeddings, "x01 embed")
class OverDecorated:
    @property
    @decorators.traced
    async def embed(self):
        return [1.0]


@cases.defect("property-over-an-asynchronous-generator", Streaming, "x01 tokens")
class OverGenerator:
    @property
    async def tokens(self):
        yield "a"


@cases.defect("property-over-a-generator", Streaming, "x01 tokens")
class OverPlainGenerator:
    @property
    def tokens(self):
        yield "a"


@cases.defect("property-that-demands-arguments", Embeddings, "x01 embed")
class Demanding:
    @property
    def embed(self, model_id, texts):
        return [1.0]


@cases.defect("property-inherited-over-a-coroutine-function", Embeddings, "x01 embed")
class InheritsProperty(OverCoroutine): ...


@cases.defect("property-over-an-optional-coroutine-function", Reranking, "x08 rerank")
class OptionalOverCoroutine(Reranking):
    @property
    async def rerank(self, query: str) -> list[str]:
        return [query]


async def _embed(model_id: str, texts: tuple[str, ...]) -> list[float]:
    return [1.0]


@cases.fine("property-gives-a-coroutine-function", Embeddings)
class GivesFunction(Embeddings):
    @property
    def embed(self):
        return _embed


@cases.fine("property-gives-a-nested-coroutine-function", Embeddings)
class GivesNested:
    @property
    def embed(self):
        async def inner(model_id, texts):
            return [1.0]

        return inner


@cases.fine("property-gives-a-lambda", Embeddings)
class GivesLambda:
    @functools.cached_property
    def embed(self):
        return lambda model_id, texts: _embed(model_id, texts)


@cases.fine("property-whose-getter-has-a-default", Embeddings)
class GetterWithDefault:
    @property
    def embed(self, _function: Any = _embed):
        return _function


@cases.fine("property-that-is-decorated", Embeddings)
class DecoratedGetter:
    @property
    @decorators.sync_pass
    def embed(self):
        return _embed


@cases.fine("coroutine-of-the-instance-over-a-cached-property", Embeddings)
class SetOverCached:
    def __init__(self) -> None:
        self.embed = _embed

    @functools.cached_property
    async def embed(self):
        return [1.0]
