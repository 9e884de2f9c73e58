"""The configuration of the vector store provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReferenceOgxVectorIOConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    max_chunks: int = Field(default=3, gt=0, description="How many chunks a query gets unless it says")

    @classmethod
    def sample_run_config(cls, __distro_dir__: str = "", **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it.

        The stack gives ``__distro_dir__`` to put files into: there are none here.
        """
        return {"max_chunks": 3, **kwargs}
