"""A telemetry provider to copy from: events and traces in SQLite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_telemetry.config import ReferenceTelemetryConfig

if TYPE_CHECKING:
    from reference_telemetry.telemetry import ReferenceTelemetry


async def get_provider_impl(config: ReferenceTelemetryConfig, deps: Mapping[Api, Any]) -> ReferenceTelemetry:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: none here.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: an exporter may need heavy packages.
    from reference_telemetry.telemetry import ReferenceTelemetry  # noqa: PLC0415

    impl = ReferenceTelemetry(config)
    await impl.initialize()
    return impl
