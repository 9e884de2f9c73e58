"""The tools: for each one its arguments as a model, and a function of them. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ogx_api import ToolDef
from pydantic import BaseModel, ConfigDict, Field


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Numbers(_Arguments):
    """Two numbers."""

    a: int = Field(description="The first number")
    b: int = Field(description="The second number")


class Text(_Arguments):
    """A text."""

    text: str = Field(description="The text to look at")


class Dates(_Arguments):
    """Two days."""

    start: date = Field(description="The first day, as 2026-01-31")
    end: date = Field(description="The last day, as 2026-01-31")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its description for a model that chooses, its arguments, and what it does."""

    description: str
    arguments: type[BaseModel]
    run: Callable[[Any], str]

    def listed(self, name: str) -> ToolDef:
        """What the stack and a model are told of it; the schema is that which arguments are held against."""
        schema = self.arguments.model_json_schema()
        return ToolDef(name=name, description=self.description, input_schema=schema)


def _added(numbers: Numbers) -> str:
    return str(numbers.a + numbers.b)


def _counted(text: Text) -> str:
    return str(len(text.text.split()))


def _between(dates: Dates) -> str:
    return str((dates.end - dates.start).days)


TOOLS: Final[Mapping[str, Tool]] = {
    "add": Tool("Add two whole numbers", Numbers, _added),
    "count_words": Tool("Count the words of a text", Text, _counted),
    "days_between": Tool("Count the days from one day to another", Dates, _between),
}
