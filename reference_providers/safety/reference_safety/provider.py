"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.safety,
        provider_type="reference",
        module="reference_safety",
        config_class="reference_safety.config.ReferenceSafetyConfig",
        pip_packages=[],
        api_dependencies=[],
    )
