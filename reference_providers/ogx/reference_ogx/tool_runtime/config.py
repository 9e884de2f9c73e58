"""The configuration of the tool provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReferenceOgxToolRuntimeConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    max_characters: int = Field(default=10_000, gt=0, description="How long a text for a tool may be")

    @classmethod
    def sample_run_config(cls, __distro_dir__: str = "", **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it.

        The stack gives ``__distro_dir__`` to put files into: there are none here.
        """
        return {"max_characters": 10_000, **kwargs}
