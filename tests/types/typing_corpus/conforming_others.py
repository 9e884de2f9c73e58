"""Further classes whose types fit, though some look as if they did not; `CASES` names their protocols."""

# ruff: noqa: ANN001, RUF012

from __future__ import annotations

import functools
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from enum import StrEnum
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    Self,
    TypedDict,
    TypeVar,
    overload,
)

from typing_corpus import promises
from typing_corpus.promises import (
    Abstract,
    BiggerModel,
    Chunk,
    Coloured,
    Described,
    Fluent,
    Generic,
    Mode,
    Model,
    Options,
    Page,
    Registry,
    Search,
    Settings,
    Streams,
)
from typing_corpus.whole import Whole as Same

if TYPE_CHECKING:
    pass

R = TypeVar("R")


class RegistersUnderAnotherName:
    async def register_model(self, registered: Model) -> BiggerModel:
        return BiggerModel(name=registered.name)

    async def list_models(self) -> list[Model]:
        return []


class RegistersAnything(Registry):
    async def register_model(self, model: object) -> Model:
        return Model(name="")

    async def list_models(self) -> None:
        return None


class RegistersPositionOnly:
    async def register_model(self, model: Model, /) -> Model:
        return model

    async def list_models(self) -> list[Model] | None:
        return None


class AsyncGeneratorStream(Streams):
    async def stream(self, prompt: str) -> AsyncIterator[Chunk]:
        yield Chunk(text=prompt)


class GeneratorTyped:
    async def stream(self, prompt: str) -> AsyncGenerator[Chunk, None]:
        yield Chunk(text=prompt)


class PlainStream:
    def stream(self, prompt: str | None = None) -> AsyncIterator[Chunk]:
        raise NotImplementedError


class OwnIterator:
    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Chunk:
        return Chunk(text="")


class StreamOfItsOwn:
    def stream(self, prompt: str) -> OwnIterator:
        return OwnIterator()


class SearchesWider:
    async def search(
        self,
        query: str,
        *,
        mode: Mode | str = Mode.FAST,
        kind: str = "a",
        options: Mapping[str, object] | None = None,
        score: complex = 0.5,
        ranker: Callable[[BiggerModel], float | str] | None = None,
    ) -> Page:
        return Page([])


class BetterPage(Page):
    pass


class SearchesNarrower(Search):
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: Literal["a", "b", "c"] = "a",
        options: Options | None = None,
        score: float = 1,
        ranker: Callable[..., Any] | None = None,
    ) -> BetterPage:
        return BetterPage([])


class Kind(StrEnum):
    A = "a"


class SearchesWithOwnDefaults:
    async def search(
        self,
        query: str = "",
        mode: Mode = Mode.SLOW,
        kind: Kind | str = Kind.A,
        options: Options | None = None,
        score: float = 1,
        ranker: Any = None,
    ) -> Page:
        return Page([])


class Attributes:
    title: str = "t"
    limits: dict[str, int] = {}
    shared: ClassVar[int] = 1
    ready: bool = True


class AttributesSetLater(Described):
    def __init__(self) -> None:
        self.title = "t"
        self.limits = {}

    @property
    def ready(self) -> bool:
        return True


class AttributesAsProperties:
    shared = True

    @property
    def title(self) -> Title:
        return Title("t")

    @property
    def limits(self) -> dict[str, int]:
        return {}

    @functools.cached_property
    def ready(self) -> bool:
        return True


class Title(str):
    __slots__ = ()


class AttributesWithoutType:
    def __init__(self, title, limits) -> None:
        self.title = title
        self.limits = limits
        self.shared = 1
        self.ready = True


class FluentSelf(Fluent):
    def named(self, name: str) -> Self:
        return self

    def merge(self, other: Self) -> Self:
        return self


class FluentByName:
    def named(self, name: str) -> FluentByName:
        return self

    def merge(self, other: FluentByName) -> FluentByName:
        return self


class GenericSame(Generic):
    def echo(self, value: R) -> R:
        return value

    def first(self, values: Iterable[R]) -> R:
        return next(iter(values))


class GenericAny:
    def echo(self, value: Any) -> Any:
        return value

    def first(self, values: Sequence[Any]) -> Any:
        return values[0]


class Container(Same):
    """Generic itself."""

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


class OverloadedSame:
    @overload
    def get(self, key: str) -> str: ...
    @overload
    def get(self, key: int) -> int: ...
    def get(self, key: str | int) -> str | int:
        return key


class OverloadedByTypeVariable:
    def get(self, key: R) -> R:
        return key


class SpreadSame:
    def call(self, name: str, *args: int, **kwargs: str) -> str:
        return name


class SpreadWider:
    def call(self, name: str, *args: object, **kwargs: str | int) -> str:
        return name


class AbstractDone(Abstract):
    async def run(self, data: bytes | bytearray, at: tuple[int, ...]) -> set[str]:
        return set()


class PositionOnlyOtherNames:
    def put(self, name: str, number: float) -> None: ...


class Whatever:
    async def anything(self, first: int, second: list[str]) -> bytes:
        return b""


class PlainBaseKept(Coloured):
    async def ask(self, question: str | None) -> str:
        return ""

    async def paint(self, colour: object) -> None: ...


class Chat2(Same):
    """Says the same types through another name of their module."""

    async def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> promises.list_of_float:
        return []


class SmallerOptions(TypedDict, total=False):
    depth: int


class EqualTypedDict:
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: Literal["a", "b"] = "a",
        options: SmallerOptions | None = None,
        score: float = 0.5,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class SaysNoneAndNeverGivesIt(Same):
    async def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> list[float] | None:
        if not contents:
            raise ValueError(model)
        return [float(len(content)) for content in contents]


class SaysNoneOfMoreThanWasPromised(Registry):
    async def register_model(self, model: Model) -> BiggerModel | None:  # type: ignore[override]
        bigger = BiggerModel(name=model.name)
        if model.name:
            return bigger
        raise ValueError(model.name)

    async def list_models(self) -> list[Model] | None:
        return None


CASES = {
    "SaysNoneAndNeverGivesIt": "Chat",
    "SaysNoneOfMoreThanWasPromised": "Registry",
    "Container": "Chat",
    "Chat2": "Chat",
    "RegistersUnderAnotherName": "Registry",
    "RegistersAnything": "Registry",
    "RegistersPositionOnly": "Registry",
    "AsyncGeneratorStream": "Streams",
    "GeneratorTyped": "Streams",
    "PlainStream": "Streams",
    "StreamOfItsOwn": "Streams",
    "SearchesWider": "Search",
    "SearchesNarrower": "Search",
    "SearchesWithOwnDefaults": "Search",
    "EqualTypedDict": "Search",
    "Attributes": "Described",
    "AttributesSetLater": "Described",
    "AttributesAsProperties": "Described",
    "AttributesWithoutType": "Described",
    "FluentSelf": "Fluent",
    "FluentByName": "Fluent",
    "GenericSame": "Generic",
    "GenericAny": "Generic",
    "OverloadedSame": "Overloaded",
    "OverloadedByTypeVariable": "Overloaded",
    "SpreadSame": "Spread",
    "SpreadWider": "Spread",
    "AbstractDone": "Abstract",
    "PositionOnlyOtherNames": "PositionOnly",
    "Whatever": "Loose",
    "PlainBaseKept": "Coloured",
}
