"""The tool provider: a few tools that need nothing but their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogx_api import Api

from reference_ogx.tool_runtime.config import ReferenceOgxToolRuntimeConfig

if TYPE_CHECKING:
    from reference_ogx.tool_runtime.tool_runtime import ReferenceOgxToolRuntime


async def get_provider_impl(
    config: ReferenceOgxToolRuntimeConfig, deps: Mapping[Api, Any]
) -> ReferenceOgxToolRuntime:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: Nothing: no other API is needed.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that loading the module stays cheap.
    from reference_ogx.tool_runtime.tool_runtime import ReferenceOgxToolRuntime  # noqa: PLC0415

    impl = ReferenceOgxToolRuntime(config)
    await impl.initialize()
    return impl
