"""Signatures that look unlike the protocol's and take every call of the stack."""

from __future__ import annotations

import functools
import types
from typing import Any, overload

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import Batch, Embeddings, Inference, Lifecycle, Naming, Streaming

cases = Casebook(__name__)


@cases.fine("the-same", Inference)
class Same(Inference):
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)


@cases.fine("structural", Inference)
class Structural:
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)


@cases.fine("args-and-kwargs", Inference)
class ArgsKwargs(Inference):
    async def completion(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return Seen(kwargs)


@cases.fine("kwargs-only", Inference)
class KwargsOnly(Inference):
    async def completion(self, **params) -> dict[str, Any]:
        return Seen(params)


@cases.fine("self-inside-args", Inference)
class SelfInArgs(Inference):
    async def completion(*args, **kwargs) -> dict[str, Any]:
        return Seen(kwargs)


@cases.fine("args-first-then-names", Inference)
class ArgsFirst(Inference):
    async def completion(*args, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, stream=stream)


@cases.fine("names-then-kwargs", Inference)
class NamesThenKwargs(Inference):
    async def completion(self, model_id, content, **rest) -> dict[str, Any]:
        return Seen(rest, model_id=model_id, content=content)


@cases.fine("names-then-args-and-kwargs", Inference)
class NamesThenBoth(Inference):
    async def completion(self, model_id, *args, **kwargs) -> dict[str, Any]:
        return Seen(kwargs, model_id=model_id)


@cases.fine("keyword-only", Inference)
class KeywordOnly(Inference):
    async def completion(self, *, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream)


@cases.fine("keyword-only-in-another-order", Inference)
class KeywordOnlyOrder(Inference):
    async def completion(self, *, max_tokens=None, content, stream=False, model_id) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream)


@cases.fine("keyword-only-tail", Inference)
class KeywordOnlyTail(Inference):
    async def completion(self, model_id, content, *, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content, stream=stream)


@cases.fine("positional-only-name-falls-into-kwargs", Inference)
class FallsIntoKwargs(Inference):
    async def completion(self, model_id=None, /, **kwargs) -> dict[str, Any]:
        return Seen(kwargs)


