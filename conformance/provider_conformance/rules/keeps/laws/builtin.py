"""PC881 to PC884: the APIs of the built-in stack: memory, inference, agents."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

from provider_conformance.calling.client import (
    Broken,
    Client,
    LeftError,
    NoPlaceError,
    UnansweredError,
    meaning,
)
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.scores import rising

_INSERT: Final = "insert_documents"
_QUERY: Final = "query_documents"
_CHAT: Final = "chat_completion"
_EMBED: Final = "embeddings"
_TEXTS: Final = ("hello world apple", "the train leaves at noon", "red green blue")
_NEAR: Final = 1e-3


def _document(name: str, said: str) -> dict[str, Any]:
    return {"document_id": name, "content": said}


def _params(client: Client, *documents: str) -> dict[str, Any]:
    """How a bank is asked: one of keys by the documents' identifiers."""
    kinds = [getattr(one, "type", "") for one in client.knowing.objects]
    return {"keys": [*documents]} if kinds[:1] == ["keyvalue"] else {}


async def _asked(client: Client, said: str, *documents: str, **params: Any) -> list[tuple[Any, float]]:
    asked = {**_params(client, *documents), **params}
    answer = await client.answer(_QUERY, query=said, params=asked or None)
    return [*zip(answer.chunks, answer.scores, strict=False)]


def _names(found: Sequence[tuple[Any, float]]) -> list[str]:
    return [str(chunk.document_id) for chunk, _ in found]


@law(
    "PC881",
    "documents-are-kept",
    "memory",
    _INSERT,
    _QUERY,
    why="Agents insert documents into a bank and ask it for what a question is about.",
    fix="return from `insert_documents` once the documents can be found; key them by `document_id`",
)
async def documents_are_kept(client: Client) -> AsyncIterator[Broken]:
    """Check that documents that were inserted into a memory bank are found, once, as they were given last.

    What it does:
        Inserts two documents into a registered bank and asks with the words of one: it is found, with its
        identifier and text. Inserted a second time it is found once; with another text that one is found.
        `max_chunks=1` gives one chunk; scores are finite and do not rise. A bank that nobody has registered
        is refused.

    Why is this bad:
        An agent answers without what it was told, or with what is no longer true.

    Example:
        ```python
        async def insert_documents(self, bank_id, documents, ttl_seconds=None):
            self.documents.extend(documents)  # also those that are there already
        ```

    How to fix:
        Replace what has the same `document_id`; sort by the score before cutting.

    Source:
        `Memory.insert_documents` ("return when they can be found") and `query_documents` ("best first").
    """
    if not client.knowing.objects:
        raise NoPlaceError("no bank can be registered with it")
    await client.registered(client.knowing.objects[0])
    first, second = _document("d1", "hello world apple"), _document("d2", "hello there plum")
    await client.answer(_INSERT, documents=[first, second])
    found = await client.until(lambda: _asked(client, "hello world apple", "d1", "d2"), bool)
    said = [str(chunk.content) for chunk, _ in found if chunk.document_id == "d1"]
    if not said or "apple" not in said[0]:
        message = "a document that was inserted is not found by its own words"
        yield client.broken(_INSERT, message, remark=f"finds {_names(found)}: {said}")
        return
    for broken in _wrong_hits(client, found, await _few(client)):
        yield broken
        return
    client.lines.pop()
    await client.answer(_INSERT, documents=[first])
    found = await _asked(client, "hello world apple", "d1")
    if (count := _names(found).count("d1")) > 1:
        message = f"a document that is inserted twice is found {count} times"
        yield client.broken(_INSERT, message, remark=f"finds {_names(found)}")
        return
    client.lines.pop()
    await client.answer(_INSERT, documents=[_document("d1", "hello world changed")])
    found = await _asked(client, "hello world changed", "d1")
    said = [str(chunk.content) for chunk, _ in found if chunk.document_id == "d1"]
    if not said or any("changed" not in one for one in said):
        message = "a document that is inserted with another text is found with the old one"
        yield client.broken(_INSERT, message, remark=f"finds {said}")
        return
    async for broken in _unknown_bank(client.apart()):
        yield broken


async def _few(client: Client) -> list[tuple[Any, float]]:
    if _params(client):
        return []
    return await _asked(client, "hello", max_chunks=1)


