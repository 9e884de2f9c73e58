"""The documents of one bank, and the two ways of finding them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Document:
    """A text under its id, until ``expires``; None is for ever."""

    document_id: str
    text: str
    expires: float | None = None


@dataclass(slots=True)
class Shelf:
    """Documents by id, in the order in which they came; ``clock`` tells the seconds."""

    clock: Callable[[], float]
    _documents: dict[str, Document] = field(default_factory=dict)

    def put(self, documents: Mapping[str, str], ttl: int | None) -> None:
        """Keep texts by document id; one that is there already is replaced, what has expired is let go."""
        expires = None if ttl is None else self.clock() + ttl
        kept = {document.document_id: document for document in self._living()}
        self._documents = {
            **{name: document for name, document in kept.items() if name not in documents},
            **{name: Document(name, text, expires) for name, text in documents.items()},
        }

    def under(self, keys: Iterable[str]) -> list[tuple[Document, float]]:
        """The documents under ``keys``, in their order, each with the score 1."""
        living = {document.document_id: document for document in self._living()}
        return [(living[key], 1.0) for key in dict.fromkeys(keys) if key in living]

    def about(self, query: str) -> list[tuple[Document, float]]:
        """The documents that share a word with ``query``, best first; the score counts the places."""
        wanted = set(words(query))
        scored = [
            (
                document,
                float(sum(count for word, count in Counter(words(document.text)).items() if word in wanted)),
            )
            for document in self._living()
        ]
        return sorted((found for found in scored if found[1]), key=lambda found: -found[1])

    def _living(self) -> Iterator[Document]:
        now = self.clock()
        return (d for d in self._documents.values() if d.expires is None or d.expires > now)


def words(text: str) -> list[str]:
    """The words of a text, without regard to case."""
    return re.findall(r"\w+", text.casefold())
