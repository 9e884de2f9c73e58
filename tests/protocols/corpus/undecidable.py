"""What a class alone cannot tell: no finding may be raised, and most of these work."""

from __future__ import annotations

import functools
import unittest.mock
from typing import Any

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import Batch, Embeddings, Inference, Streaming

cases = Casebook(__name__)


class Client:
    """What the cases delegate to."""

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)

    async def embed(self, model_id, texts):
        return [1.0]

    async def tokens(self, prompt, limit=3):
        for _ in range(limit):
            yield prompt

    async def initialize(self):
        return None

    async def shutdown(self):
        return None


@cases.fine("getattr-delegation", Batch)
class Delegating:
    def __init__(self) -> None:
        self.client = Client()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@cases.fine("getattr-delegation-inherited", Batch)
class DelegatingChild(Delegating):
    async def shutdown(self) -> None:
        return None


@cases.fine("getattr-delegation-of-a-generator", Streaming)
class DelegatingTokens(Delegating): ...


@cases.defect("getattr-behind-a-stub", Inference, "x02 completion")
class DelegatingBehindStub(Delegating, Inference):
    """The stub is found before ``__getattr__`` is asked."""


@cases.fine("getattribute-delegation", Embeddings)
class DelegatingEarly:
    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        return getattr(Client(), name)


@cases.fine("getattribute-mends-the-method", Embeddings)
class MendedEarly(Embeddings):
    def __getattribute__(self, name: str) -> Any:
        return Client().embed if name == "embed" else object.__getattribute__(self, name)

    async def embed(self): ...


@cases.fine("property-returns-the-bound-method", Embeddings)
class PropertyMethod(Embeddings):
    @property
    def embed(self):
        return self._embed

    async def _embed(self, model_id, texts):
        return [1.0]


@cases.fine("property-returns-a-clients-method", Embeddings)
class PropertyClient:
    @property
    def embed(self):
        return Client().embed


@cases.fine("property-wins-over-the-instance-dictionary", Embeddings)
class PropertyWins(PropertyClient):
    def __init__(self) -> None:
        vars(self)["embed"] = None


@cases.fine("cached-property", Embeddings)
class CachedProperty:
    @functools.cached_property
    def embed(self):
        return Client().embed


class _OnlyOnInstances:
    """A descriptor that will not be asked on the class."""

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            raise AttributeError("ask an instance")
        return Client().embed


@cases.fine("descriptor-only-on-instances", Embeddings)
class InstanceDescriptor:
    embed = _OnlyOnInstances()


class _Raising:
    """A descriptor that fails on the class in its own way."""

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            raise RuntimeError("ask an instance")
        return Client().embed


@cases.fine("descriptor-raises-on-the-class", Embeddings)
class RaisingDescriptor:
    embed = _Raising()


@cases.fine("set-in-init", Embeddings)
class SetInInit:
    def __init__(self) -> None:
        self.embed = Client().embed


@cases.fine("set-in-init-over-the-stub", Embeddings)
class SetOverStub(Embeddings):
    def __init__(self) -> None:
        self.embed = Client().embed


@cases.fine("set-in-init-over-a-narrow-method", Embeddings)
class SetOverNarrow:
    def __init__(self) -> None:
        self.embed = Client().embed

    async def embed(self):
        return []


@cases.fine("set-in-init-annotated", Embeddings)
class SetAnnotated:
    def __init__(self) -> None:
        self.embed: Any = Client().embed


@cases.fine("set-in-init-by-tuple", Batch)
class SetByTuple:
    def __init__(self) -> None:
        client = Client()
        self.completion, (self.initialize, self.shutdown) = (
            client.completion,
            (client.initialize, client.shutdown),
        )


@cases.fine("set-in-init-of-the-base", Embeddings)
class SetInBase(SetOverStub):
    def __init__(self) -> None:
        super().__init__()


@cases.fine("set-in-init-under-another-self", Embeddings)
class SetUnderThis(Embeddings):
    def __init__(this) -> None:
        this.embed = Client().embed


