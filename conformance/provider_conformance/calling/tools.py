"""Tools as a provider lists them, and the calls that a model would make on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.calling.asking import Asked, Path, Slot
from provider_conformance.calling.calling import Seen
from provider_conformance.neighbours.schemas import Schema, likely_of
from provider_conformance.package.chains import reason
from provider_conformance.package.exceptions import Nature
from provider_conformance.sandbox.limits import limits

Draw = Callable[[Schema, Sequence[Any]], Sequence[Mapping[str, Any]]]
"""Given a schema and likely arguments, those of them that it allows, and further ones that it allows."""
Call = tuple[str, dict[Path, Any]]
"""What a call is remembered by, and its values."""

MOST: Final = 8
"""How many of the listed tools are called."""
_ACTS: Final = re.compile(
    r"(^|_)(bash|cmd|code|command|delete|drop|eval|exec|execute|install|kill|remove|run|script|shell"
    r"|sql|write)(_|$)"
)


def nothing_drawn(_schema: Schema, _likely: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    """No arguments at all."""
    return ()


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of a listing.

    Attributes:
        name: What it is called by.
        schema: JSON Schema of its arguments; None where the listing does not say what it takes.
    """

    name: str
    schema: Schema | None

    @property
    def acts(self) -> bool:
        """Whether it may change something on this machine, going by its words: a shell, a file, a query."""
        properties = (self.schema or {}).get("properties")
        words = [self.name, *(properties if isinstance(properties, Mapping) else ())]
        return any(_ACTS.search(_snake(str(word))) for word in words)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a method that calls tools takes the tool's name and its arguments."""

    name: Slot
    arguments: Slot


def place_of(asked: Asked) -> Place | None:
    """Where a method takes a tool's name and arguments, None for one that calls no tools."""
    required = [slot for slot in asked.slots if slot.required]
    name = next((slot for slot in required if slot.name == "tool_name" and slot.takes(str)), None)
    arguments = next((slot for slot in required if slot.takes(dict)), None)
    return Place(name, arguments) if name is not None and arguments is not None else None


def tools_in(answer: Any) -> list[Tool]:
    """The tools that an answer lists: a list of them, or an object that has one as ``data``."""
    items = getattr(answer, "data", answer)
    return [tool for item in items if (tool := _tool(item)) is not None] if isinstance(items, list) else []


def _tool(item: Any) -> Tool | None:
    name = getattr(item, "name", None)
    if not isinstance(name, str):
        return None
    # Until llama-stack 0.3 a tool has a list of parameters, since then a schema.
    if isinstance(schema := getattr(item, "input_schema", None), Mapping):
        return Tool(name, schema)
    if isinstance(parameters := getattr(item, "parameters", None), list):
        return Tool(name, _schema(parameters))
    return Tool(name, None) if hasattr(item, "input_schema") or hasattr(item, "parameters") else None


def _schema(parameters: Sequence[Any]) -> Schema:
    properties = {p.name: {"type": getattr(p, "parameter_type", "string")} for p in parameters}
    required = [p.name for p in parameters if getattr(p, "required", True)]
    return {"type": "object", "properties": properties, "required": required}


def calls_on(place: Place, tools: Sequence[Tool], draw: Draw) -> tuple[list[Call], str]:
    """The calls to make on a provider's tools.

    What a model would say comes first: what is required, then everything. What is drawn follows.

    Args:
        place: Where the method takes the tool's name and arguments.
        tools: Those that are listed.
        draw: Makes arguments.

    Returns:
        The calls, and why there are none where there are none.
    """
    chosen, why = _callable_here(tools)
    found: list[Call] = []
    for tool in chosen:
        schema = tool.schema or {}
        try:
            likely = [likely_of(schema, everything=everything) for everything in (False, True)]
            made = draw(schema, likely)
        except Exception as error:  # what a stranger calls a schema
            why = f"no arguments can be made that fit the schema of `{tool.name}`: {reason(error)}"
            continue
        for number, arguments in enumerate(made):
            label = "usual" if number == 0 else "full" if arguments in likely else "generated"
            found.append((label, {place.name.path: tool.name, place.arguments.path: dict(arguments)}))
    if chosen and not found:
        why = why or f"no arguments can be made that fit the schema of {_names(chosen)}"
    return found, why


def with_more(place: Place, made: Sequence[Seen], more: Mapping[str, Any]) -> list[dict[Path, Any]]:
    """The usual calls once more, with further arguments, on each tool that has refused all calls.

    Args:
        place: Where the method takes the tool's name and arguments.
        made: The calls on all tools so far.
        more: The further arguments.
    """
    taken = {seen.values[place.name.path] for seen in made if not _refused(seen)}
    usual = (seen.values for seen in made if seen.label == "usual")
    return [
        {**values, place.arguments.path: {**more, **values[place.arguments.path]}}
        for values in usual
        if values[place.name.path] not in taken
    ]


def _refused(seen: Seen) -> bool:
    return seen.nature is Nature.REFUSAL


def _callable_here(tools: Sequence[Tool]) -> tuple[list[Tool], str]:
    """The tools that may be called, and why there are none where there are none."""
    if not tools:
        return [], "no tool is known: the provider lists none"
    told = [tool for tool in tools if tool.schema is not None]
    if not told:
        return [], f"no tool says what it takes: {_names(tools)} has no schema"
    harmless = [tool for tool in told if limits().alone or not tool.acts]
    if not harmless:
        why = f"{_names(told)} may act on this machine: it is called where the run is isolated"
        return [], f"{why} (--provider-isolate)"
    return harmless[:MOST], ""


def _snake(word: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.:-]+", "_", word).lower()


def _names(tools: Sequence[Tool]) -> str:
    return ", ".join(f"`{tool.name}`" for tool in tools[:3])