def _wrong_hits(
    client: Client, found: Sequence[tuple[Any, float]], few: Sequence[tuple[Any, float]]
) -> Iterator[Broken]:
    """What is wrong with the chunks of a bank, and with those of which one was asked for."""
    scores = [score for _, score in found]
    if len(few) > 1:
        yield client.broken(_QUERY, f"`max_chunks=1` gives {len(few)} chunks", remark=f"{len(few)} chunks")
    elif not all(math.isfinite(score) for score in scores):
        yield client.broken(_QUERY, "a score is no finite number", remark=f"{scores}")
    elif rising(scores):
        yield client.broken(_QUERY, "scores rise from one chunk to the next", remark=f"{scores}")


async def _unknown_bank(client: Client) -> AsyncIterator[Broken]:
    seen = await client.ask(_QUERY, bank_id="bank-that-nobody-registered", query="hello")
    if seen.answered:
        message = "a bank that nobody has registered is answered for"
        fix = "raise a ValueError that names the bank"
        yield client.broken(_QUERY, message, remark="answered", fix=fix)
    elif seen.late or meaning(seen) is Nature.CRASH:
        raise UnansweredError(seen, client.script)


@law(
    "PC882",
    "events-make-an-answer",
    "inference",
    _CHAT,
    why="Agents read events until `complete`, and take what its deltas say for the answer.",
    fix="send `start` first, then every delta, and `complete` with a `stop_reason` last",
)
async def events_make_an_answer(client: Client) -> AsyncIterator[Broken]:
    """Check that the events of a streamed chat begin, end, and say what the whole answer says.

    What it does:
        Asks for a chat twice and then as a stream. The event `start` comes first and once; `complete` comes
        last and once, with a `stop_reason`. Where the two whole answers are equal, the deltas, joined, say
        the same (a warning).

    Why is this bad:
        An agent waits for an end that does not come, or stops in the middle of a sentence.

    Example:
        ```python
        yield chunk(EventType.progress, word)  # for all words, and nothing else
        ```

    How to fix:
        Begin and end the stream with the events that are for it.

    Source:
        `ChatCompletionResponseEventType` and `ChatCompletionResponseEvent.stop_reason`.
    """
    given = {"messages": [{"role": "user", "content": "Hello! What is the weather like today?"}]}
    whole, again = [await client.answer(_CHAT, **given) for _ in range(2)]
    chunks = await client.answer(_CHAT, **given, stream=True)
    if not isinstance(chunks, tuple):
        raise LeftError("PC652", "it gives no stream")
    own = client.apart()
    own.lines.append(client.lines[-1])
    own.pasting = client.pasting
    events = [chunk.event for chunk in chunks]
    kinds = [str(getattr(event.event_type, "value", event.event_type)) for event in events]
    if kinds[:1] != ["start"] or kinds.count("start") > 1:
        message = "the events of a stream do not begin with one `start`"
        yield own.broken(_CHAT, message, remark=f"{kinds[:3]}")
    elif kinds[-1] != "complete" or kinds.count("complete") > 1:
        message = "the events of a stream do not end with one `complete`"
        yield own.broken(_CHAT, message, remark=f"{kinds[-3:]}")
    elif events[-1].stop_reason is None:
        yield own.broken(_CHAT, "the event `complete` has no `stop_reason`", remark="stop_reason=None")
    elif _said(whole) == _said(again):
        joined = "".join(event.delta for event in events if isinstance(event.delta, str))
        if joined != _said(whole):
            message = f"a stream says {joined[:60]!r}, and as a whole the answer is {_said(whole)[:60]!r}"
            yield client.broken(_CHAT, message, remark="another text", warning=True)


def _said(answer: Any) -> str:
    content = answer.completion_message.content
    return content if isinstance(content, str) else str(content)


