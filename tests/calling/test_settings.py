"""The other settings that a configuration class speaks of."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr, model_validator

from provider_conformance.calling.settings import settings


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Retry(BaseModel):
    times: int = 3


def made(annotation: Any, value: Any, name: str = "way") -> list[tuple[Any, bool]]:
    """The other values of a field, and whether they are made up."""
    config = type("Config", (BaseModel,), {"__annotations__": {name: annotation}})
    return [(one.value, one.made_up) for one in settings(config(**{name: value}))]


@pytest.mark.parametrize(
    ("annotation", "value", "others"),
    [
        (bool, True, [False]),
        (Colour, Colour.RED, [Colour.BLUE]),
        (Literal["a", "b", "c"], "b", ["a", "c"]),
        (Literal["a"] | None, "a", [None]),
        (bool | None, None, [False, True]),
        (list[str] | None, ["en"], [None]),
        (Annotated[int, Field(ge=0, le=9)], 5, [0, 9]),
    ],
)
def test_what_the_class_lists_is_not_made_up(annotation: Any, value: Any, others: list[Any]) -> None:
    assert made(annotation, value) == [(other, False) for other in others]


@pytest.mark.parametrize(
    ("annotation", "other"),
    [
        (Path | None, Path("conformance")),
        (str | None, "conformance"),
        (dict[str, int] | None, {}),
        (Retry | None, Retry()),
    ],
)
def test_a_setting_that_is_not_set_gets_a_value_that_is_made_up(annotation: Any, other: Any) -> None:
    assert made(annotation, None) == [(other, True)]


@pytest.mark.parametrize(
    ("annotation", "value", "name"),
    [
        (str | None, None, "base_url"),
        (str | None, "http://here", "endpoint"),
        (str | None, "here", "api_key"),
        (SecretStr | None, None, "way"),
        (int, 5, "way"),
        (str, "a", "way"),
    ],
)
def test_secrets_and_what_leads_out_are_left_alone(annotation: Any, value: Any, name: str) -> None:
    assert made(annotation, value, name) == []


class Together(BaseModel):
    tls: bool = False
    strict: bool = False

    @model_validator(mode="after")
    def goes_together(self) -> Together:
        if self.tls and not self.strict:
            raise ValueError("tls is strict")
        return self


def test_what_the_class_refuses_is_not_tried() -> None:
    assert [one.field for one in settings(Together())] == ["strict"]


def test_what_is_no_pydantic_model_has_no_settings() -> None:
    assert settings(None) == []


class Ranked(BaseModel):
    text: str | None = None
    given: list[str] | None = ["a"]
    path: Path | None = None
    flag: bool = False


def test_the_most_telling_come_first() -> None:
    assert [one.field for one in settings(Ranked())] == ["flag", "path", "given", "text"]
