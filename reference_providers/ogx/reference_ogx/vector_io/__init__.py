"""The vector store provider: chunks in plain memory, found by the direction of their vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogx_api import Api

from reference_ogx.vector_io.config import ReferenceOgxVectorIOConfig

if TYPE_CHECKING:
    from reference_ogx.vector_io.vector_io import ReferenceOgxVectorIO


async def get_provider_impl(
    config: ReferenceOgxVectorIOConfig, deps: Mapping[Api, Any]
) -> ReferenceOgxVectorIO:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: Inference, which embeds; files, where the stack has them.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that loading the module stays cheap: a real index may need heavy packages.
    from reference_ogx.vector_io.vector_io import ReferenceOgxVectorIO  # noqa: PLC0415

    impl = ReferenceOgxVectorIO(config, deps[Api.inference], deps.get(Api.files))
    await impl.initialize()
    return impl
