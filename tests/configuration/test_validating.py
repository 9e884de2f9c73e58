"""What a configuration class refuses of its own sample, and what it may refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, DirectoryPath, Field, HttpUrl, field_validator, model_validator

from provider_conformance.configuration.validating import validate


class Store(BaseModel):
    path: str


class Config(BaseModel):
    model_config = {"extra": "forbid"}

    port: int = Field(default=80, gt=0)
    url: HttpUrl | None = None
    name: str = ""
    store: Store | None = None
    folder: DirectoryPath | None = None
    certificate: str | None = None

    @field_validator("certificate")
    @classmethod
    def is_there(cls, value: str | None) -> str | None:
        if value is not None and not Path(value).exists():
            raise ValueError(f"{value} does not exist")
        return value


@pytest.mark.parametrize(
    ("values", "typed", "refused"),
    [
        ({}, True, []),
        ({"port": "${env.X}"}, True, []),
        ({"port": "${env.X:=}"}, True, []),
        ({"port": "${env.X:=-1}"}, True, ["port"]),
        ({"port": -1, "url": "${env.X}"}, True, ["port"]),
        ({"url": "${env.X}", "port": "${env.Y}"}, True, []),
        ({"url": "${env.X:+no url}"}, True, []),
        ({"name": "${env.X:=5432}"}, False, []),
        ({"store": {}}, True, ["store.path"]),
        ({"store": {"path": "${env.X}"}}, True, []),
        ({"store": {}, "name": "${env.X}"}, True, ["store.path"]),
        ({"other": "${env.X}"}, True, ["other"]),
        ({"folder": "/no/such/folder"}, True, []),
        ({"certificate": "/no/such/file"}, True, []),
    ],
)
def test_only_what_does_not_depend_on_the_environment(
    values: dict[str, Any], typed: bool, refused: list[str]
) -> None:
    assert [refusal.place for refusal in validate(Config, values, typed=typed).refused] == refused


def test_a_validator_of_the_whole_is_judged_where_nothing_is_left_open() -> None:
    class Whole(BaseModel):
        a: str = ""

        @model_validator(mode="after")
        def never(self) -> Whole:
            raise ValueError("not both")

    assert [refusal.message for refusal in validate(Whole, {"a": "x"}, typed=True).refused] == [
        "Value error, not both"
    ]
    assert validate(Whole, {"a": "${env.X}"}, typed=True).open == ("X",)


def test_an_exception_of_another_kind_is_a_refusal_too() -> None:
    class Plain:
        def __init__(self, **values: Any) -> None:
            raise KeyError("url")

    assert [refusal.kind for refusal in validate(Plain, {}, typed=True).refused] == ["KeyError"]


def test_a_module_that_is_not_installed_is_no_refusal() -> None:
    class Plain:
        def __init__(self, **values: Any) -> None:
            raise ImportError("no module named x")

    verdict = validate(Plain, {}, typed=True)
    assert not verdict.refused
    assert isinstance(verdict.error, ImportError)
