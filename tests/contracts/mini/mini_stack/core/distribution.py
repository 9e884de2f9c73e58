"""Which APIs are routed, and which have providers."""

from __future__ import annotations

from typing import NamedTuple

from mini_stack.api import Api


class AutoRouted(NamedTuple):
    routing_table_api: Api
    router_api: Api


def builtin_automatically_routed_apis() -> list[AutoRouted]:
    return [AutoRouted(Api.bots, Api.chat), AutoRouted(Api.baskets, Api.shelves)]


def providable_apis() -> list[Api]:
    return [Api.chat, Api.files, Api.shelves, Api.jobs, Api.boxes]
