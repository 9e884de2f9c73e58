"""Routers, which pass on."""

from __future__ import annotations

from typing import Any

from mini_stack.core.routing_tables.tables import BasketsTable, BotsTable


class ChatRouter:
    routing_table: Any

    async def talk(self, bot: str, text: str, stream: bool = False) -> Any:
        params = {"bot": bot, "text": text}
        params["stream"] = stream
        provider = await self.routing_table.get_provider_impl(bot)
        return await provider.talk(**params)


class ShelvesRouter:
    routing_table: Any

    async def put(self, shelf: str, thing: str) -> None:
        await self.routing_table.get_provider_impl(shelf).put(shelf, thing)


def get_table(api: Any, impls: Any) -> Any:
    tables = {"bots": BotsTable, "baskets": BasketsTable}
    return tables[api.value](impls)


def get_router(api: Any) -> Any:
    routers = {"chat": ChatRouter, "shelves": ShelvesRouter}
    return routers[api.value]()
