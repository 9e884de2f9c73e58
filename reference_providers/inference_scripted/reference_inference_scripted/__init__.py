"""A second inference provider to copy from: answers by script, tool calls included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_inference_scripted.config import ScriptedInferenceConfig

if TYPE_CHECKING:
    from reference_inference_scripted.inference import ScriptedInference


async def get_provider_impl(config: ScriptedInferenceConfig, deps: Mapping[Api, Any]) -> ScriptedInference:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: a real engine may need heavy packages.
    from reference_inference_scripted.inference import ScriptedInference  # noqa: PLC0415

    impl = ScriptedInference(config)
    await impl.initialize()
    return impl
