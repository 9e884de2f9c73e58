"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.telemetry,
        provider_type="reference",
        module="reference_telemetry",
        config_class="reference_telemetry.config.ReferenceTelemetryConfig",
        pip_packages=[],
        api_dependencies=[],
    )
