"""What the stack is told about the three providers; each needs an API that another one provides."""

from provider_conformance.stack.specs import Api, InlineProviderSpec


def get_provider_spec() -> list[InlineProviderSpec]:
    """The specs: an inference, a memory and a safety provider."""
    return [
        InlineProviderSpec(
            api=Api.inference,
            provider_type="logged",
            module="example_providers.logged_inference",
            config_class="example_providers.logged_inference.LoggedInferenceConfig",
            api_dependencies=[Api.telemetry],
        ),
        InlineProviderSpec(
            api=Api.memory,
            provider_type="vectors",
            module="example_providers.vector_memory",
            config_class="example_providers.vector_memory.VectorMemoryConfig",
            api_dependencies=[Api.inference],
        ),
        InlineProviderSpec(
            api=Api.safety,
            provider_type="watchlist",
            module="example_providers.watchlist_safety",
            config_class="example_providers.watchlist_safety.WatchlistConfig",
            api_dependencies=[Api.memory],
        ),
    ]
