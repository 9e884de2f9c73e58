"""What the stack is told about the provider before anything is built."""

from provider_conformance.stack.specs import AdapterSpec, Api, RemoteProviderSpec, remote_provider_spec


def get_provider_spec() -> RemoteProviderSpec:
    """The spec of the provider; its type is ``remote::openai-compatible``."""
    return remote_provider_spec(
        Api.inference,
        AdapterSpec(
            adapter_type="openai-compatible",
            module="reference_openai",
            config_class="reference_openai.config.OpenAICompatibleConfig",
            pip_packages=["httpx>=0.27"],
        ),
    )
