"""The shields API: which shields guard conversations, and by which provider."""

from enum import Enum
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, Field

from provider_conformance.stack.apis.webmethod import webmethod


class ShieldType(Enum):
    """The well-known types of shields."""

    generic_content_shield = "generic_content_shield"
    llama_guard = "llama_guard"
    code_scanner = "code_scanner"
    prompt_guard = "prompt_guard"


class ShieldDef(BaseModel):
    """A shield that a provider runs."""

    identifier: str = Field(description="The name by which callers ask for the shield")
    type: str = Field(description="The shield's type, one of the values of ShieldType")
    params: dict[str, Any] = Field(default_factory=dict, description="Parameters that the shield needs")


class ShieldDefWithProvider(ShieldDef):
    """A shield, and the id of the provider that runs it."""

    provider_id: str = Field(description="The id of the provider that runs the shield")


@runtime_checkable
class Shields(Protocol):
    """Lists, finds and registers shields."""

    @webmethod(route="/shields/list", method="GET")
    async def list_shields(self) -> list[ShieldDefWithProvider]:
        """All shields that can be run."""

    @webmethod(route="/shields/get", method="GET")
    async def get_shield(self, shield_type: str) -> ShieldDefWithProvider | None:
        """The shield whose identifier is ``shield_type``, None without one."""

    @webmethod(route="/shields/register", method="POST")
    async def register_shield(self, shield: ShieldDefWithProvider) -> None:
        """Have the named provider run ``shield`` too."""
