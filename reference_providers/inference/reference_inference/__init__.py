"""An inference provider to copy from: small embedded text generators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_inference.config import ReferenceInferenceConfig

if TYPE_CHECKING:
    from reference_inference.inference import ReferenceInference


async def get_provider_impl(config: ReferenceInferenceConfig, deps: Mapping[Api, Any]) -> ReferenceInference:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: an engine may need heavy packages.
    from reference_inference.inference import ReferenceInference  # noqa: PLC0415

    impl = ReferenceInference(config)
    await impl.initialize()
    return impl