@law(
    "PC883",
    "vectors-in-order",
    "inference",
    _EMBED,
    why="Memory keeps each passage with the vector at its place.",
    fix="give one vector for each text, in the texts' order",
    proves=False,
)
async def vectors_in_order(client: Client) -> AsyncIterator[Broken]:
    """Check that each text gets its own vector, in the order of the texts.

    What it does:
        Embeds three texts at once and each alone: there are three vectors, of one length and finite, and
        each is nearest to the one that its own text has alone.

    Why is this bad:
        Passages are kept with the vectors of others: a search finds the wrong thing, and nothing fails.

    Example:
        ```python
        vectors = [future.result() for future in as_completed(futures)]  # in the order of completion
        ```

    How to fix:
        Keep the order: `asyncio.gather`, `map`.

    Source:
        `Inference.embeddings`: a vector for each of `contents`.
    """
    found = (await client.answer(_EMBED, contents=[*_TEXTS])).embeddings
    if len(found) != len(_TEXTS):
        raise LeftError("PC655", f"three texts get {len(found)} vectors")
    if len({len(vector) for vector in found}) > 1:
        lengths = [len(vector) for vector in found]
        yield client.broken(_EMBED, f"vectors of one model have the lengths {lengths}", remark=f"{lengths}")
        return
    if not all(math.isfinite(number) for vector in found for number in vector):
        yield client.broken(_EMBED, "a vector has numbers that are not finite", remark="nan or inf")
        return
    for number, text in enumerate(_TEXTS):
        alone = (await client.answer(_EMBED, contents=[text])).embeddings[0]
        near = [_cosine(alone, vector) for vector in found]
        if max(near) > near[number] + _NEAR:
            other = near.index(max(near))
            message = f"text {number} of three has the vector of text {other}"
            yield client.broken(_EMBED, message, remark=f"nearest to vector {other}")
            return
        client.lines.pop()


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    length = math.hypot(*one) * math.hypot(*other)
    return math.sumprod(one, other) / length if length and len(one) == len(other) else 0.0


@law(
    "PC884",
    "sessions-live-and-go",
    "agents",
    "create_agent",
    "create_agent_session",
    "get_agents_session",
    "delete_agents_session",
    "delete_agents",
    why="A client keeps the identifiers of agent and session, and has both deleted in the end.",
    fix="keep sessions by agent and identifier, and delete them with their agent",
)
async def sessions_live_and_go(client: Client) -> AsyncIterator[Broken]:
    """Check that an agent's session is there until it or its agent is deleted, and no other goes with it.

    What it does:
        Creates two agents with a session each: the identifiers differ, and each session is retrieved with
        its name. A deleted session is refused, and so is one whose agent was deleted; the other agent's
        session is still there.

    Why is this bad:
        What was said goes on being kept after somebody had it deleted.

    Example:
        ```python
        async def delete_agents(self, agent_id):
            self.agents.pop(agent_id, None)  # its sessions stay
        ```

    How to fix:
        Look for the agent first, then for its session; raise a ValueError where one is not there.

    Source:
        `Agents.delete_agents`: forget an agent and its sessions.
    """
    config = {"model": "conformance", "instructions": "Be brief.", "enable_session_persistence": False}
    agents = [(await client.answer("create_agent", **config)).agent_id for _ in range(2)]
    if agents[0] == agents[1]:
        yield client.broken("create_agent", "two agents have one identifier", remark=f"{agents[0]!r} again")
        return
    made = []
    for agent in (*agents, agents[0]):
        session = await client.answer("create_agent_session", agent_id=agent, session_name="first")
        made.append((agent, session.session_id))
    told = await _session(client, *made[0])
    if told is None or told.session_name != "first":
        message = "a session that was created is not retrieved with its name"
        yield client.broken("get_agents_session", message, remark=f"{told!r}"[:80])
        return
    client.lines.pop()
    for method, gone, given in (
        ("delete_agents_session", made[0], {"agent_id": made[0][0], "session_id": made[0][1]}),
        ("delete_agents", made[2], {"agent_id": made[2][0]}),
    ):
        await client.answer(method, **given)
        if await _session(client, *gone) is not None:
            message = f"after `{method}` the session is still retrieved"
            yield client.broken(method, message, remark="answered")
            return
        client.lines.pop()
    if await _session(client, *made[1]) is None:
        message = "with one agent the session of another one is deleted"
        yield client.broken("delete_agents", message, remark="refused")


async def _session(client: Client, agent: str, session: str) -> Any:
    """A session, None where it is refused."""
    seen = await client.ask("get_agents_session", agent_id=agent, session_id=session)
    if seen.answered:
        return seen.answer
    if meaning(seen) is Nature.REFUSAL:
        return None
    raise UnansweredError(seen, client.script)
