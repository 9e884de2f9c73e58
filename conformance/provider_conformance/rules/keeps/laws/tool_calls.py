"""PC835: calls on tools that a model asks for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, NoPlaceError
from provider_conformance.laws.inference import TOOL
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.streams import CHAT, Streamed, streamed

_SUM: Final = ({"role": "user", "content": "Call the tool: what is 1 plus 2?"},)


@law(
    "PC835",
    "tool-calls-can-be-run",
    "inference",
    CHAT,
    why="An agent parses the arguments as JSON and answers by the call's id.",
    fix="give each call an id, the name of a tool, and a JSON object as arguments",
    after=("PC832", "PC833"),
    proves=False,
)
async def tool_calls_can_be_run(client: Client) -> AsyncIterator[Broken]:
    """Check that calls on tools can be run: an id, the name of a tool, and arguments that are a JSON object.

    What it does:
        Asks with a tool, as a whole and as a stream. Where a tool is called, the call has an id and the
        name of the tool (of another one: a warning), its arguments are a JSON object, and the reason is
        "tool_calls". In a stream the first piece of a call has id and name, and the arguments of all
        pieces, joined, are a JSON object. That no tool is called is fine.

    Why is this bad:
        The agent's turn ends with an error, or the tool is called with nothing.

    Example:
        ```python
        arguments = str({"a": 1})  # "{'a': 1}" is no JSON
        ```

    How to fix:
        Use `json.dumps`; in a stream send id and name with the first piece and arguments as they come.

    Source:
        OpenAI's reference of function calling; ogx's responses, which run the calls.
    """
    if not client.has(CHAT, "tools"):
        raise NoPlaceError("chats take no tools in this release")
    given: dict[str, Any] = {"messages": [*_SUM], "tools": [TOOL], "tool_choice": "auto"}
    own = client.apart()
    answer = await own.answer(CHAT, **given)
    for broken in _wrong_whole(own, answer):
        yield broken
        return
    called = any(choice.message.tool_calls for choice in answer.choices)
    own = client.apart()
    found = await streamed(own, **given)
    for broken in _wrong_stream(own, found):
        yield broken
        return
    if not called and not found.calls:
        raise NoPlaceError("it calls no tool")


def _wrong_whole(own: Client, answer: Any) -> Iterator[Broken]:
    """What is wrong with the calls of a whole answer."""
    for choice in answer.choices:
        for call in choice.message.tool_calls or ():
            if told := _wrong_call(call.id, call.function.name, call.function.arguments):
                yield own.broken(CHAT, f"a call on a tool {told}", remark=f"{call.function.arguments!r}"[:80])
            yield from _stranger(own, call.function.name)
        if choice.message.tool_calls and choice.finish_reason != "tool_calls":
            message = f"a choice that calls a tool ends for {choice.finish_reason!r}"
            fix, told = "say `tool_calls`", f"finish_reason={choice.finish_reason!r}"
            yield own.broken(CHAT, message, remark=told, fix=fix)


def _wrong_stream(own: Client, found: Streamed) -> Iterator[Broken]:
    """What is wrong with the calls in a stream."""
    for pieces in found.calls.values():
        if told := _wrong_pieces(pieces):
            yield own.broken(CHAT, f"in a stream a call on a tool {told}", remark=told)
            return
        yield from _stranger(own, pieces[0].function.name)
    for index, _ in found.calls:
        if found.reasons[index] and found.reasons[index][-1] != "tool_calls":
            message = f"in a stream a choice that calls a tool ends for {found.reasons[index][-1]!r}"
            yield own.broken(CHAT, message, remark=f"{found.reasons[index]}", fix="say `tool_calls`")


def _stranger(own: Client, name: Any) -> Iterator[Broken]:
    """That a call is for a tool that the request does not have."""
    if name and name != TOOL["function"]["name"]:  # type: ignore[index]
        message = f"a call is for {name!r}, which is no tool of the request"
        yield own.broken(CHAT, message, remark=f"name={name!r}", warning=True)


def _wrong_call(identifier: Any, name: Any, arguments: Any) -> str:
    """What is wrong with a call on a tool, in words that follow it; "" where nothing is."""
    if not identifier:
        return "has no id"
    if not name:
        return "is for no tool"
    try:
        made = json.loads(arguments or "{}")
    except (TypeError, ValueError):
        return "has arguments that are no JSON"
    return "" if isinstance(made, Mapping) else "has arguments that are no JSON object"


def _wrong_pieces(pieces: Sequence[Any]) -> str:
    first = pieces[0]
    name = getattr(first.function, "name", None) if first.function is not None else None
    if not first.id or not name:
        lacking = " and no ".join(word for word, there in (("id", first.id), ("name", name)) if not there)
        return f"has no {lacking} in its first piece"
    joined = "".join((piece.function.arguments or "") for piece in pieces if piece.function is not None)
    return _wrong_call(first.id, name, joined)
