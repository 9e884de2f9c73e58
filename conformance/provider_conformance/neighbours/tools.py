"""A made-up runtime of tools: it can add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.neighbours.heard import Handler, Heard

_NUMBER: Final = {"type": "integer"}
_SCHEMA: Final = {"type": "object", "properties": {"a": _NUMBER, "b": _NUMBER}, "required": ["a", "b"]}


async def listed(_heard: Heard) -> Any:
    """One tool."""
    return {"data": [{"name": "add", "description": "Adds two numbers", "input_schema": _SCHEMA}]}


async def invoke(heard: Heard) -> Any:
    """The sum of all numbers that are given."""
    given = heard.get("kwargs", {})
    numbers = [n for n in given.values() if isinstance(n, int)] if isinstance(given, Mapping) else []
    return {"content": str(sum(numbers))}


HANDLERS: Final[Mapping[str, Handler]] = {"list_runtime_tools": listed, "invoke_tool": invoke}
