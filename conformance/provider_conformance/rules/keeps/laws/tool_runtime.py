"""PC841 and PC842: tools are listed as a model can call them, and their results can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, NoPlaceError
from provider_conformance.calling.tools import calls_on, place_of, tools_in
from provider_conformance.laws.model import of
from provider_conformance.rules.keeps.laws.law import law

_LIST: Final = "list_runtime_tools"
_INVOKE: Final = "invoke_tool"
_TOGETHER: Final = ("document_ids", "chunks", "scores", "filenames", "attributes")
"""What an agent reads from a result's metadata side by side."""
_TYPES: Final = ("string", "number", "integer", "boolean", "array", "object", "null")


@law(
    "PC841",
    "tools-can-be-called",
    "tool_runtime",
    _LIST,
    why="The stack hands the listing to the model as it is.",
    fix="give each tool a name of its own, and a JSON Schema of type object",
)
async def tools_can_be_called(client: Client) -> AsyncIterator[Broken]:
    """Check that tools are listed with names of their own, and schemas that a model can fill.

    What it does:
        Lists the tools twice: each has a name that no other has, the same both times. `input_schema` is
        None or a JSON Schema of type object, whose properties have types that JSON Schema knows, and which
        requires nothing that is not among them.

    Why is this bad:
        Of two tools with one name the second is never called; a schema that is none is refused by the
        model's server, with all the other tools of the request.

    Example:
        ```python
        ToolDef(name="add", input_schema={"a": "int", "b": "int"})
        ```

    How to fix:
        Write `{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}`.

    Source:
        `ToolDef.input_schema`; OpenAI's reference of functions.
    """
    tools = (await client.answer(_LIST)).data
    names = [tool.name for tool in tools]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield client.broken(_LIST, f"two tools are called {twice[0]!r}", remark=f"{names}")
        return
    for tool in tools:
        if told := _wrong_schema(getattr(tool, "input_schema", None)):
            message = f"the schema of the tool {tool.name!r} {told}"
            yield client.broken(_LIST, message, remark=f"input_schema={tool.input_schema}"[:120])
            return
    again = [tool.name for tool in (await client.answer(_LIST)).data]
    if sorted(again) != sorted(names):
        message = "listed a second time there are other tools"
        yield client.broken(_LIST, message, remark=f"{again}, and before {names}", fix="list the same tools")


def _wrong_schema(schema: Any) -> str:
    """What is wrong with a schema, in words that follow it; "" where nothing is."""
    if schema is None:
        return ""
    if not isinstance(schema, Mapping):
        return f"is a {type(schema).__name__}"
    if schema.get("type") != "object":
        return f"has the type {schema.get('type')!r}, and not 'object'"
    properties = schema.get("properties", {})
    if not isinstance(properties, Mapping):
        return "has `properties` that are no object"
    for name, about in properties.items():
        kind = about.get("type") if isinstance(about, Mapping) else about
        kinds = kind if isinstance(kind, list) else [kind]
        if not isinstance(about, Mapping | bool) or any(k is not None and k not in _TYPES for k in kinds):
            return f"gives {name!r} the type {kind!r}, which JSON Schema does not know"
    required = schema.get("required", [])
    unknown = [name for name in required if name not in properties] if isinstance(required, list) else []
    return f"requires {unknown[0]!r}, which is not among its properties" if unknown else ""


@law(
    "PC842",
    "results-can-be-read",
    "tool_runtime",
    _LIST,
    _INVOKE,
    why="The agent gives the result's content, or its error, to the model.",
    fix="set `content`, or `error_message` and `error_code`",
    after=("PC841",),
)
async def results_can_be_read(client: Client) -> AsyncIterator[Broken]:
    """Check that what a tool gives can be told to a model: content, or an error.

    What it does:
        Calls each harmless tool by its name with arguments made of its schema. The result has `content`, a
        str or a list of items, or `error_message` or `error_code`; lists in its metadata that belong
        together (documents, chunks, scores) have one length. A refusal is fine.

    Why is this bad:
        The model is told nothing and calls the tool again; lists of unequal length are cut without a word,
        and a text is quoted from the wrong document.

    Example:
        ```python
        return ToolInvocationResult(metadata={"answer": 5})
        ```

    How to fix:
        Write into `content` what the model is to read; use `metadata` for the client.

    Source:
        `ToolInvocationResult`; ogx's tool executor.
    """
    tools = tools_in(await client.answer(_LIST))
    asked = client.every[_INVOKE]
    place = place_of(asked)
    if place is None:
        raise NoPlaceError(f"`{_INVOKE}` takes no tool by its name in this release")
    calls, why = calls_on(place, tools, lambda _schema, likely: likely[:1])
    if not calls:
        raise NoPlaceError(why)
    beside = {key: of(value, client.knowing.setting()) for key, value in client.knowing.guide.beside.items()}
    for _, values in calls:
        own = client.apart()
        name, arguments = values[place.name.path], values[place.arguments.path]
        result = await own.taken(_INVOKE, **{place.name.name: name, place.arguments.name: arguments})
        if result is None and beside:
            own = client.apart()
            more = {**beside, **arguments}
            result = await own.taken(_INVOKE, **{place.name.name: name, place.arguments.name: more})
        if result is not None and (told := _unreadable(result)):
            yield own.broken(_INVOKE, f"the result of the tool {name!r} {told}", remark=told)
            return


def _unreadable(result: Any) -> str:
    """What is wrong with a result, in words that follow it; "" where nothing is."""
    kept = getattr(result, "content", None)
    error = getattr(result, "error_message", None) or getattr(result, "error_code", None)
    if kept is None and error is None:
        return "has neither content nor an error"
    about = getattr(result, "metadata", None)
    lists = {
        key: len(value)
        for key, value in (about.items() if isinstance(about, Mapping) else ())
        if key in _TOGETHER and isinstance(value, list)
    }
    if len({*lists.values()}) > 1:
        told = ", ".join(f"{count} {key}" for key, count in lists.items())
        return f"has lists of unequal length in its metadata: {told}"
    return ""
