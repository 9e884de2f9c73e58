"""Every annotation of a stack's protocols has values, and each of them fits."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import enum
import inspect
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, NewType, Protocol, TypedDict, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, AnyUrl, BaseModel, Field, HttpUrl, RootModel, StringConstraints, conint

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.installed import installed_contract, installed_families
from provider_conformance.contracts.model import Contract
from provider_conformance.errors import NoValueError
from provider_conformance.protocols.annotated import hints
from provider_conformance.protocols.fitting import misfit, streamed, whole
from provider_conformance.stack.apis.agents import Session
from provider_conformance.stack.apis.inference import ChatCompletionResponse, Inference
from provider_conformance.stack.apis.messages import Message
from provider_conformance.strategies.values import smallest, values

FEW = settings(max_examples=15, deadline=None, database=None, derandomize=True)


class Colour(enum.Enum):
    RED = "red"


class Tree(BaseModel):
    children: list[Tree] = []
    twin: Tree | None = None


class Endless(BaseModel):
    inner: Endless


class Aliased(BaseModel):
    given: int = Field(alias="Given", ge=3, lt=9)


class Even(BaseModel):
    number: Annotated[int, AfterValidator(lambda n: n if n % 2 == 0 else _refuse(n))]


def _refuse(number: int) -> int:
    raise ValueError(f"{number} is odd")


class Impossible(BaseModel):
    text: Annotated[str, AfterValidator(lambda text: _refuse(len(text)))]


class Keys(TypedDict, total=False):
    name: str


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.0


class Drawn(Protocol):
    def draw(self) -> None: ...


Identifier = NewType("Identifier", str)
Number = TypeVar("Number", int, float)
ANNOTATIONS = [
    int,
    Annotated[int, Field(gt=2, le=4)],
    Annotated[int, Field(lt=-5)],
    Annotated[int, Field(multiple_of=7, ge=1)],
    Annotated[float, Field(gt=0, lt=1)],
    conint(ge=10, le=11),
    str,
    Annotated[str, StringConstraints(pattern=r"^sha256-", min_length=9)],
    Annotated[str, Field(min_length=3, max_length=3)],
    bytes,
    None,
    Any,
    int | None,
    Literal["a", 1],
    Colour,
    list[int],
    Annotated[list[int], Field(min_length=2)],
    dict[str, list[Colour]],
    tuple[int, str],
    tuple[int, ...],
    set[str],
    Mapping[str, Any],
    Iterable[int],
    Identifier,
    Number,
    datetime.datetime,
    HttpUrl,
    AnyUrl,
    Tree,
    Aliased,
    Even,
    Keys,
    Point,
    RootModel[list[int]],
    Message,
    Session,
    Callable[[int], str],
    type[int],
]


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=str)
def test_values_fit_their_annotation(annotation: Any) -> None:
    assert misfit(smallest(annotation), annotation) == ""

    @FEW
    @given(values(annotation))
    def check(value: Any) -> None:
        assert misfit(value, annotation) == ""
        if isinstance(value, BaseModel):
            text = value.model_dump_json(by_alias=True)
            assert type(value).model_validate_json(text).model_dump_json(by_alias=True) == text

    check()


@pytest.mark.parametrize("annotation", [Drawn, Endless, Impossible, "Nowhere"], ids=str)
def test_what_has_no_value_is_named(annotation: Any) -> None:
    name = getattr(annotation, "__name__", "")
    for make in (smallest, values):
        with pytest.raises(NoValueError, match=name or "Nowhere"):
            make(annotation)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type` statements came with Python 3.12")
def test_an_alias_of_a_type_statement_stands_for_its_value() -> None:
    names: dict[str, Any] = {}
    exec("type Alias = list[int] | None", names)  # noqa: S102 - no syntax of Python 3.11
    assert smallest(names["Alias"]) is None
    assert misfit(["a"], names["Alias"]) == "it[0] is a str, and not int"


def test_the_limits_of_an_annotation_hold() -> None:
    found: set[int] = set()

    @settings(FEW, max_examples=60)
    @given(values(Annotated[int, Field(gt=2, le=4)]), values(Annotated[list[int], Field(max_length=1)]))
    def check(number: int, numbers: list[int]) -> None:
        found.add(number)
        assert len(numbers) <= 1

    check()
    assert found == {3, 4}


def test_texts_come_from_where_one_says() -> None:
    @FEW
    @given(values(dict[str, str], text=st.just("x")))
    def check(value: dict[str, str]) -> None:
        assert value in ({}, {"x": "x"})

    check()


def test_models_have_what_they_need_not_have_as_well() -> None:
    seen: set[bool] = set()

    @settings(FEW, max_examples=60)
    @given(values(ChatCompletionResponse))
    def check(answer: ChatCompletionResponse) -> None:
        seen.add(answer.logprobs is None)

    check()
    assert seen == {True, False}


def test_a_stream_and_an_awaitable_give_what_they_promise() -> None:
    async def read() -> tuple[int, list[str]]:
        ready: Awaitable[int] = smallest(Awaitable[int])
        stream: AsyncIterator[str] = smallest(AsyncIterator[str])
        return await ready, [text async for text in stream]

    assert asyncio.run(read()) == (0, [""])


def test_a_whole_answer_comes_before_a_stream() -> None:
    annotation = hints(Inference.chat_completion)["return"]
    assert whole(annotation) == ChatCompletionResponse
    assert streamed(annotation).__name__ == "ChatCompletionResponseStreamChunk"
    assert hasattr(smallest(annotation), "__await__")


CONTRACTS: list[Contract] = [
    builtin_contract(),
    *(installed_contract(family) for family in installed_families()),
]


def _annotations(contract: Contract) -> Iterable[tuple[str, Any]]:
    for api in contract.apis.values():
        for protocol in (api.public, api.private):
            for name in protocol.methods if protocol else ():
                function = inspect.unwrap(getattr(protocol.live, name))
                for parameter, annotation in hints(function).items():
                    yield f"{api.name}.{name}.{parameter}", annotation


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.title)
def test_every_annotation_of_a_stack_has_a_value_that_fits(contract: Contract) -> None:
    annotations = list(_annotations(contract))
    assert len(annotations) > 80
    assert {name: told for name, a in annotations if (told := misfit(smallest(a), a))} == {}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.title)
def test_generated_values_of_a_stack_fit(contract: Contract) -> None:
    distinct = {repr(annotation): annotation for _, annotation in _annotations(contract)}
    for annotation in distinct.values():

        @settings(FEW, max_examples=3)
        @given(values(annotation, depth=3))
        def check(value: Any) -> None:
            assert misfit(value, annotation) == ""  # noqa: B023 - called at once

        check()
