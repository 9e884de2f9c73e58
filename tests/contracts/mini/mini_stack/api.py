"""The mini stack's APIs, protocols and specs."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

F = TypeVar("F", bound=Callable[..., Any])


class Api(Enum):
    chat = "chat"
    bots = "bots"
    files = "files"
    baskets = "baskets"
    shelves = "shelves"
    jobs = "jobs"
    boxes = "boxes"


def webmethod(function: F) -> F:
    function.__webmethod__ = True  # type: ignore[attr-defined]
    return function


class ChatProvider(Protocol):
    bot_store: Any

    async def talk(self, bot: str, text: str, stream: bool = False) -> str: ...


class Chat(ChatProvider):
    async def history(self, bot: str) -> list[str]: ...


class Bots(Protocol):
    async def list_bots(self) -> list[str]: ...


class Shelves(Protocol):
    async def put(self, shelf: str, thing: str) -> None: ...


class Files(Protocol):
    @webmethod
    async def upload(self, name: str) -> str: ...

    async def unmarked(self, name: str) -> str: ...


class Jobs(Protocol):
    async def start(self, request: str) -> str: ...


class Basket(BaseModel):
    """Not a protocol, yet bound to an API."""

    identifier: str


class BotsProtocolPrivate(Protocol):
    async def register_bot(self, bot: str) -> str: ...


class BasketsProtocolPrivate(Protocol):
    async def register_basket(self, basket: Basket) -> None: ...


class UnusedProtocolPrivate(Protocol):
    async def register_nothing(self) -> None: ...


class ProviderSpec(BaseModel):
    api: Api
    provider_type: str


class InlineProviderSpec(ProviderSpec):
    module: str


class RemoteProviderSpec(ProviderSpec):
    adapter_type: str | None = None
