"""The models API: which models are served, and by which provider."""

from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.webmethod import webmethod


class ModelDef(BaseModel):
    """A model that a provider serves."""

    identifier: str = Field(description="The name by which callers ask for the model")
    llama_model: str = Field(description="The core model behind it")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Whatever else is known about it")


class ModelDefWithProvider(ModelDef):
    """A model, and the id of the provider that serves it."""

    provider_id: str = Field(description="The id of the provider that serves the model")


@runtime_checkable
class Models(Protocol):
    """Lists, finds and registers models."""

    @webmethod(route="/models/list", method="GET")
    async def list_models(self) -> list[ModelDefWithProvider]:
        """All models that can be asked for."""

    @webmethod(route="/models/get", method="GET")
    async def get_model(self, identifier: str) -> ModelDefWithProvider | None:
        """The model of that name, None without one."""

    @webmethod(route="/models/register", method="POST")
    async def register_model(self, model: ModelDefWithProvider) -> None:
        """Have the named provider serve ``model`` too."""
