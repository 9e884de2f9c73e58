"""A safety provider to copy from: shields made of regular expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_safety.config import ReferenceSafetyConfig

if TYPE_CHECKING:
    from reference_safety.safety import ReferenceSafety


async def get_provider_impl(config: ReferenceSafetyConfig, deps: Mapping[Api, Any]) -> ReferenceSafety:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: a real shield may need heavy packages.
    from reference_safety.safety import ReferenceSafety  # noqa: PLC0415

    impl = ReferenceSafety(config)
    await impl.initialize()
    return impl
