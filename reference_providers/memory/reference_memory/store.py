"""The SQLite file: which banks there are, and the passages in them. Blocking; one thread at a time."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS banks (identifier TEXT PRIMARY KEY, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, bank TEXT NOT NULL, document TEXT NOT NULL, expires REAL, text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_by_document ON passages (bank, document);
CREATE INDEX IF NOT EXISTS passages_by_expiry ON passages (expires) WHERE expires IS NOT NULL;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, content = 'passages', content_rowid = 'id');
CREATE TRIGGER IF NOT EXISTS passage_added AFTER INSERT ON passages BEGIN
    INSERT INTO words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER IF NOT EXISTS passage_deleted AFTER DELETE ON passages BEGIN
    INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
END;
"""
"""The full-text index holds no text of its own; the triggers keep it in step with the passages."""

_SEARCH: Final = """
SELECT document, passages.text, -bm25(words) AS score
FROM words JOIN passages ON passages.id = words.rowid
WHERE words MATCH ? AND bank = ? AND (expires IS NULL OR expires > ?)
ORDER BY score DESC, passages.id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document, and how well it fits a query: more is better."""

    document: str
    text: str
    score: float


class PassageStore:
    """Banks and passages in one SQLite file, made with its folder where it is not there yet.

    ``clock`` tells the seconds by which documents expire.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connection.close()

    def banks(self) -> dict[str, str]:
        """The definitions of the banks by identifier, in the order of their registration."""
        return dict(self._connection.execute("SELECT identifier, definition FROM banks ORDER BY rowid"))

    def save_bank(self, identifier: str, definition: str) -> None:
        """Add a bank, or change its definition; its passages stay."""
        with self._connection:
            self._connection.execute(
                "INSERT INTO banks VALUES (?, ?) ON CONFLICT DO UPDATE SET definition = excluded.definition",
                (identifier, definition),
            )

    def replace(self, bank: str, documents: Iterable[tuple[str, list[str]]], ttl: int | None) -> None:
        """Store documents, each given by its id and passages, all of them or none.

        What has expired is deleted on the way.
        """
        expires = None if ttl is None else self._clock() + ttl
        with self._connection:
            self._connection.execute("DELETE FROM passages WHERE expires <= ?", (self._clock(),))
            for document, texts in documents:
                self._connection.execute(
                    "DELETE FROM passages WHERE bank = ? AND document = ?", (bank, document)
                )
                self._connection.executemany(
                    "INSERT INTO passages (bank, document, expires, text) VALUES (?, ?, ?, ?)",
                    [(bank, document, expires, text) for text in texts],
                )

    def search(self, bank: str, query: str, limit: int) -> list[Passage]:
        """The passages of ``bank`` that share a word with ``query``, best first."""
        words = re.findall(r"\w+", query)
        if not words:
            return []
        # Quoted, so that a word such as NOT is looked for and not obeyed.
        match = " OR ".join(f'"{word}"' for word in words)
        rows = self._connection.execute(_SEARCH, (match, bank, self._clock(), limit))
        return [Passage(*row) for row in rows]