@cases.fine("set-in-new", Embeddings)
class SetInNew(Embeddings):
    def __new__(cls) -> Any:
        made = super().__new__(cls)
        made.embed = Client().embed
        return made


@cases.fine("set-in-a-loop-over-names", Batch)
class SetInLoop(Batch):
    def __init__(self) -> None:
        for name in ("completion", "initialize", "shutdown"):
            setattr(self, name, getattr(Client(), name))


@cases.fine("set-through-the-dictionary", Embeddings)
class SetByDictionary:
    def __init__(self) -> None:
        self.__dict__.update(embed=Client().embed)


@cases.fine("set-through-vars", Embeddings)
class SetByVars(Embeddings):
    def __init__(self) -> None:
        vars(self)["embed"] = Client().embed


@cases.fine("set-through-object-setattr", Embeddings)
class SetByObject(Embeddings):
    def __init__(self) -> None:
        object.__setattr__(self, "embed", Client().embed)


@cases.fine("set-in-a-helper-of-the-class", Embeddings)
class SetInHelper(Embeddings):
    def __init__(self) -> None:
        self._wire(Client())

    def _wire(self, client: Client) -> None:
        self.embed = client.embed


@cases.fine("set-without-source", Embeddings, located=False)
class SetWithoutSource(Embeddings):
    exec("def __init__(self):\n    self.embed = Client().embed\n", {"Client": Client}, locals())


@cases.fine("set-by-post-init-hook", Embeddings)
class SetByMeta(
    metaclass=type(
        "Meta",
        (type,),
        {"__call__": lambda cls: _wired(type.__call__(cls))},
    )
): ...


def _wired(provider: Any) -> Any:
    provider.embed = Client().embed
    return provider


def _adopt(provider: Any) -> None:
    provider.embed = Client().embed


@cases.fine("set-by-a-function-that-got-self", Embeddings, views=("instance",))
class Adopted(Embeddings):
    def __init__(self) -> None:
        _adopt(self)


@cases.fine("narrow-method-mended-on-the-instance", Embeddings, views=("instance",))
class Mended:
    def __init__(self) -> None:
        self.embed = Client().embed

    async def embed(self):
        return []


@cases.fine("annotated-and-set-later", Embeddings)
class AnnotatedAndSet:
    embed: Any

    def __init__(self) -> None:
        self.embed = Client().embed


@cases.fine("mock", Embeddings, undecidable="a mock takes whatever comes", views=("instance",))
class Mocked(unittest.mock.MagicMock): ...


@cases.fine("async-mock", Embeddings, views=("instance",), located=False)
class AsyncMocked(unittest.mock.AsyncMock): ...


def _autospec() -> Any:
    return unittest.mock.create_autospec(Client, instance=True)


cases.add("autospec-of-a-good-class", Embeddings, Client, views=("instance",), make=_autospec, located=False)


@cases.fine(
    "property-that-needs-a-connection",
    Embeddings,
    undecidable="the property raises until somebody connects",
    views=("class",),
)
class NeedsConnection:
    @property
    def embed(self):
        raise RuntimeError("not connected")


@cases.defect("getattr-that-raises", Embeddings, "x01 embed", views=("instance",))
class RaisingGetattr:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


@cases.defect("getattr-without-end", Embeddings, "x01 embed", views=("instance",))
class EndlessGetattr:
    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@cases.fine("getattr-answers-the-wrong-thing", Embeddings, undecidable="dynamic", views=("class",))
class AnsweringGetattr:
    def __getattr__(self, name: str) -> Any:
        return None


@cases.fine("function-without-readable-result", Embeddings, undecidable="result of a foreign call")
class ForeignCall:
    def __init__(self, client: Any = None) -> None:
        self.client = client

    def embed(self, model_id, texts):
        return self.client.embed(model_id, texts)


@cases.fine("constructor-makes-another-class", Embeddings, undecidable="instances are of another class")
class MakesAnother:
    def __new__(cls) -> Any:
        return Client()
