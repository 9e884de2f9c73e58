"""Stand-ins for what a library builds with machinery that no source text shows."""

from __future__ import annotations

from typing import Any, ClassVar


class BaseModel:
    """Stands for pydantic's base class: it takes keywords and has fields."""

    model_config: ClassVar[dict[str, Any]] = {}

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


BaseModel.__module__ = "pydantic.main"


def ConfigDict(**settings: Any) -> dict[str, Any]:  # noqa: N802 - pydantic's name
    """A pydantic model's configuration."""
    return settings


def validated(**settings: Any) -> Any:
    """Stands for the decorator of pydantic's dataclasses, with and without settings."""


def validate(cls: type) -> type:
    """A class as that decorator leaves it."""
    type.__setattr__(cls, "__pydantic_validator__", None)
    return cls
