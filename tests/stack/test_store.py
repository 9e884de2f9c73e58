"""Stores of registrations."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_conformance.stack.errors import StoreError
from provider_conformance.stack.run_config import MemoryStoreConfig, SqliteStoreConfig
from provider_conformance.stack.store import (
    InMemoryStore,
    RegistryStore,
    SqliteStore,
    StoredObject,
    open_store,
)
from support.workshop import run

Open = Callable[[], RegistryStore]


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same store each time."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "deep" / "registry.db")
    store = InMemoryStore()
    return lambda: store


def model(identifier: str, provider_id: str = "p", data: str = "{}") -> StoredObject:
    return StoredObject("models", identifier, provider_id, data)


async def saved(opened: Open, *objects: StoredObject) -> None:
    store = opened()
    for stored in objects:
        await store.save(stored)
    await store.close()


async def loaded(opened: Open, kind: str = "models") -> list[StoredObject]:
    store = opened()
    found = await store.load(kind)
    await store.close()
    return found


def test_registrations_survive_closing_in_their_order(opened: Open) -> None:
    objects = [model("z"), model("a"), model("m")]
    run(saved(opened, *objects))
    assert run(loaded(opened)) == objects


def test_a_later_registration_takes_the_place_of_an_earlier_one(opened: Open) -> None:
    run(saved(opened, model("a", data="1"), model("b"), model("a", data="2")))
    assert run(loaded(opened)) == [model("a", data="2"), model("b")]


def test_kinds_and_providers_are_kept_apart(opened: Open) -> None:
    shield = StoredObject("shields", "a", "p", "{}")
    run(saved(opened, model("a", "p"), model("a", "q"), shield))
    assert run(loaded(opened)) == [model("a", "p"), model("a", "q")]
    assert run(loaded(opened, "shields")) == [shield]


def test_a_store_may_be_closed_twice(opened: Open) -> None:
    async def close_twice() -> None:
        store = opened()
        await store.save(model("a"))
        await store.close()
        await store.close()

    run(close_twice())


def test_many_registrations_at_once_are_all_kept(opened: Open) -> None:
    async def save_all() -> int:
        store = opened()
        await asyncio.gather(*(store.save(model(str(i))) for i in range(50)))
        found = await store.load("models")
        await store.close()
        return len(found)

    assert run(save_all()) == 50


@settings(deadline=None)
@given(st.text(), st.text())
def test_sqlite_keeps_any_text(identifier: str, data: str) -> None:
    async def there_and_back() -> list[StoredObject]:
        store = SqliteStore(Path(":memory:"))
        await store.save(model(identifier, data=data))
        found = await store.load("models")
        await store.close()
        return found

    assert run(there_and_back()) == [model(identifier, data=data)]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_text("something else " * 100)
    with pytest.raises(StoreError, match=r"registry\.db: .*not a database"):
        run(SqliteStore(path).load("models"))


def test_a_file_of_another_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"is of version 99; this release reads version 1"):
        run(SqliteStore(path).load("models"))


def test_text_that_cannot_be_encoded_is_told(tmp_path: Path) -> None:
    async def save() -> None:
        store = SqliteStore(tmp_path / "registry.db")
        try:
            await store.save(model("\ud800"))
        finally:
            await store.close()

    with pytest.raises(StoreError, match=r"cannot be kept"):
        run(save())


def test_the_run_config_says_which_store_is_opened(tmp_path: Path) -> None:
    assert isinstance(open_store(MemoryStoreConfig()), InMemoryStore)
    assert isinstance(open_store(SqliteStoreConfig(db_path=tmp_path / "r.db")), SqliteStore)
