"""The SQLite file: agents, sessions and turns, each as text. Blocking; one thread at a time."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS agents (id TEXT PRIMARY KEY, config TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, session TEXT NOT NULL,
    agent TEXT NOT NULL REFERENCES agents ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS turns (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, turn TEXT NOT NULL,
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS sessions_by_agent ON sessions (agent);
CREATE INDEX IF NOT EXISTS turns_by_session ON turns (session);
"""


class SessionStore:
    """Agents, sessions and turns in one SQLite file, made with its folder where it is not there yet."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connection.close()

    def add_agent(self, agent: str, config: str) -> None:
        """Keep an agent."""
        self._write("INSERT INTO agents (id, config) VALUES (?, ?)", agent, config)

    def add_session(self, agent: str, session: str, text: str) -> None:
        """Keep a session of an agent."""
        self._write("INSERT INTO sessions (agent, id, session) VALUES (?, ?, ?)", agent, session, text)

    def add_turn(self, session: str, turn: str, text: str) -> bool:
        """Keep a turn of a session, unless the session is gone; says whether it was there."""
        statement = "INSERT INTO turns (id, turn, session) SELECT ?, ?, id FROM sessions WHERE id = ?"
        return self._write(statement, turn, text, session) == 1

    def agent(self, agent: str) -> str | None:
        """An agent's configuration, None where there is no such agent."""
        return self._one("SELECT config FROM agents WHERE id = ?", agent)

    def session(self, agent: str, session: str) -> str | None:
        """A session of an agent, None where the agent has no such session."""
        return self._one("SELECT session FROM sessions WHERE agent = ? AND id = ?", agent, session)

    def turn(self, agent: str, turn: str) -> str | None:
        """A turn of an agent, None where the agent has no such turn."""
        return self._one(
            "SELECT turn FROM turns JOIN sessions ON sessions.id = turns.session "
            "WHERE agent = ? AND turns.id = ?",
            agent,
            turn,
        )

    def turns(self, session: str) -> list[str]:
        """The turns of a session, in their order."""
        rows = self._connection.execute(
            "SELECT turn FROM turns WHERE session = ? ORDER BY number", (session,)
        )
        return [row[0] for row in rows]

    def delete_agent(self, agent: str) -> None:
        """Forget an agent, and its sessions with it."""
        self._write("DELETE FROM agents WHERE id = ?", agent)

    def delete_session(self, session: str) -> None:
        """Forget a session, and its turns with it."""
        self._write("DELETE FROM sessions WHERE id = ?", session)

    def _write(self, statement: str, *values: str) -> int:
        with self._connection:
            return self._connection.execute(statement, values).rowcount

    def _one(self, query: str, *values: str) -> str | None:
        row = self._connection.execute(query, values).fetchone()
        return str(row[0]) if row else None
