"""The safety API: run a shield over a conversation."""

from enum import Enum
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.messages import Message
from provider_conformance.stack.apis.shields import ShieldDef
from provider_conformance.stack.apis.webmethod import webmethod


class ViolationLevel(Enum):
    """How grave a violation is."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class SafetyViolation(BaseModel):
    """What a shield objects to: what the user is told, and details for those who look closer."""

    violation_level: ViolationLevel
    user_message: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class RunShieldResponse(BaseModel):
    """A shield's verdict; no violation means that the conversation may go on."""

    violation: SafetyViolation | None = None


class ShieldStore(Protocol):
    """What a provider can ask the shields' routing table.

    The table's own method is a coroutine, and its parameter goes by another name: hence
    ``async`` and positional-only.
    """

    async def get_shield(self, identifier: str, /) -> ShieldDef | None:
        """The shield of that name, None without one."""


@runtime_checkable
class Safety(Protocol):
    """Runs shields. The routing table sets ``shield_store``."""

    shield_store: ShieldStore

    @webmethod(route="/safety/run_shield")
    async def run_shield(
        self,
        shield_type: str,
        messages: list[Message],
        params: dict[str, Any] | None = None,
    ) -> RunShieldResponse:
        """The verdict on ``messages`` of the shield whose identifier is ``shield_type``."""
