"""A second memory provider to copy from: keyword and key-value banks in plain memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_memory_volatile.config import VolatileMemoryConfig

if TYPE_CHECKING:
    from reference_memory_volatile.memory import VolatileMemory


async def get_provider_impl(config: VolatileMemoryConfig, deps: Mapping[Api, Any]) -> VolatileMemory:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: a real store may need heavy packages.
    from reference_memory_volatile.memory import VolatileMemory  # noqa: PLC0415

    impl = VolatileMemory(config)
    await impl.initialize()
    return impl
