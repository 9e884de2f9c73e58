"""What chats are asked, and what the pieces of their streams come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.calling.client import LeftError

if TYPE_CHECKING:
    from provider_conformance.calling.client import Client

CHAT: Final = "openai_chat_completion"
"""The method that chats."""


@dataclass(slots=True)
class Streamed:
    """What the pieces of a chat's stream come to.

    Attributes:
        ids: The ids of the pieces.
        texts: What each choice says.
        reasons: How often each choice says why it ends.
        after: The choices that go on after they have ended.
        calls: The pieces of calls on tools, by choice and index.
        usage: What pieces say that it has cost.
    """

    ids: Counter[str] = field(default_factory=Counter)
    texts: dict[int, str] = field(default_factory=lambda: defaultdict(str))
    reasons: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    after: set[int] = field(default_factory=set)
    calls: dict[tuple[int, int], list[Any]] = field(default_factory=lambda: defaultdict(list))
    usage: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, chunks: Iterable[Any]) -> Streamed:
        """Join the pieces."""
        found = cls()
        for chunk in chunks:
            found.ids[chunk.id] += 1
            if getattr(chunk, "usage", None) is not None:
                found.usage.append(chunk.usage)
            for choice in chunk.choices:
                found._take(choice)
        return found

    def _take(self, choice: Any) -> None:
        delta, index = choice.delta, choice.index
        said = getattr(delta, "content", None) or ""
        calls = getattr(delta, "tool_calls", None) or ()
        if self.reasons[index] and (said or calls):
            self.after.add(index)
        self.texts[index] += said
        for call in calls:
            self.calls[index, call.index or 0].append(call)
        if choice.finish_reason:
            self.reasons[index].append(choice.finish_reason)


async def streamed(client: Client, **given: Any) -> Streamed:
    """A chat as a stream.

    Raises:
        NoPlaceError: It does not stream.
    """
    chunks = await client.answer(CHAT, **given, stream=True)
    if not isinstance(chunks, tuple):
        raise LeftError("PC652", "it gives no stream")
    return Streamed.of(chunks)
