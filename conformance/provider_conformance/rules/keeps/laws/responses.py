"""PC861 to PC864: responses: what was created is there, streams, calls on functions, pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from provider_conformance.calling.client import (
    Broken,
    Client,
    LeftError,
    NoPlaceError,
    UnansweredError,
    UnseenError,
    meaning,
)
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.pages import MADE, turned

_CREATE: Final = "create_openai_response"
_GET: Final = "get_openai_response"
_LIST: Final = "list_openai_responses"
_DELETE: Final = "delete_openai_response"
_MODEL: Final = "conformance"
_ADD: Final = {
    "type": "function",
    "name": "add",
    "description": "Adds two numbers",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
_TERMINAL: Final = ("response.completed", "response.incomplete", "response.failed", "error")


def _asked(**more: Any) -> dict[str, Any]:
    return {"input": "hello", "model": _MODEL, **more}


def _text(response: Any) -> str:
    """What the messages of a response say."""
    contents = (item.content for item in response.output if getattr(item, "type", "") == "message")
    parts = (part for content in contents if not isinstance(content, str) for part in content)
    return "".join(str(getattr(part, "text", "")) for part in parts)


def _ended(response: Any) -> Any:
    """A response that was completed.

    Raises:
        UnseenError: It was not, which may be for what is made up around it.
    """
    if response.status != "completed":
        error = getattr(response.error, "message", "") if response.error is not None else ""
        raise UnseenError(f"a response is {response.status} here: {error}")
    return response


@law(
    "PC861",
    "response-is-kept",
    "responses",
    _CREATE,
    _GET,
    _LIST,
    _DELETE,
    why="A client creates a response and comes back for it by its identifier.",
    fix="keep the response as it was answered, unless `store` is false, until it is deleted",
)
async def response_is_kept(client: Client) -> AsyncIterator[Broken]:
    """Check that a response is retrieved as it was created until it is deleted, or never where so asked.

    What it does:
        Creates a response: it is completed, says something, has the model that was asked for, and usage
        adds up. It is retrieved with the same output, status and time, and listed. Once deleted it is
        neither. One that is created with `store=False` is neither retrieved nor listed. A previous response
        that nobody knows is refused.

    Why is this bad:
        `previous_response_id` leads to another talk, or to none; what was not to be stored is.

    Example:
        ```python
        await self.store.save(response)  # whatever `request.store` says
        ```

    How to fix:
        Look at `store` before saving; delete the record with its input items.

    Source:
        OpenAI's reference of responses.
    """
    made = _ended(await client.answer(_CREATE, **_asked()))
    if told := _incomplete(made):
        yield client.broken(_CREATE, f"a completed response {told}", remark=told)
        return
    kept = await client.answer(_GET, response_id=made.id)
    for name, was, now in (
        ("id", made.id, kept.id),
        ("status", made.status, kept.status),
        ("created_at", made.created_at, kept.created_at),
        ("output", _text(made), _text(kept)),
    ):
        if was != now:
            message = f"a response is created with {name}={was!r} and retrieved with {now!r}"
            yield client.broken(_GET, message, remark=f"{name}={now!r}")
            return
    client.lines.pop()
    if made.id not in await _listed(client):
        yield client.broken(_LIST, "a response that was created is not listed", remark="is not in `data`")
        return
    client.lines.pop()
    await client.answer(_DELETE, response_id=made.id)
    async for broken in _is_gone(client, made.id, _DELETE, "was deleted"):
        yield broken
        return
    for further in (_unstored(client.apart()), _unknown(client.apart())):
        async for broken in further:
            yield broken


def _incomplete(response: Any) -> str:
    """What is wrong with a completed response, in words that follow it; "" where nothing is."""
    if not _text(response):
        return "says nothing"
    if response.model != _MODEL:
        return f"has the model {response.model!r}, and {_MODEL!r} was asked for"
    usage = response.usage
    if usage is not None and usage.input_tokens + usage.output_tokens != usage.total_tokens:
        return (
            f"has cost {usage.input_tokens} + {usage.output_tokens} tokens, and {usage.total_tokens} in all"
        )
    return ""


async def _listed(client: Client) -> list[str]:
    return [one.id for one in (await client.answer(_LIST)).data]


async def _is_gone(client: Client, response_id: str, blamed: str, why: str) -> AsyncIterator[Broken]:
    seen = await client.ask(_GET, response_id=response_id)
    if seen.answered:
        yield client.broken(blamed, f"a response that {why} is retrieved", remark="answered")
        return
    if seen.late or meaning(seen) is Nature.CRASH:
        raise UnansweredError(seen, client.script)
    client.lines.pop()
    if response_id in await _listed(client):
        yield client.broken(blamed, f"a response that {why} is listed", remark="is in `data`")


async def _unstored(client: Client) -> AsyncIterator[Broken]:
    if not client.has(_CREATE, "store"):
        return
    made = _ended(await client.answer(_CREATE, **_asked(store=False)))
    async for broken in _is_gone(client, made.id, _CREATE, "was not to be stored"):
        yield broken


async def _unknown(client: Client) -> AsyncIterator[Broken]:
    seen = await client.ask(_CREATE, **_asked(previous_response_id="resp-that-nobody-made"))
    if seen.late or meaning(seen) is Nature.CRASH:
        raise UnansweredError(seen, client.script)
    if seen.answered and seen.answer.status == "completed":
        message, fix = "a previous response that nobody knows is taken", "refuse it with a 404"
        yield client.broken(_CREATE, message, remark="completed", fix=fix)


@law(
    "PC862",
    "response-streams-whole",
    "responses",
    _CREATE,
    why="Clients build the response of its events, in their order.",
    fix="number events, begin with `response.created`, end with one terminal event, and leave out no delta",
    after=("PC861",),
    proves=False,
)
async def response_streams_whole(client: Client) -> AsyncIterator[Broken]:
    """Check that the events of a streamed response are in order, and say what its end says.

    What it does:
        Creates a response as a stream and reads it. `response.created` comes first and once; one terminal
        event comes last; all name one response; `sequence_number` strictly rises. The text of all deltas,
        joined, is that of the final response.

    Why is this bad:
        A client shows half of the text, or waits for an end that does not come.

    Example:
        ```python
        yield Completed(response=response, sequence_number=0)  # each event is number 0
        ```

    How to fix:
        Count in one place; build the final response of the deltas that were sent.

    Source:
        OpenAI's reference of streaming responses.
    """
    events = await client.answer(_CREATE, **_asked(stream=True))
    if not isinstance(events, tuple):
        raise LeftError("PC652", "it gives no stream")
    for told in _wrong_order(events):
        yield client.broken(_CREATE, told, remark=told)
        return
    final = getattr(events[-1], "response", None)
    joined = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    if final is not None and final.status == "completed" and joined != _text(final):
        message = f"the deltas of a stream say {joined[:60]!r}, and its end {_text(final)[:60]!r}"
        yield client.broken(_CREATE, message, remark="another text")


def _wrong_order(events: tuple[Any, ...]) -> Iterator[str]:
    """What is wrong with the order of events, in sentences."""
    kinds = [event.type for event in events]
    if not kinds or kinds[0] != "response.created" or kinds.count("response.created") > 1:
        yield f"a stream does not begin with one `response.created`: {kinds[:2]}"
        return
    if kinds[-1] not in _TERMINAL:
        yield f"a stream ends with `{kinds[-1]}`, which is no end"
    if (ends := sum(kind in _TERMINAL for kind in kinds)) > 1:
        yield f"a stream has {ends} ends"
    ids = {e.response.id for e in events if getattr(e, "response", None) is not None}
    ids |= {e.response_id for e in events if isinstance(getattr(e, "response_id", None), str)}
    if len(ids) > 1:
        yield f"the events of one stream are of {len(ids)} responses"
    numbers = [e.sequence_number for e in events if getattr(e, "sequence_number", None) is not None]
    if any(later <= number for number, later in pairwise(numbers)):
        yield "`sequence_number` does not rise from event to event"


@law(
    "PC863",
    "function-calls-can-be-run",
    "responses",
    _CREATE,
    why="A client runs the function and answers by `call_id`.",
    fix="pass the call on with its id, name and arguments as they are",
    after=("PC861",),
    proves=False,
)
async def function_calls_can_be_run(client: Client) -> AsyncIterator[Broken]:
    """Check that calls on functions can be run, and their results answered.

    What it does:
        Creates a response with a function. Where the model calls it, the item has a `call_id`, the
        function's name, and arguments that are a JSON object. The result is sent with
        `previous_response_id`: the second response is completed. That the function is not called is fine.

    Why is this bad:
        The talk ends where the function would have been run.

    Example:
        ```python
        FunctionCall(call_id="", name=call.function.name, arguments=str(arguments))
        ```

    How to fix:
        Keep the id that the model gives, and its arguments as the text that they are.

    Source:
        OpenAI's reference of function calling with responses.
    """
    made = _ended(
        await client.answer(_CREATE, **_asked(input="Call the tool: what is 1 plus 2?", tools=[_ADD]))
    )
    calls = [item for item in made.output if getattr(item, "type", "") == "function_call"]
    if not calls:
        raise NoPlaceError("it calls no function")
    for call in calls:
        if told := _wrong_call(call):
            yield client.broken(_CREATE, f"a call on a function {told}", remark=f"{call}"[:100])
            return
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "3"} for call in calls]
    again = await client.answer(_CREATE, **_asked(input=results, tools=[_ADD], previous_response_id=made.id))
    if again.status != "completed":
        message = f"once its function has answered, a response is {again.status}"
        yield client.broken(_CREATE, message, remark=f"status={again.status!r}")


def _wrong_call(call: Any) -> str:
    if not call.call_id:
        return "has no `call_id`"
    if call.name != _ADD["name"]:
        return f"is for {call.name!r}, which is no function of the request"
    try:
        made = json.loads(call.arguments or "{}")
    except (TypeError, ValueError):
        return "has arguments that are no JSON"
    return "" if isinstance(made, Mapping) else "has arguments that are no JSON object"


@law(
    "PC864",
    "responses-listed-in-pages",
    "responses",
    _CREATE,
    _LIST,
    why="A client that lists its responses follows `after` until `has_more` is false.",
    fix="give at most `limit` from behind `after` on, and say whether there are more",
    after=("PC861",),
)
async def responses_listed_in_pages(client: Client) -> AsyncIterator[Broken]:
    """Check that whoever turns the pages of the listing of responses gets each one once.

    What it does:
        Creates five responses and lists them two at a time, following `after`, in both orders: no page has
        more, the ends are the page's, none comes twice, it ends, and all five were there.

    Why is this bad:
        A listing that ignores `after` never ends for a client that follows it.

    Example:
        ```python
        rows = await self.store.list(limit=request.limit)  # and `after`?
        ```

    How to fix:
        Sort by time and identifier, begin behind `after`, cut to `limit`, and set `has_more` by what is
        left.

    Source:
        The fields of `ListResponsesRequest`; OpenAI's reference of listings.
    """
    made = [_ended(await client.answer(_CREATE, **_asked())).id for _ in range(MADE)]
    async for broken in turned(client, _LIST, made):
        yield broken