@cases.fine("positional-only-self", Inference)
class PositionalOnlySelf(Inference):
    async def completion(self, /, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


@cases.fine("extra-optional-at-the-end", Inference)
class ExtraAtEnd(Inference):
    async def completion(
        self, model_id, content, stream=False, max_tokens=None, tenant=None, *, trace=False
    ) -> dict[str, Any]:
        return Seen(model_id=model_id, max_tokens=max_tokens)


@cases.fine("extra-optional-in-between", Inference)
class ExtraInBetween(Inference):
    async def completion(
        self, model_id, content, tenant=None, stream=False, max_tokens=None
    ) -> dict[str, Any]:
        return Seen(stream=stream, max_tokens=max_tokens)


@cases.fine("extra-optional-in-front", Naming)
class ExtraInFront(Naming):
    def names(self, tenant: str = "", prefix: str = "") -> list[str]:
        return Seen(prefix=prefix)


@cases.fine("required-becomes-optional", Inference)
class RequiredOptional(Inference):
    async def completion(self, model_id="default", content="", stream=False, max_tokens=None) -> dict:
        return Seen(model_id=model_id, content=content)


@cases.fine("self-under-another-name", Inference)
class OtherSelf(Inference):
    async def completion(this, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


@cases.fine("self-with-a-default", Inference)
class DefaultSelf(Inference):
    async def completion(self=None, model_id="", content="", stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content)


@cases.fine("staticmethod", Inference)
class Static(Inference):
    @staticmethod
    async def completion(model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content)


@cases.fine("staticmethod-with-a-first-parameter-called-self-by-the-stack", Lifecycle)
class StaticNothing(Lifecycle):
    @staticmethod
    async def initialize() -> None:
        return None

    @staticmethod
    async def shutdown(*_: Any) -> None:
        return None


@cases.fine("classmethod", Inference)
class ClassMethod(Inference):
    @classmethod
    async def completion(cls, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id, content=content)


@cases.fine("classmethod-with-another-first-name", Naming)
class ClassMethodKlass:
    @classmethod
    def names(klass, prefix=""):
        return [prefix]


@cases.fine("with-overloads", Inference)
class WithOverloads(Inference):
    @overload
    async def completion(self, model_id: str, content: str) -> dict[str, Any]: ...

    @overload
    async def completion(self, model_id: str, content: str, stream: bool, max_tokens: int | None) -> dict: ...

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("defined-twice-the-last-one-counts", Inference)
class DefinedTwice(Inference):
    async def completion(self): ...

    async def completion(self, model_id, content, stream=False, max_tokens=None):  # noqa: F811
        return Seen(model_id=model_id)


@cases.fine("lambda", Inference)
class Lambda:
    completion = lambda self, model_id, content, stream=False, max_tokens=None: self._go(content)

    async def _go(self, content):
        return {"content": content}


class Handler:
    async def __call__(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, content=content)


@cases.fine("callable-instance-in-the-class", Inference)
class CallableInstance(Inference):
    completion = Handler()


@cases.fine("callable-instance-on-the-instance", Inference)
class CallableOnInstance:
    def __init__(self) -> None:
        self.completion = Handler()


class StaticHandler:
    @staticmethod
    async def __call__(model_id, content, stream=False, max_tokens=None):
        return {}


@cases.fine("callable-instance-with-a-static-call", Inference)
class CallableStatic:
    completion = StaticHandler()


class AwaitableCompletion:
    """A request that is sent when somebody awaits it."""

    def __init__(self, model_id, content, stream=False, max_tokens=None):
        self.model_id = model_id

    def __await__(self):
        return self._send().__await__()

    async def _send(self):
        return Seen(model_id=self.model_id)


@cases.fine("class-as-a-method", Inference)
class ClassAsMethod:
    completion = AwaitableCompletion


@cases.fine("bound-method-of-another-object", Inference)
class Borrowed:
    completion = Structural().completion


@cases.fine("alias", Inference)
class Alias(Inference):
    async def generate(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)

    completion = generate


@cases.fine("function-of-another-class", Inference)
class Taken:
    completion = Structural.completion


async def completion(self, model_id, content, stream=False, max_tokens=None):
    return Seen(model_id=model_id)


@cases.fine("module-function-as-a-method", Inference)
class ModuleFunction(Inference):
    completion = completion


@cases.fine("method-type-on-the-instance", Inference)
class MethodTypeOnInstance:
    def __init__(self) -> None:
        self.completion = types.MethodType(completion, self)


def _namespace() -> Any:
    return types.SimpleNamespace(completion=Static.completion, ready=True)


cases.add(
    "namespace-object", Inference, types.SimpleNamespace, views=("instance",), make=_namespace, located=False
)


def _module() -> Any:
    module = types.ModuleType("a_provider")
    exec(
        "async def embed(model_id, texts):\n    return [1.0]\n",
        vars(module),
    )
    return module


cases.add(
    "module-as-provider", Embeddings, types.ModuleType, views=("instance",), make=_module, located=False
)


@cases.fine("no-source", Embeddings, located=False)
class WithoutSource(Embeddings):
    exec("async def embed(self, model_id, texts):\n    return [1.0]\n")


@cases.fine("made-by-type", Embeddings)
class _MadeByType(
    type("Base", (), {"embed": lambda self, model_id, texts: _vector()})  # noqa: B903
): ...


async def _vector():
    return [1.0]


def _generic_method(**fixed: Any):
    async def method(self, **kwargs):
        return {**fixed, **kwargs}

    return method


@cases.fine("methods-set-in-a-loop", Batch)
class SetInLoop: ...


for _name in ("completion", "initialize", "shutdown"):
    setattr(SetInLoop, _name, _generic_method(name=_name))


@cases.fine("set-after-the-body-over-the-stub", Inference)
class SetOverStub(Inference): ...


SetOverStub.completion = completion


@cases.fine("builtin-without-a-signature", Naming, calls="positional")
class Builtin:
    names = str


@cases.fine("different-annotations", Inference)
class OtherAnnotations(Inference):
    async def completion(
        self, model_id: Any, content: object, stream: Any = False, max_tokens: Any = None
    ) -> Any:
        return Seen(model_id=model_id)


@cases.fine("unresolvable-annotations", Inference)
class UnresolvableAnnotations(Inference):
    async def completion(
        self,
        model_id: NotImported,  # noqa: F821
        content: Missing.Type,  # noqa: F821
        stream: bool = False,
        max_tokens: int | None = None,
    ) -> NotThere[Either]:  # noqa: F821
        return Seen(model_id=model_id)


@cases.fine("iterator-with-extra-options", Streaming)
class IteratorExtra(Streaming):
    async def tokens(self, prompt: str, limit: int = 3, *, separator: str = " ", **options: Any):
        for _ in range(limit):
            yield prompt + separator


@cases.fine("super-call-with-pass-through", Embeddings)
class SuperCall(_MadeByType):
    async def embed(self, *args, **kwargs):
        return await super().embed(*args, **kwargs)


@cases.fine("reduced-by-partial-on-class-via-get", Inference)
class PartialDescriptor(Inference):
    class _Bind:
        def __init__(self, function):
            self.function = function

        def __get__(self, instance, owner):
            return self if instance is None else functools.partial(self.function, instance)

    @_Bind
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)
