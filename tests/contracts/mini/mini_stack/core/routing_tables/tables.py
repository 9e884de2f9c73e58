# ruff: noqa: RET505, PERF102, S112 - written the way the real stacks are, which is what has to be read
"""Routing tables, which register and list."""

from __future__ import annotations

from typing import Any

from mini_stack.api import Api


def api_of(p: Any) -> Api:
    return p.__provider_spec__.api


async def register_with(obj: Any, p: Any) -> Any:
    api = api_of(p)
    if api == Api.chat:
        return await p.register_bot(obj)
    elif api == Api.shelves:
        return await p.register_basket(obj)
    raise ValueError(api)


class CommonTable:
    def __init__(self, impls_by_provider_id: dict[str, Any]) -> None:
        self.impls_by_provider_id = impls_by_provider_id

    async def initialize(self) -> None:
        for _pid, p in self.impls_by_provider_id.items():
            if api_of(p) == Api.chat:
                p.bot_store = self
            else:
                p.basket_store = self

    async def register(self, obj: Any, provider_id: str) -> None:
        p = self.impls_by_provider_id[provider_id]
        await register_with(obj, p)

    async def shutdown(self) -> None:
        for p in self.impls_by_provider_id.values():
            await p.shutdown()


class BotsTable(CommonTable):
    async def refresh(self) -> None:
        for provider in self.impls_by_provider_id.values():
            try:
                await provider.list_bots()
            except Exception:
                continue


class BasketsTable(CommonTable):
    async def shutdown(self) -> None:
        pass
