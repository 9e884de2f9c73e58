"""The configuration of the files provider."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReferenceOgxFilesConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    storage_dir: Path = Field(description="The folder that files are kept in; it is made if it is not there")

    @classmethod
    def sample_run_config(cls, __distro_dir__: str = "", **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it.

        The stack gives ``__distro_dir__`` to put files into.
        """
        return {"storage_dir": f"{__distro_dir__ or '.'}/reference-files", **kwargs}
