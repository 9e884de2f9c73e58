"""The SQLite file: events as they came, and the spans that they tell of. Blocking; one thread at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, trace TEXT NOT NULL, time TEXT NOT NULL, event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_trace ON events (trace, time);
CREATE TABLE IF NOT EXISTS spans (
    trace TEXT NOT NULL, span TEXT NOT NULL, parent TEXT, started TEXT, ended TEXT,
    PRIMARY KEY (trace, span)
);
"""
"""Times are text of one length in UTC, so that they sort as they are."""

_STARTED: Final = """
INSERT INTO spans (trace, span, parent, started) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET parent = excluded.parent, started = excluded.started
"""

_ENDED: Final = """
INSERT INTO spans (trace, span, ended) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET ended = excluded.ended
"""
"""Start and end each make the span where the other has not: events may arrive in any order."""

_ROOT: Final = """
SELECT span, started, ended FROM spans AS root
WHERE trace = ? AND started IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM spans WHERE trace = root.trace AND span = root.parent
)
ORDER BY started, rowid LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Root:
    """The span that a trace begins with; ``ended`` is None while it lasts."""

    span: str
    started: str
    ended: str | None


class EventStore:
    """Events and spans in one SQLite file, made with its folder where it is not there yet."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connection.close()

    def add(self, trace: str, time: str, event: str) -> None:
        """Keep an event, given as text, that belongs to no span's start or end."""
        with self._connection:
            self._add(trace, time, event)

    def start_span(self, trace: str, span: str, parent: str | None, time: str, event: str) -> None:
        """Keep an event, and that a span started with it."""
        with self._connection:
            self._add(trace, time, event)
            self._connection.execute(_STARTED, (trace, span, parent, time))

    def end_span(self, trace: str, span: str, time: str, event: str) -> None:
        """Keep an event, and that a span ended with it."""
        with self._connection:
            self._add(trace, time, event)
            self._connection.execute(_ENDED, (trace, span, time))

    def events(self, trace: str) -> list[str]:
        """The events of a trace by their time, those of one time as they came."""
        rows = self._connection.execute(
            "SELECT event FROM events WHERE trace = ? ORDER BY time, id", (trace,)
        )
        return _first_column(rows)

    def root(self, trace: str) -> Root | None:
        """The first span of a trace whose parent is none of the trace, None where none has started."""
        row = self._connection.execute(_ROOT, (trace,)).fetchone()
        return Root(*row) if row else None

    def _add(self, trace: str, time: str, event: str) -> None:
        self._connection.execute(
            "INSERT INTO events (trace, time, event) VALUES (?, ?, ?)", (trace, time, event)
        )


def _first_column(rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [row[0] for row in rows]
