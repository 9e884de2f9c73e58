"""Where registrations are kept, so that those made at run time survive a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

from provider_conformance.stack.errors import StoreError
from provider_conformance.stack.run_config import MemoryStoreConfig, SqliteStoreConfig

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A registration.

    Attributes:
        kind: The routing table's API: "models", "shields" or "memory_banks".
        identifier: The object's name.
        provider_id: The provider that serves it.
        data: The object as JSON.
    """

    kind: str
    identifier: str
    provider_id: str
    data: str


class RegistryStore(Protocol):
    """What routing tables ask of a store."""

    async def load(self, kind: str) -> list[StoredObject]:
        """All registrations of a kind, in the order in which they were first made."""

    async def save(self, stored: StoredObject) -> None:
        """Keep a registration, in place of one of the same kind, identifier and provider."""

    async def close(self) -> None:
        """Let go of the store; may be called twice."""


class InMemoryStore:
    """Keeps registrations as long as it lives."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str, str], StoredObject] = {}

    async def load(self, kind: str) -> list[StoredObject]:
        """All registrations of a kind, in the order in which they were first made."""
        return [stored for stored in self._objects.values() if stored.kind == kind]

    async def save(self, stored: StoredObject) -> None:
        """Keep a registration, in place of one of the same kind, identifier and provider."""
        self._objects[stored.kind, stored.identifier, stored.provider_id] = stored

    async def close(self) -> None:
        """Nothing to let go of: the registrations stay for whoever is given the store next."""


_VERSION: Final = 1
_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS objects (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        identifier TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        data TEXT NOT NULL,
        UNIQUE (kind, identifier, provider_id)
    )
"""
_LOAD: Final = "SELECT kind, identifier, provider_id, data FROM objects WHERE kind = ? ORDER BY number"
_SAVE: Final = """
    INSERT INTO objects (kind, identifier, provider_id, data) VALUES (?, ?, ?, ?)
    ON CONFLICT (kind, identifier, provider_id) DO UPDATE SET data = excluded.data
"""


class SqliteStore:
    """Keeps registrations in a SQLite file; its folder is made where it is missing.

    The file is opened with the first call. Statements run in a thread, so that a slow disk does
    not hold up the event loop.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    async def load(self, kind: str) -> list[StoredObject]:
        """All registrations of a kind, in the order in which they were first made.

        Raises:
            StoreError: The file cannot be read, or is of another kind.
        """
        rows = await self._run(lambda connection: connection.execute(_LOAD, (kind,)).fetchall())
        return [StoredObject(*row) for row in rows]

    async def save(self, stored: StoredObject) -> None:
        """Keep a registration, in place of one of the same kind, identifier and provider.

        Raises:
            StoreError: The file cannot be written.
        """
        row = (stored.kind, stored.identifier, stored.provider_id, stored.data)

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute(_SAVE, row)

        await self._run(write)

    async def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.to_thread(connection.close)

    async def _run(self, statement: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._locked, statement)

    def _locked(self, statement: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _opened(self._path)
                return statement(self._connection)
            except (OSError, UnicodeError, sqlite3.Error) as error:
                raise StoreError(str(self._path), f"the registrations cannot be kept: {error}") from error


def open_store(config: MemoryStoreConfig | SqliteStoreConfig) -> RegistryStore:
    """The store that a run config asks for."""
    return SqliteStore(config.db_path) if isinstance(config, SqliteStoreConfig) else InMemoryStore()


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        _prepare(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    version: Any = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, _VERSION):
        raise StoreError(str(path), f"is of version {version}; this release reads version {_VERSION}")
    with connection, closing(connection.execute(_SCHEMA)):
        connection.execute(f"PRAGMA user_version = {_VERSION}")
