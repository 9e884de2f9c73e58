"""The files provider: what is uploaded is kept in a folder, and is still there after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogx_api import Api

from reference_ogx.files.config import ReferenceOgxFilesConfig

if TYPE_CHECKING:
    from reference_ogx.files.files import ReferenceOgxFiles


async def get_provider_impl(config: ReferenceOgxFilesConfig, deps: Mapping[Api, Any]) -> ReferenceOgxFiles:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: Nothing: no other API is needed.

    Returns:
        A provider that is ready to be called.
    """
    from reference_ogx.files.files import ReferenceOgxFiles  # noqa: PLC0415 - loading the module stays cheap

    impl = ReferenceOgxFiles(config)
    await impl.initialize()
    return impl
