"""A provider is asked once what it lists when a stack starts, and its table uses that answer."""

from __future__ import annotations

import asyncio
from typing import Any

from provider_conformance.hosts.installed_running import read_listings


class Item:
    def __init__(self, identifier: str) -> None:
        self.identifier = identifier


class Provider:
    def __init__(self) -> None:
        self.asked = 0
        self.registered: list[str] = []

    async def list_models(self) -> list[Item]:
        self.asked += 1
        return [Item(f"m{self.asked}")]

    async def register_model(self, item: Item) -> None:
        self.registered.append(item.identifier)


class Table:
    def __init__(self, **providers: Any) -> None:
        self.impls_by_provider_id = providers

    async def refresh(self) -> None:
        for provider in self.impls_by_provider_id.values():
            for item in await provider.list_models():
                await provider.register_model(item)


class Otherwise(Table):
    """A table that keeps its providers in another place."""

    def __init__(self, **providers: Any) -> None:
        super().__init__(**providers)
        self.providers = list(providers.values())
        self.impls_by_provider_id = None  # type: ignore[assignment] # the point

    async def refresh(self) -> None:
        for provider in self.providers:
            await provider.list_models()


def read(provider: Any, table: Any) -> Any:
    return asyncio.run(read_listings({"first": provider}, "list_models", table))


def test_the_table_uses_the_answer_that_is_known() -> None:
    provider = Provider()
    read(provider, Table(first=provider))
    assert provider.asked == 1
    assert provider.registered == ["m1"]


def test_providers_that_were_not_asked_are_asked_by_the_table() -> None:
    provider, other = Provider(), Provider()
    read(provider, Table(first=provider, second=other))
    assert other.asked == 1


def test_the_table_has_its_own_providers_again() -> None:
    provider = Provider()
    table = Table(first=provider)
    read(provider, table)
    assert table.impls_by_provider_id == {"first": provider}


def test_a_table_of_another_kind_asks_for_itself() -> None:
    provider = Provider()
    read(provider, Otherwise(first=provider))
    assert provider.asked == 2


def test_what_a_table_cannot_use_is_told() -> None:
    class Broken(Provider):
        async def list_models(self) -> list[Any]:
            return ["a text"]

    found = read(Broken(), Table())
    assert found.problems == {"first": ("lists a str, which has no identifier",)}
