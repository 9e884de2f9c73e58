"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.memory_banks import MemoryBankDef


class VolatileMemoryConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    banks: list[MemoryBankDef] = Field(
        default_factory=list, description="The keyword and key-value banks that are kept from the start"
    )
    max_chunks: int = Field(default=10, gt=0, description="How many documents a query gets unless it says")

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        return {"banks": [{"identifier": "scratch", "type": "keyvalue"}], "max_chunks": 10, **kwargs}
