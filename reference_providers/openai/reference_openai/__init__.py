"""An inference adapter to copy from: any OpenAI-compatible endpoint, streaming included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_openai.config import OpenAICompatibleConfig

if TYPE_CHECKING:
    from reference_openai.inference import OpenAICompatibleInference


async def get_adapter_impl(
    config: OpenAICompatibleConfig, deps: Mapping[Api, Any]
) -> OpenAICompatibleInference:
    """Build the adapter; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        An adapter that is ready to be called. The endpoint is not called before it is needed.
    """
    # Imported here so that asking for the spec stays cheap, and needs no httpx.
    from reference_openai.inference import OpenAICompatibleInference  # noqa: PLC0415

    impl = OpenAICompatibleInference(config)
    await impl.initialize()
    return impl
