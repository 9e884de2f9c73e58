"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> InlineProviderSpec:
    """The spec of the provider."""
    return InlineProviderSpec(
        api=Api.memory,
        provider_type="volatile",
        module="reference_memory_volatile",
        config_class="reference_memory_volatile.config.VolatileMemoryConfig",
        pip_packages=[],
        api_dependencies=[],
    )
