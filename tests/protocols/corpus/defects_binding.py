"""Calls of the stack that do not bind: one defect a class."""

from __future__ import annotations

import functools
from typing import Any

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import Batch, Embeddings, Inference, Lifecycle, Naming, Streaming

cases = Casebook(__name__)


class Plain:
    """A base without the protocol."""

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)


@cases.defect("required-parameter-missing", Inference, "x03 completion")
class RequiredMissing(Inference):
    async def completion(self, model_id: str, stream: bool = False, max_tokens: int | None = None) -> dict:
        return {}


@cases.defect("optional-parameter-missing", Inference, "x03 completion")
class OptionalMissing(Inference):
    async def completion(self, model_id: str, content: str, stream: bool = False) -> dict[str, Any]:
        return {}


@cases.defect("all-parameters-missing", Inference, "x03 completion")
class AllMissing(Inference):
    async def completion(self) -> dict[str, Any]:
        return {}


@cases.defect("required-parameter-renamed", Inference, "x03 completion")
class RequiredRenamed(Inference):
    async def completion(self, model, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("optional-parameter-renamed", Inference, "x03 completion")
class OptionalRenamed(Plain):
    async def completion(self, model_id, content, stream=False, max_output_tokens=None):
        return {}


@cases.defect("renamed-by-case-only", Inference, "x03 completion")
class RenamedByCase:
    async def completion(self, model_Id, content, stream=False, max_tokens=None):
        return {}


@cases.defect("renamed-by-lookalike-letter", Inference, "x03 completion", located=False)
class RenamedByLetter:
    exec(
        "async def completion(self, m\u043edel_id, content, stream=False, max_tokens=None):\n    return {}\n",
    )


@cases.defect("renamed-with-underscore", Inference, "x03 completion")
class RenamedUnused(Inference):
    async def completion(self, model_id, content, _stream=False, max_tokens=None) -> dict[str, Any]:
        return {"content": content}


@cases.defect("additional-required-parameter", Inference, "x03 completion")
class AdditionalRequired(Inference):
    async def completion(self, model_id, content, tenant, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("additional-required-keyword-only", Inference, "x03 completion")
class AdditionalKeywordOnly(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None, *, tenant) -> dict[str, Any]:
        return {}


@cases.defect("additional-required-beside-kwargs", Inference, "x03 completion")
class AdditionalBesideKwargs(Inference):
    async def completion(self, tenant, **kwargs) -> dict[str, Any]:
        return kwargs


@cases.defect("default-dropped", Inference, "x03 completion")
class DefaultDropped(Inference):
    async def completion(self, model_id, content, stream, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("default-dropped-from-last", Naming, "x03 names")
class DefaultDroppedFromLast:
    def names(self, prefix: str) -> list[str]:
        return [prefix]


@cases.defect("default-dropped-keyword-only", Inference, "x03 completion")
class DefaultDroppedKeywordOnly(Inference):
    async def completion(self, model_id, content, *, stream=False, max_tokens) -> dict[str, Any]:
        return {}


@cases.defect("default-dropped-async-iterator", Streaming, "x03 tokens")
class DefaultDroppedIterator(Streaming):
    async def tokens(self, prompt: str, limit: int):
        yield prompt


@cases.defect("positional-only", Inference, "x03 completion")
class PositionalOnly(Inference):
    async def completion(self, model_id, content, /, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("positional-only-required-beside-kwargs", Inference, "x03 completion")
class PositionalOnlyBesideKwargs(Inference):
    async def completion(self, model_id, /, **kwargs) -> dict[str, Any]:
        return kwargs


@cases.defect("positional-only-optional", Naming, "x03 names")
class PositionalOnlyOptional(Naming):
    def names(self, prefix: str = "", /) -> list[str]:
        return [prefix]


@cases.defect("star-args-instead-of-names", Inference, "x03 completion")
class ArgsOnly(Inference):
    async def completion(self, *args) -> dict[str, Any]:
        return {"args": args}


@cases.defect("args-swallow-the-required-names", Inference, "x03 completion")
class ArgsThenOptional(Inference):
    async def completion(self, *args, stream=False, max_tokens=None) -> dict[str, Any]:
        return {"args": args}


@cases.defect("no-self", Inference, "x03 completion")
class NoSelf(Inference):
    async def completion(model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("no-self-no-parameters", Lifecycle, "x03 shutdown")
class NoSelfNoParameters(Lifecycle):
    async def initialize(self) -> None:
        return None

    async def shutdown() -> None:
        return None


@cases.defect("kwargs-without-self", Inference, "x03 completion")
class KwargsWithoutSelf(Inference):
    async def completion(**kwargs) -> dict[str, Any]:
        return kwargs


@cases.defect("keyword-only-without-self", Inference, "x03 completion")
class KeywordOnlyWithoutSelf(Inference):
    async def completion(*, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("staticmethod-with-self", Inference, "x03 completion")
class StaticWithSelf(Inference):
    @staticmethod
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("classmethod-missing-parameter", Inference, "x03 completion")
class ClassMethodMissing(Inference):
    @classmethod
    async def completion(cls, model_id, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("classmethod-without-cls", Inference, "x03 completion")
class ClassMethodWithoutCls(Inference):
    @classmethod
    async def completion(model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("staticmethod-missing-parameter", Inference, "x03 completion")
class StaticMissing(Inference):
    @staticmethod
    async def completion(content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


@cases.defect("inherited-from-a-plain-base", Inference, "x03 completion")
class InheritedDefect(RequiredRenamed): ...


@cases.defect("override-of-a-good-base", Inference, "x03 completion")
class OverrideOfGood(Plain, Inference):
    async def completion(self, model_id, content, **extra_options_but_no_stream_needed) -> dict[str, Any]:
        return await self._go(model_id, content)

    async def _go(self, model_id, content):
        return {}

    async def completion(self, model_id, content):  # noqa: F811  the last definition wins
        return await self._go(model_id, content)


@cases.defect("one-of-three", Batch, "x03 shutdown")
class OneOfThree(Plain):
    async def initialize(self) -> None:
        return None

    async def shutdown(self, grace_seconds: float) -> None:
        return None


@cases.defect("two-of-three", Batch, "x03 shutdown", "x03 initialize")
class TwoOfThree(Plain):
    async def initialize(self, config) -> None:
        return None

    async def shutdown(self, grace_seconds: float) -> None:
        return None


@cases.defect("partialmethod-binds-a-protocol-parameter", Inference, "x03 completion")
class PartialMethodBinds(Inference):
    async def _completion(self, model_id, content, stream=False, max_tokens=None):
        return {}

    completion = functools.partialmethod(_completion, "fixed-model")


@cases.defect("partialmethod-leaves-an-extra-one", Inference, "x03 completion")
class PartialMethodExtra(Inference):
    async def _completion(self, tenant, region, model_id, content, stream=False, max_tokens=None):
        return {}

    completion = functools.partialmethod(_completion, "tenant-a")


@cases.defect("partialmethod-target-lacks-a-parameter", Inference, "x03 completion")
class PartialMethodLacks(Inference):
    async def _completion(self, model_id, content, stream=False, *, tenant):
        return {}

    completion = functools.partialmethod(_completion, tenant="tenant-a")


async def _free_completion(self, model_id, content, stream=False, max_tokens=None):
    return {}


async def _narrow_completion(model_id, content):
    return {}


@cases.defect("partial-on-instance-lacks-a-parameter", Inference, "x03 completion", views=("instance",))
class PartialOnInstance:
    def __init__(self) -> None:
        self.completion = functools.partial(_narrow_completion)


@cases.defect("partial-on-instance-binds-positionally", Inference, "x03 completion", views=("instance",))
class PartialOnInstanceBinds:
    def __init__(self) -> None:
        self.completion = functools.partial(_free_completion, self, "fixed-model")


@cases.defect("function-on-instance-gets-no-self", Inference, "x03 completion", views=("instance",))
class FunctionOnInstance:
    def __init__(self) -> None:
        self.completion = _free_completion


@cases.defect("instance-attribute-shadows-good-method", Inference, "x03 completion", views=("instance",))
class ShadowedOnInstance(Plain):
    def __init__(self) -> None:
        self.completion = _narrow_completion


class _NarrowHandler:
    async def __call__(self, model_id, content):
        return {}


@cases.defect("callable-instance-lacks-parameters", Inference, "x03 completion")
class CallableInstanceNarrow(Inference):
    completion = _NarrowHandler()


class _ExpectsProvider:
    async def __call__(self, provider, model_id, content, stream=False, max_tokens=None):
        return {}


@cases.defect("callable-instance-expects-the-provider", Inference, "x03 completion")
class CallableInstanceExpectsProvider(Inference):
    completion = _ExpectsProvider()


@cases.defect("lambda-lacks-a-parameter", Inference, "x03 completion")
class LambdaNarrow(Plain):
    completion = lambda self, model_id, content, stream=False: self._go()

    async def _go(self):
        return {}


@cases.defect("set-after-the-body", Inference, "x03 completion")
class SetLater: ...


async def _set_later(self, model_id, prompt, stream=False, max_tokens=None):
    return {}


SetLater.completion = _set_later


@cases.defect("property-returns-narrow-function", Inference, "x03 completion", views=("instance",))
class PropertyNarrow:
    @property
    def completion(self):
        return _narrow_completion


@cases.defect("delegate-lacks-a-parameter", Embeddings, "x03 embed", views=("instance",))
class DelegateNarrow:
    class _Client:
        async def embed(self, model_id):
            return [1.0]

    def __getattr__(self, name):
        return getattr(DelegateNarrow._Client(), name)


@cases.defect("name-of-the-protocol", Inference, "x03 completion")
class _NamedLikeTheProtocol(Inference):
    async def completion(self, model, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}


_NamedLikeTheProtocol.__name__ = _NamedLikeTheProtocol.__qualname__ = "Inference"
_NamedLikeTheProtocol.__module__ = Inference.__module__


@cases.defect("builtin-takes-positional-only", Naming, "x03 names")
class BuiltinAsMethod:
    names = len


@cases.defect("method-of-no-parameters-gets-one", Lifecycle, "x03 initialize")
class InitializeWithConfig(Lifecycle):
    async def initialize(self, config: dict[str, Any]) -> None:
        self.config = config

    async def shutdown(self) -> None:
        return None
