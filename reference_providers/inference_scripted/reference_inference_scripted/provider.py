"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.inference,
        provider_type="scripted",
        module="reference_inference_scripted",
        config_class="reference_inference_scripted.config.ScriptedInferenceConfig",
        pip_packages=[],
        api_dependencies=[],
    )
