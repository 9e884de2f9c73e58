"""An agents provider to copy from: sessions, shields, memory and streamed turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provider_conformance.stack.specs import Api
from reference_agents.config import ReferenceAgentsConfig

if TYPE_CHECKING:
    from reference_agents.agents import ReferenceAgents


async def get_provider_impl(config: ReferenceAgentsConfig, deps: Mapping[Api, Any]) -> ReferenceAgents:
    """Build the provider; the stack calls this once for each configured ``provider_id``.

    Args:
        config: The validated configuration.
        deps: The implementations of the APIs that the spec declares as dependencies: inference,
            safety and memory, and telemetry where the stack has it.

    Returns:
        A provider that is ready to be called.
    """
    # Imported here so that asking for the spec stays cheap: an agent may need heavy packages.
    from reference_agents.agents import ReferenceAgents  # noqa: PLC0415

    impl = ReferenceAgents(
        config,
        inference=deps[Api.inference],
        safety=deps[Api.safety],
        memory=deps[Api.memory],
        telemetry=deps.get(Api.telemetry),
    )
    await impl.initialize()
    return impl
