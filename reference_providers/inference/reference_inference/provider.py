"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.inference,
        provider_type="reference",
        module="reference_inference",
        config_class="reference_inference.config.ReferenceInferenceConfig",
        pip_packages=[],
        api_dependencies=[],
    )
