"""PC832 to PC834 and PC836: chats and completions, as a whole and as streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, UnseenError
from provider_conformance.findings import Severity
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.streams import CHAT, streamed

_COMPLETE: Final = "openai_completion"
_HELLO: Final = ({"role": "user", "content": "Hello! What is the weather like today?"},)
_STEADY: Final = {"temperature": 0.0, "seed": 1}
"""What makes answers the same each time, where anything does."""


def _hello(**more: Any) -> dict[str, Any]:
    return {"messages": [*_HELLO], **more}


def _uneven(usage: Any) -> str:
    """What does not add up in what an answer has cost; "" where all does, or nothing is told."""
    if usage is None:
        return ""
    asked, said, total = usage.prompt_tokens, usage.completion_tokens, usage.total_tokens
    return "" if asked + said == total else f"{asked} + {said} tokens are {total} in all"


@law(
    "PC832",
    "chat-is-whole",
    "inference",
    CHAT,
    why="Clients read `choices[0]`, and ask by `finish_reason` whether there is more to come.",
    fix="give each choice a message and a `finish_reason`",
)
async def chat_is_whole(client: Client) -> AsyncIterator[Broken]:
    """Check that an answer to a chat has what a client reads first: a choice, its message, and why it ends.

    What it does:
        Asks the same twice. There is a choice at the least; each has a `finish_reason`, and content or
        calls on tools. `usage`, where it is given, adds up. Warnings: the two answers have one id;
        `max_tokens=1` gives more than one token, by `usage`; `n=2` gives two choices that do not have the
        indices 0 and 1.

    Why is this bad:
        A client that waits for the reason asks again and again, or stops in the middle.

    Example:
        ```python
        OpenAIChoice(index=0, message=message, finish_reason="")
        ```

    How to fix:
        Pass on what the model's server says, or say "stop", and "length" where a limit has cut the answer.

    Source:
        OpenAI's reference of chat completions; `OpenAIChoice`.
    """
    first = await client.answer(CHAT, **_hello())
    if not first.choices:
        yield client.broken(CHAT, "an answer has no choice", remark="choices=[]")
        return
    for choice in first.choices:
        said = choice.message.content or getattr(choice.message, "tool_calls", None)
        if not choice.finish_reason:
            yield client.broken(CHAT, "a choice does not say why it ends", remark="finish_reason=''")
            return
        if not said:
            yield client.broken(
                CHAT, "a choice has neither content nor calls on tools", remark="content=None"
            )
            return
    if told := _uneven(first.usage):
        message = f"what it cost does not add up: {told}"
        fix = "let `total_tokens` be the sum of the other two"
        yield client.broken(CHAT, message, remark=told, fix=fix)
        return
    again = await client.answer(CHAT, **_hello())
    if again.id == first.id and not client.standin:
        message, fix = f"two answers have one id, {first.id!r}", "make an id for each answer"
        yield client.broken(CHAT, message, remark="the same id", fix=fix, warning=True)
        return
    async for broken in _limits(client.apart()):
        yield broken


async def _limits(client: Client) -> AsyncIterator[Broken]:
    limits = client.has(CHAT, "max_tokens") and not client.standin
    short = await client.taken(CHAT, **_hello(max_tokens=1)) if limits else None
    if short is not None and short.usage is not None and short.usage.completion_tokens > 1:
        message = f"`max_tokens=1` gives {short.usage.completion_tokens} tokens"
        yield client.broken(CHAT, message, remark=f"{short.usage}", fix="pass it on", warning=True)
        return
    two = await client.taken(CHAT, **_hello(n=2)) if client.has(CHAT, "n") else None
    if two is not None and len(two.choices) > 1 and [one.index for one in two.choices] != [0, 1]:
        indices = [one.index for one in two.choices]
        message = f"two choices have the indices {indices}"
        yield client.broken(CHAT, message, remark=f"{indices}", fix="number them", warning=True)


@law(
    "PC833",
    "stream-says-its-end",
    "inference",
    CHAT,
    why="Clients read a stream until a choice says why it ends; the stack's store joins pieces by their id.",
    fix="send a last piece with `finish_reason` for each choice, all pieces with one id",
)
async def stream_says_its_end(client: Client) -> AsyncIterator[Broken]:
    """Check that the stream of a chat is one answer: one id, and each choice says once why it ends.

    What it does:
        Asks for a stream and reads it to its end. All pieces have one id; each choice has exactly one
        `finish_reason`, behind all that it says. Pieces without choices are fine. Asked with
        `include_usage`, a stream that does not tell once, and rightly, what it has cost is a warning.

    Why is this bad:
        Without a reason a client cannot tell an answer that is over from a connection that broke.

    Example:
        ```python
        async for word in words:
            yield chunk(word)  # and then nothing
        ```

    How to fix:
        Make the id once, before the first piece; end each choice with an empty delta that has the reason.

    Source:
        OpenAI's reference of streams of chat completions; ogx's inference router, which keeps the first id.
    """
    found = await streamed(client, **_hello())
    if len(found.ids) > 1:
        message, fix = "the pieces of one stream have different ids", "make the id once for the stream"
        yield client.broken(CHAT, message, remark=f"ids {sorted(found.ids)[:3]}", fix=fix)
        return
    for index in sorted({*found.texts, *found.reasons}):
        if len(reasons := found.reasons[index]) != 1:
            how = "does not say why it ends" if not reasons else f"says {len(reasons)} times why it ends"
            yield client.broken(CHAT, f"the stream of a choice {how}", remark=f"finish_reason: {reasons}")
            return
        if index in found.after:
            message = "a choice goes on in the stream after it has said why it ends"
            yield client.broken(CHAT, message, remark="content after finish_reason")
            return
    if client.has(CHAT, "stream_options"):
        async for broken in _cost(client.apart()):
            yield broken


async def _cost(client: Client) -> AsyncIterator[Broken]:
    found = await streamed(client, **_hello(stream_options={"include_usage": True}))
    # Some send what it has cost so far with each piece: the last one counts.
    wrong = "no piece tells" if not found.usage else _uneven(found.usage[-1])
    if wrong:
        message = f"asked with `include_usage`, a stream tells its cost wrongly: {wrong}"
        fix = "send a last piece with `usage` and without choices"
        yield client.broken(CHAT, message, remark=wrong, fix=fix, warning=True)


@law(
    "PC834",
    "stream-says-the-same",
    "inference",
    CHAT,
    severity=Severity.WARNING,
    why="Whoever turns streaming on expects the same answer, only sooner.",
    fix="leave out no piece, and add none",
    after=("PC832", "PC833"),
)
async def stream_says_the_same(client: Client) -> AsyncIterator[Broken]:
    """Check that a chat says the same as a stream and as a whole.

    What it does:
        Asks twice with temperature 0 and a seed; where the two answers differ the rule is inconclusive.
        Then asks for a stream: what its pieces say, joined, is the answer.

    Why is this bad:
        A piece that is lost is a word that is missing, and often the first or the last.

    Example:
        ```python
        words = text.split()
        for word in words:
            yield chunk(word)  # and the spaces are gone
        ```

    How to fix:
        Join your own pieces in a test, and compare with the whole.

    Source:
        OpenAI's reference of streams: deltas are parts of the message.
    """
    steady = {name: value for name, value in _STEADY.items() if client.has(CHAT, name)}
    whole, again = [_said(await client.answer(CHAT, **_hello(**steady))) for _ in range(2)]
    if whole != again:
        raise UnseenError("the same question is answered differently each time")
    client.lines.pop()
    found = await streamed(client, **_hello(**steady))
    if (joined := found.texts.get(0, "")) != whole:
        message = f"a stream says {_short(joined)}, and as a whole the answer is {_short(whole)}"
        yield client.broken(CHAT, message, remark=_short(joined))


def _said(answer: Any) -> str:
    return str(answer.choices[0].message.content or "") if answer.choices else ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}...")


@law(
    "PC836",
    "completion-for-each-prompt",
    "inference",
    _COMPLETE,
    why="A client that sends several prompts reads the choices by their index.",
    fix="give a choice for each prompt, numbered, and all pieces of a stream one id",
    proves=False,
)
async def completion_for_each_prompt(client: Client) -> AsyncIterator[Broken]:
    """Check that completions answer each prompt, and that their stream is one answer.

    What it does:
        Asks for one prompt: there is a choice with a `finish_reason`, and usage adds up. As a stream all
        pieces have one id. Two prompts in a list are answered with two choices, with the indices 0 and 1 in
        this order, or are refused; anything else is a warning.

    Why is this bad:
        Of two prompts one is never answered, and the client takes an answer for that of the other.

    Example:
        ```python
        prompt = params.prompt if isinstance(params.prompt, str) else params.prompt[0]
        ```

    How to fix:
        Go through all prompts; refuse lists with a ValueError where only one can be answered.

    Source:
        OpenAI's reference of completions.
    """
    own = client.apart()
    one = await own.answer(_COMPLETE, prompt="hello")
    if not one.choices or not one.choices[0].finish_reason:
        what = "no choice" if not one.choices else "a choice that does not say why it ends"
        yield own.broken(_COMPLETE, f"an answer has {what}", remark=what)
        return
    if told := _uneven(getattr(one, "usage", None)):
        yield own.broken(_COMPLETE, f"what it cost does not add up: {told}", remark=told)
        return
    own = client.apart()
    chunks = await own.taken(_COMPLETE, prompt="hello", stream=True)
    if isinstance(chunks, tuple) and len({chunk.id for chunk in chunks}) > 1:
        ids = sorted({chunk.id for chunk in chunks})
        yield own.broken(_COMPLETE, "the pieces of one stream have different ids", remark=f"{ids[:3]}")
        return
    own = client.apart()
    two = await own.taken(_COMPLETE, prompt=["hello", "world"])
    if two is not None and [choice.index for choice in two.choices] != [0, 1]:
        indices = [choice.index for choice in two.choices]
        message = f"two prompts are answered with choices of the indices {indices}"
        yield own.broken(_COMPLETE, message, remark=f"{indices}", warning=True)
