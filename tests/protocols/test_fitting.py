"""What fits an annotation, and what is said of what does not."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Awaitable, Sequence
from types import SimpleNamespace
from typing import Any, Literal, TypedDict

import pytest
from pydantic import BaseModel, Field

from provider_conformance.protocols.fitting import misfit, streamed, whole
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider


class Level(enum.StrEnum):
    LOW = "low"


class Named(TypedDict):
    name: str


MODEL = ModelDef(identifier="m", llama_model="echo")
LIKE = SimpleNamespace(identifier="m", llama_model="echo")
FITTING = [
    (MODEL, ModelDef),
    (ModelDefWithProvider(identifier="m", llama_model="e", provider_id="p"), ModelDef),
    (LIKE, ModelDef),
    (None, ModelDef | None),
    (None, None),
    ([MODEL], list[ModelDef]),
    ((MODEL,), list[ModelDef]),
    ([], list[ModelDef]),
    ({"a": [1]}, dict[str, list[int]]),
    ("low", Level),
    (Level.LOW, Literal["low"]),
    (1, float),
    (True, int),
    ({"name": "a"}, Named),
    ({"anything": 1}, Any),
    ([1, 2], Sequence[int]),
    ("text", "NotResolved"),
]
MISFITS = [
    ({"identifier": "m"}, ModelDef, "it is a dict, and not ModelDef"),
    (None, ModelDef, "it is None, and not ModelDef"),
    (ModelDef.model_construct(identifier="m"), ModelDef, "it has no `llama_model`, which ModelDef requires"),
    (SimpleNamespace(identifier="m"), ModelDef, "it is a SimpleNamespace, and not ModelDef"),
    ([MODEL, {}], list[ModelDef], "it[1] is a dict, and not ModelDef"),
    ([MODEL, {}], list[ModelDef] | None, "it[1] is a dict, and not ModelDef"),
    ("abc", list[str], "it is a str, and not list[str]"),
    ({MODEL.identifier}, list[str], "it is a set, and not list[str]"),
    ({"a": ["b"]}, dict[str, list[int]], "it['a'][0] is a str, and not int"),
    ("high", Level, "it is a str, and not Level"),
    ("x", Literal["low"], "it is a str, and not 'low'"),
    ("1", float, "it is a str, and not float"),
    (5, None, "it is an int, and not None"),
    ({}, Named, "it is a dict, and not Named"),
    (5, str | None, "it is an int, and not str or None"),
]


@pytest.mark.parametrize(("value", "annotation"), FITTING, ids=repr)
def test_what_callers_can_use_fits(value: Any, annotation: Any) -> None:
    assert misfit(value, annotation) == ""


@pytest.mark.parametrize(("value", "annotation", "told"), MISFITS, ids=repr)
def test_what_does_not_fit_is_said(value: Any, annotation: Any, told: str) -> None:
    assert misfit(value, annotation) == told


def test_a_result_is_a_whole_or_a_stream() -> None:
    both = Awaitable[int] | AsyncIterator[str]
    assert (whole(both), streamed(both)) == (int, str)
    assert (whole(int | AsyncIterator[str]), streamed(Awaitable[AsyncIterator[str]])) == (int, str)
    assert (whole(AsyncIterator[str]), streamed(list[str])) == (None, None)


class WithOldField(BaseModel):
    name: str = Field(deprecated=True)


@pytest.mark.filterwarnings("error")
def test_a_deprecated_field_is_looked_at_without_a_warning() -> None:
    assert misfit(WithOldField(name="x"), WithOldField) == ""
