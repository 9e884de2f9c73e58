"""The private registry protocols: what a routing table calls on the providers behind it."""

from typing import Protocol

from provider_conformance.stack.apis.memory_banks import MemoryBankDef
from provider_conformance.stack.apis.models import ModelDef
from provider_conformance.stack.apis.shields import ShieldDef


class ModelsProtocolPrivate(Protocol):
    """What an inference provider promises to the models' routing table."""

    async def list_models(self) -> list[ModelDef]:
        """The models that the provider serves right now."""

    async def register_model(self, model: ModelDef) -> None:
        """Serve ``model`` from now on, or raise ``ValueError`` where that is not possible."""


class ShieldsProtocolPrivate(Protocol):
    """What a safety provider promises to the shields' routing table."""

    async def list_shields(self) -> list[ShieldDef]:
        """The shields that the provider can run right now."""

    async def register_shield(self, shield: ShieldDef) -> None:
        """Run ``shield`` from now on, or raise ``ValueError`` where that is not possible."""


class MemoryBanksProtocolPrivate(Protocol):
    """What a memory provider promises to the memory banks' routing table."""

    async def list_memory_banks(self) -> list[MemoryBankDef]:
        """The banks that the provider keeps right now."""

    async def register_memory_bank(self, memory_bank: MemoryBankDef) -> None:
        """Keep ``memory_bank`` from now on, or raise ``ValueError`` where that is not possible."""
