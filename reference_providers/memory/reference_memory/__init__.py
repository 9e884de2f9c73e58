"""A memory provider to copy from: keyword banks in SQLite with full-text search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_memory.config import ReferenceMemoryConfig

if TYPE_CHECKING:
    from reference_memory.memory import ReferenceMemory


async def get_provider_impl(config: ReferenceMemoryConfig, deps: Mapping[Api, Any]) -> ReferenceMemory:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: a real store may need heavy packages.
    from reference_memory.memory import ReferenceMemory  # noqa: PLC0415

    impl = ReferenceMemory(config)
    await impl.initialize()
    return impl
