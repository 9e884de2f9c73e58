"""Calls the provider of another API itself, by keyword where the routes pass arguments by position."""

from __future__ import annotations

from typing import Any


class Baker:
    def __init__(self, config: Any, jobs: Any, chat: Any) -> None:
        self.jobs, self.chat = jobs, chat

    async def bake(self) -> None:
        await self.jobs.start(request="bread")
        await self.jobs.polish()  # no protocol has it
        await self.chat.talk("baker", "done")  # goes to the router
