"""A script: rules that say what is answered to what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, model_validator

from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.tools import RecursiveType

ENGINE: Final = "script"
"""The ``llama_model`` of every model that is served here."""


def _compiles(pattern: str) -> str:
    """Refuse what is no regular expression, where it is written and not where it is first used."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


class ToolUse(BaseModel):
    """A tool that is called in place of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool_name: str
    arguments: dict[str, RecursiveType] = {}


class Rule(BaseModel):
    """What is answered where ``pattern`` is found: a text, or a tool to call; never both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: Annotated[str, AfterValidator(_compiles)]
    answer: str | None = None
    tool: ToolUse | None = None

    @model_validator(mode="after")
    def _complete(self) -> Rule:
        if (self.answer is None) == (self.tool is None):
            raise ValueError("a rule has either an `answer` or a `tool`")
        return self


_RULES: Final = TypeAdapter(list[Rule])


def rules_of(model: ModelDef) -> list[Rule]:
    """The rules that a model brings along in its metadata, none where it has none.

    Raises:
        ValueError: The model is none of these, or its rules are wrong (then a
            :class:`pydantic.ValidationError`, which says where).
    """
    if model.llama_model != ENGINE:
        raise ValueError(
            f"model {model.identifier!r}: {model.llama_model!r} is not served here; there is {ENGINE!r}"
        )
    return _RULES.validate_python(model.metadata.get("rules", []))


def reply(rules: Iterable[Rule], prompt: str) -> str | ToolUse:
    """What the first rule that fits ``prompt`` says: a text, empty where none fits, or a tool to call."""
    for rule in rules:
        if re.search(rule.pattern, prompt):
            return rule.tool or rule.answer or ""
    return ""
