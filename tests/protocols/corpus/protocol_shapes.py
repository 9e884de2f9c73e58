"""Protocols of unusual make: with bodies, with variable arguments, with members of other kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypedDict, Unpack, overload

from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import COMPLETION, Inference, Reranking, Use, used

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

cases = Casebook(__name__)


@cases.fine("optional-method-inherited", Reranking)
class InheritsDefault(Reranking): ...


@cases.fine("optional-method-overridden", Reranking)
class OverridesDefault(Reranking):
    async def rerank(self, query: str) -> list[str]:
        return [query]


@cases.fine("optional-method-given-structurally", Reranking)
class GivesDefault:
    async def rerank(self, query):
        return [query]


@cases.fine("optional-method-of-a-mixin-before", Reranking)
class MixinDefault(GivesDefault, Reranking): ...


async def _refused(provider: Any) -> None:
    try:
        await provider.rerank(query="q")
    except NotImplementedError:
        return
    raise AssertionError("the protocol's body did not run")


@cases.defect("optional-method-shadows-the-mixin", Reranking, "x08 rerank", proof=_refused)
class DefaultShadowsMixin(Reranking, GivesDefault):
    """What runs is the refusal of the protocol, and never the mixin."""


@cases.defect("optional-method-absent", Reranking, "x08 rerank")
class LacksDefault: ...


@cases.defect("optional-method-overridden-by-a-stub", Reranking, "x08 rerank")
class StubsDefault(Reranking):
    async def rerank(self, query: str) -> list[str]: ...


@cases.defect("optional-method-does-not-bind", Reranking, "x03 rerank warning")
class NarrowDefault(Reranking):
    async def rerank(self) -> list[str]:
        return []


@cases.defect("optional-method-sync", Reranking, "x06 rerank warning")
class SyncDefault(Reranking):
    def rerank(self, query: str) -> list[str]:
        return [query]


@cases.defect("optional-method-none", Reranking, "x08 rerank")
class NoneDefault(Reranking):
    rerank = None


@used(health=Use({}), score=Use({"text": "t"}))
class WithBodies(Protocol):
    async def health(self) -> dict[str, Any]:
        """Say that all is well."""
        return {"status": "OK"}

    async def score(self, text: str) -> float: ...


@cases.fine("default-body-inherited", WithBodies)
class InheritsBody(WithBodies):
    async def score(self, text: str) -> float:
        return 1.0


@cases.defect("default-body-inherited-stub-left", WithBodies, "x02 score")
class StubBesideBody(WithBodies): ...


@cases.defect("default-body-not-inherited", WithBodies, "x08 health")
class LacksBody:
    async def score(self, text):
        return 1.0


@cases.defect("optional-and-required-absent", WithBodies, "x08 health", "x01 score")
class LacksBoth: ...


@used(health=Use({}))
class StrictHealth(WithBodies, Protocol):
    """Takes the body away again."""

    async def health(self) -> dict[str, Any]: ...


@cases.defect("default-body-taken-away-by-the-child", StrictHealth, "x02 health")
class StrictProvider(StrictHealth):
    async def score(self, text: str) -> float:
        return 1.0


@cases.defect("default-body-taken-away-absent", StrictHealth, "x01 health")
class StrictAbsent:
    async def score(self, text):
        return 1.0


@used(score=Use({"text": "t"}))
class ReadyScore(WithBodies, Protocol):
    """Gives a body to what was a stub."""

    async def score(self, text: str) -> float:
        return 0.5


@cases.fine("body-given-by-the-child-protocol", ReadyScore)
class ReadyProvider(ReadyScore): ...


@used(call=Use({"name": "n"}, also=(((), {"name": "n", "colour": "red"}),)))
class OpenOptions(Protocol):
    async def call(self, name: str, **options: Any) -> str: ...


@cases.fine("protocol-kwargs-under-another-name", OpenOptions)
class OtherKwargs(OpenOptions):
    async def call(self, name: str, **extra: Any) -> str:
        return name


@cases.fine("protocol-kwargs-into-both", OpenOptions)
class IntoBoth:
    async def call(self, *args, **kwargs):
        return "n"


@cases.defect("protocol-kwargs-not-taken", OpenOptions, "x03 call")
class KwargsNotTaken(OpenOptions):
    async def call(self, name: str) -> str:
        return name


@cases.defect("protocol-kwargs-some-names-only", OpenOptions, "x03 call")
class KwargsSomeNames(OpenOptions):
    async def call(self, name: str, size: int = 0) -> str:
        return name


@used(call=Use({"name": "n"}, also=((("n", 1, 2), {}),)))
class OpenArguments(Protocol):
    async def call(self, name: str, *values: int) -> str: ...


@cases.fine("protocol-args-under-another-name", OpenArguments, calls="positional")
class OtherArgs(OpenArguments):
    async def call(self, name: str, *numbers: int) -> str:
        return name


@cases.defect("protocol-args-not-taken", OpenArguments, "x03 call", calls="positional")
class ArgsNotTaken(OpenArguments):
    async def call(self, name: str) -> str:
        return name


@used(call=Use({"args": ("a",), "kwargs": {"b": 1}}))
class NamedLikeStars(Protocol):
    """Ordinary parameters with the names that the starred ones have elsewhere."""

    async def call(self, args: tuple[str, ...], kwargs: dict[str, Any]) -> str: ...


@cases.fine("parameters-named-args-and-kwargs", NamedLikeStars)
class NamedLikeStarsProvider(NamedLikeStars):
    async def call(self, args: tuple[str, ...], kwargs: dict[str, Any]) -> str:
        return args[0]


@cases.fine("parameters-named-args-and-kwargs-into-stars", NamedLikeStars)
class NamedIntoStars:
    async def call(self, *args, **kwargs):
        return kwargs["args"][0]


@cases.defect("parameters-named-args-as-star-only", NamedLikeStars, "x03 call")
class NamedAsStar:
    async def call(self, *args, kwargs):
        return "a"


class Params(TypedDict, total=False):
    colour: str
    size: int


@used(paint=Use({}, {"colour": "red", "size": 2}))
class Unpacking(Protocol):
    async def paint(self, **params: Unpack[Params]) -> str: ...


@cases.fine("typed-kwargs-spelled-out", Unpacking)
class SpelledOut(Unpacking):
    async def paint(self, *, colour: str = "", size: int = 0) -> str:
        return "painted"


@cases.fine("typed-kwargs-the-same", Unpacking)
class UnpackingSame(Unpacking):
    async def paint(self, **params: Unpack[Params]) -> str:
        return "painted"


@used(completion=COMPLETION)
class Overloaded(Protocol):
    @overload
    async def completion(self, model_id: str, content: str) -> str: ...

    @overload
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...


@cases.fine("overloads-of-the-protocol", Overloaded)
class OverloadedProvider(Overloaded):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@used(completion=COMPLETION)
class OverloadedWithLast(Protocol):
    @overload
    async def completion(self, model_id: str, content: str) -> str: ...

    @overload
    async def completion(self, model_id: str, content: str, stream: bool) -> dict[str, Any]: ...

    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> Any: ...


@cases.fine("overloads-and-an-implementation-stub", OverloadedWithLast)
class OverloadedWithLastProvider(OverloadedWithLast):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@used(tokens=Use({"prompt": "p"}, then="iterate"))
class LateTypes(Protocol):
    """Annotations that nobody can evaluate at run time."""

    def tokens(self, prompt: NotImported) -> AsyncIterator[Chunk]: ...  # noqa: F821


@cases.fine("unresolvable-iterator-annotation", LateTypes)
class LateProvider(LateTypes):
    async def tokens(self, prompt: str):
        yield prompt


@cases.defect("unresolvable-iterator-annotation-coroutine", LateTypes, "x06 tokens")
class LateCoroutine:
    async def tokens(self, prompt):
        return [prompt]


@used(build=Use({"name": "n"}, then="value"), parse=Use({"text": "t"}, then="value"))
class OtherKinds(Protocol):
    @staticmethod
    def build(name: str) -> str: ...

    @classmethod
    def parse(cls, text: str) -> str: ...


@cases.fine("static-and-class-methods-of-the-protocol", OtherKinds)
class OtherKindsSame(OtherKinds):
    @staticmethod
    def build(name: str) -> str:
        return name

    @classmethod
    def parse(cls, text: str) -> str:
        return text


@cases.defect("static-method-of-the-protocol-lacks-self", OtherKinds, "x03 build")
class OtherKindsNoSelf:
    def build(name):
        return name

    @classmethod
    def parse(cls, text):
        return text


@cases.defect("static-method-of-the-protocol-stub", OtherKinds, "x02 build", "x02 parse")
class OtherKindsStubs(OtherKinds): ...


@used(completion=COMPLETION)
class Furnished(Inference, Protocol):
    """Members that are none: a constructor, slots, a nested class, a private constant."""

    __slots__ = ()

    def __init__(self, url: str) -> None: ...


@cases.fine("protocol-with-a-constructor", Furnished)
class FurnishedProvider:
    def __init__(self) -> None:
        self.url = "https://inference.example"

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


class Marker(Protocol):
    """A protocol without members."""


@cases.fine("protocol-without-members", Marker)
class AnythingGoes: ...


@used(first=Use({"a": 1}), second=Use({"a": 1}))
class Shared(Protocol):
    """Two names for one stub."""

    async def first(self, a: int) -> int: ...

    second = first


@cases.fine("protocol-alias-implemented", Shared)
class SharedProvider(Shared):
    async def first(self, a: int) -> int:
        return a

    second = first


@cases.defect("protocol-alias-half-implemented", Shared, "x02 second")
class SharedHalf(Shared):
    """The alias still names the stub of the protocol."""

    async def first(self, a: int) -> int:
        return a


class Plugin(Protocol):
    """A second protocol, of dunder methods only."""

    def __len__(self) -> int: ...


@cases.fine("protocol-of-a-dunder-method", Plugin)
class Sized:
    def __len__(self) -> int:
        return 0
