"""The configuration of the adapter."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from provider_conformance.stack.apis.models import ModelDef


class OpenAICompatibleConfig(BaseModel):
    """What can be set in the run config; a misspelt key is an error rather than silence."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        default="http://localhost:8000/v1",
        pattern=r"^https?://",
        description="The endpoint's base URL: what `/chat/completions` follows",
    )
    api_key: SecretStr | None = Field(default=None, description="Sent as a bearer token; not needed by all")
    timeout: float = Field(default=60.0, gt=0, description="How many seconds the next piece may take")
    models: list[ModelDef] = Field(
        default_factory=list,
        description="The models that are served from the start; `llama_model` is the endpoint's own name",
    )
    discover: bool = Field(
        default=False,
        description="Whether all models that the endpoint lists are served, and no others are registered",
    )

    @classmethod
    def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
        """A configuration for a server on this machine, for a run config; ``kwargs`` override it."""
        models = [{"identifier": "local", "llama_model": "my-model"}]
        return {"url": "http://localhost:8000/v1", "models": models, **kwargs}
