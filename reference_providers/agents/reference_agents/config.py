"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReferenceAgentsConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    db_path: str | None = Field(
        default=None,
        min_length=1,
        description="The SQLite file of the agents whose sessions are to last; without one there are none",
    )

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        return {"db_path": None, **kwargs}
