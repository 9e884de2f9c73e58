"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.agents,
        provider_type="reference",
        module="reference_agents",
        config_class="reference_agents.config.ReferenceAgentsConfig",
        pip_packages=[],
        api_dependencies=[Api.inference, Api.safety, Api.memory],
        optional_api_dependencies=[Api.telemetry],
    )
