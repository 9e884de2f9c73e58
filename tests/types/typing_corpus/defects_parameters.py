"""Classes that do not accept what callers may pass; `CASES` says which."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal, ParamSpec, TypedDict, TypeVar, overload

from typing_corpus.promises import (
    Abstract,
    BiggerModel,
    Chat,
    Chunk,
    Coloured,
    Generic,
    Mode,
    Model,
    Options,
    Other,
    Page,
    Registry,
    Search,
    Settings,
)
from typing_corpus.whole import Whole

P = ParamSpec("P")
R = TypeVar("R")
N = TypeVar("N", bound=int)


class ParameterOfAnotherType(Whole):
    async def embed(self, model: int, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


class ParameterNarrowed(Whole):
    async def complete(
        self, model: str, content: str, stream: bool | None = False
    ) -> Model | AsyncIterator[Chunk]:
        return Model(name=model)


class OptionalDropped(Whole):
    async def complete(
        self, model: str, content: str | list[str], stream: bool = False
    ) -> Model | AsyncIterator[Chunk]:
        return Model(name=model)


class OptionsNotNone(Whole):
    async def embed(self, model: str, contents: list[str], options: dict[str, Any] = {}) -> list[float]:  # noqa: B006
        return []


class ElementsOfAnotherType(Whole):
    async def embed(self, model: str, contents: list[int], options: Settings | None = None) -> list[float]:
        return []


class ListBecomesTuple(Whole):
    async def embed(
        self, model: str, contents: tuple[str, ...], options: Settings | None = None
    ) -> list[float]:
        return []


class TwoParameters(Whole):
    async def embed(self, model: bytes, contents: set[str], options: Settings | None = None) -> list[float]:
        return []


class InheritsTheProtocol(Chat):
    async def complete(self, model: int, content: str | list[str], stream: bool | None = False) -> Model:
        return Model(name=str(model))

    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []

    async def close(self) -> None: ...


class MixinBeforeTheProtocol(InheritsTheProtocol, Whole, Chat):
    """The first of the bases decides."""


class NarrowingMixin:
    async def embed(self, model: str, contents: list[str], options: None = None) -> list[float]:
        return []


class MixinBefore(NarrowingMixin, Whole):
    pass


class KeywordOnlyNarrowed(Whole):
    async def embed(self, *, model: str, contents: list[str], options: Options | None = None) -> list[float]:
        return []


class EnumNarrowed:
    async def search(
        self,
        query: str,
        *,
        mode: Literal[Mode.FAST] = Mode.FAST,
        kind: Literal["a", "b"] = "a",
        options: Options | None = None,
        score: float = 0.5,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class LiteralNarrowed(Search):
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: Literal["a"] = "a",
        options: Options | None = None,
        score: float = 0.5,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class EnumForLiteral:
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: Mode = Mode.FAST,
        options: Options | None = None,
        score: float = 0.5,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class IntForFloat:
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: str = "a",
        options: Options | None = None,
        score: int = 1,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class CallableTakesLess:
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: str = "a",
        options: Options | None = None,
        score: float = 1,
        ranker: Callable[[Model, int], float] | None = None,
    ) -> Page:
        return Page([])


class DictForTypedDict:
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: str = "a",
        options: Settings | None = None,
        score: float = 1,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class Precise(TypedDict):
    depth: int


class AnotherTypedDict:
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: str = "a",
        options: Precise | None = None,
        score: float = 1,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page:
        return Page([])


class RegistersLess(Registry):
    async def register_model(self, model: BiggerModel) -> Model:
        return model

    async def list_models(self) -> list[Model] | None:
        return None


class RegistersUnderAnotherName:
    """By position the name does not matter, and the type does."""

    async def register_model(self, registered: Other) -> Model:
        return Model(name=registered.name)

    async def list_models(self) -> list[Model] | None:
        return None


class GenericIsFixed(Generic):
    def echo(self, value: int) -> int:  # type: ignore[override]
        return value

    def first(self, values: Sequence[R]) -> R:
        return values[0]


class GenericIsBounded:
    def echo(self, value: N) -> N:
        return value

    def first(self, values: Sequence[R]) -> R:
        return values[0]


class GenericOfList:
    def echo(self, value: R) -> R:
        return value

    def first(self, values: list[R]) -> R:
        return values[0]


class SecondOverloadUnserved:
    def get(self, key: str) -> Any:
        return key


class OverloadsOfItsOwn(Whole):
    @overload
    async def embed(self, model: str, contents: list[int], options: None = None) -> list[float]: ...
    @overload
    async def embed(self, model: str, contents: list[int], options: dict[str, Any]) -> list[float]: ...
    async def embed(self, model: str, contents: Any, options: Any = None) -> list[float]:
        return []


class SpreadNarrowed:
    def call(self, name: str, *args: int, **kwargs: int) -> str:
        return name


class SpreadNameNarrowed:
    def call(self, name: bytes, *args: Any, **kwargs: Any) -> str:
        return ""


class PositionOnlyNarrowed:
    def put(self, name: str, number: bool, /) -> None: ...


class AbstractNarrowed(Abstract):
    async def run(self, data: bytearray, at: tuple[int, int]) -> set[str]:
        return set()


class TupleOfAnotherLength:
    async def run(self, data: bytes, at: tuple[int, int, int]) -> set[str]:
        return set()


class PlainBaseNarrowed(Coloured):
    async def ask(self, question: list[str]) -> str:  # type: ignore[override]
        return ""

    async def paint(self, colour: str) -> None: ...


CASES = {
    "ParameterOfAnotherType": ("Chat", "PC401 embed:model"),
    "ParameterNarrowed": ("Chat", "PC401 complete:content"),
    "OptionalDropped": ("Chat", "PC401 complete:stream"),
    "OptionsNotNone": ("Chat", "PC401 embed:options"),
    "ElementsOfAnotherType": ("Chat", "PC401 embed:contents"),
    "ListBecomesTuple": ("Chat", "PC401 embed:contents"),
    "TwoParameters": ("Chat", "PC401 embed:model", "PC401 embed:contents"),
    "InheritsTheProtocol": ("Chat", "PC401 complete:model"),
    "MixinBeforeTheProtocol": ("Chat", "PC401 complete:model"),
    "MixinBefore": ("Chat", "PC401 embed:options"),
    "KeywordOnlyNarrowed": ("Chat", "PC401 embed:options"),
    "EnumNarrowed": ("Search", "PC401 search:mode"),
    "LiteralNarrowed": ("Search", "PC401 search:kind"),
    "EnumForLiteral": ("Search", "PC401 search:kind"),
    "IntForFloat": ("Search", "PC401 search:score"),
    "CallableTakesLess": ("Search", "PC401 search:ranker"),
    "DictForTypedDict": ("Search", "PC401 search:options"),
    "AnotherTypedDict": ("Search", "PC401 search:options"),
    "RegistersLess": ("Registry", "PC401 register_model:model"),
    "RegistersUnderAnotherName": ("Registry", "PC401 register_model:model"),
    "GenericIsFixed": ("Generic", "PC401 echo:value", "PC402 echo"),
    "GenericIsBounded": ("Generic", "PC401 echo:value"),
    "GenericOfList": ("Generic", "PC401 first:values"),
    "SecondOverloadUnserved": ("Overloaded", "PC401 get:key"),
    "OverloadsOfItsOwn": ("Chat", "PC401 embed:contents"),
    "SpreadNarrowed": ("Spread", "PC401 call:kwargs"),
    "SpreadNameNarrowed": ("Spread", "PC401 call:name"),
    "PositionOnlyNarrowed": ("PositionOnly", "PC401 put:value"),
    "AbstractNarrowed": ("Abstract", "PC401 run:data"),
    "TupleOfAnotherLength": ("Abstract", "PC401 run:at"),
    "PlainBaseNarrowed": ("Coloured", "PC401 ask:question"),
}
