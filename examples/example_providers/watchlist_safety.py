"""A safety provider that needs memory: what it objects to is kept in a memory bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.media import interleaved_text_media_as_str
from provider_conformance.stack.apis.memory import Memory
from provider_conformance.stack.apis.messages import Message
from provider_conformance.stack.apis.safety import (
    RunShieldResponse,
    Safety,
    SafetyViolation,
    ShieldStore,
    ViolationLevel,
)
from provider_conformance.stack.apis.shields import ShieldDef
from provider_conformance.stack.specs import Api, ShieldsProtocolPrivate


class WatchlistConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    shields: list[ShieldDef] = Field(default_factory=list)

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        return {"shields": [], **kwargs}


async def get_provider_impl(config: WatchlistConfig, deps: Mapping[Api, Any]) -> WatchlistSafety:
    """Build the provider; ``deps`` has memory, which is the stack's router."""
    impl = WatchlistSafety(config, deps[Api.memory])
    await impl.initialize()
    return impl


class WatchlistSafety(Safety, ShieldsProtocolPrivate):
    """Objects to messages that find something in the bank that the shield's params name."""

    shield_store: ShieldStore  # set by the shields' routing table

    def __init__(self, config: WatchlistConfig, memory: Memory) -> None:
        self._config = config
        self._memory = memory
        self._shields: dict[str, ShieldDef] = {}

    async def initialize(self) -> None:
        """Run the shields of the configuration from now on; a second call changes nothing."""
        for shield in self._config.shields:
            await self.register_shield(shield)

    async def shutdown(self) -> None:
        """Let go of the shields; may be called twice."""
        self._shields.clear()

    async def list_shields(self) -> list[ShieldDef]:
        """The shields that can be run, as copies."""
        return [shield.model_copy(deep=True) for shield in self._shields.values()]

    async def register_shield(self, shield: ShieldDef) -> None:
        """Run ``shield`` from now on; registering it again changes nothing.

        Raises:
            ValueError: Its ``params`` name no ``bank_id``.
        """
        if not isinstance(shield.params.get("bank_id"), str):
            raise ValueError(f"shield {shield.identifier!r}: its params need a `bank_id`")
        known_fields = shield.model_dump(include=set(ShieldDef.model_fields))
        self._shields[shield.identifier] = ShieldDef.model_validate(known_fields)

    async def run_shield(
        self,
        shield_type: str,
        messages: list[Message],
        params: dict[str, Any] | None = None,
    ) -> RunShieldResponse:
        """The verdict on ``messages`` of the shield whose identifier is ``shield_type``.

        Raises:
            ValueError: There is no such shield.
        """
        if shield_type not in self._shields:
            raise ValueError(f"shield {shield_type!r} is not run here")
        bank_id = self._shields[shield_type].params["bank_id"]
        for message in messages:
            said = interleaved_text_media_as_str(message.content)
            found = await self._memory.query_documents(bank_id, said, {"max_chunks": 1})
            if found.chunks:
                return RunShieldResponse(violation=_violation(shield_type, found.chunks[0].document_id))
        return RunShieldResponse()


def _violation(shield: str, document: str) -> SafetyViolation:
    return SafetyViolation(
        violation_level=ViolationLevel.ERROR,
        user_message="I am not to talk about this.",
        metadata={"shield": shield, "document": document},
    )
