"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.memory,
        provider_type="reference",
        module="reference_memory",
        config_class="reference_memory.config.ReferenceMemoryConfig",
        pip_packages=[],
        api_dependencies=[],
    )
