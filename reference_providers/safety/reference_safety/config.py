"""The configuration of the provider."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.shields import ShieldDef


def _default_shields() -> list[ShieldDef]:
    return [
        ShieldDef(identifier="reference-prompt-guard", type="prompt_guard"),
        ShieldDef(identifier="reference-code-scanner", type="code_scanner"),
    ]


class ReferenceSafetyConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    shields: list[ShieldDef] = Field(
        default_factory=_default_shields, description="The shields that are run from the start"
    )

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration that works as it stands, for a run config; ``kwargs`` override it."""
        shields = [shield.model_dump() for shield in _default_shields()]
        return {"shields": shields, **kwargs}
