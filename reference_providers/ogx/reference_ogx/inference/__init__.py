"""The inference provider: chats and completions by script, embeddings by hashing words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ogx_api import Api

from reference_ogx.inference.config import ReferenceOgxInferenceConfig

if TYPE_CHECKING:
    from reference_ogx.inference.inference import ReferenceOgxInference


async def get_provider_impl(
    config: ReferenceOgxInferenceConfig, deps: Mapping[Api, Any]
) -> ReferenceOgxInference:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that loading the module stays cheap: an engine may need heavy packages.
    from reference_ogx.inference.inference import ReferenceOgxInference  # noqa: PLC0415

    # What a protocol answers with NotImplementedError by itself is optional; mypy takes it for abstract.
    impl = ReferenceOgxInference(config)  # type: ignore[abstract]
    await impl.initialize()
    return impl
