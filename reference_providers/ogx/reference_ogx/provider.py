"""What the stack is told about the providers before anything is built."""

from ogx_api import Api, InlineProviderSpec


def get_provider_spec() -> list[InlineProviderSpec]:
    """The specs of all four providers.

    Where a module lists several specs, ogx 1.5.0 picks one by its type and never looks at its API:
    types have to differ, although the APIs do.
    """
    return [
        InlineProviderSpec(
            api=Api.inference,
            provider_type="inline::reference-inference",
            module="reference_ogx.inference",
            config_class="reference_ogx.inference.config.ReferenceOgxInferenceConfig",
            pip_packages=[],
            api_dependencies=[],
        ),
        InlineProviderSpec(
            api=Api.vector_io,
            provider_type="inline::reference-vector-io",
            module="reference_ogx.vector_io",
            config_class="reference_ogx.vector_io.config.ReferenceOgxVectorIOConfig",
            pip_packages=[],
            api_dependencies=[Api.inference],
            optional_api_dependencies=[Api.files],
        ),
        InlineProviderSpec(
            api=Api.files,
            provider_type="inline::reference-files",
            module="reference_ogx.files",
            config_class="reference_ogx.files.config.ReferenceOgxFilesConfig",
            pip_packages=[],
            api_dependencies=[],
        ),
        InlineProviderSpec(
            api=Api.tool_runtime,
            provider_type="inline::reference-tools",
            module="reference_ogx.tool_runtime",
            config_class="reference_ogx.tool_runtime.config.ReferenceOgxToolRuntimeConfig",
            pip_packages=[],
            api_dependencies=[],
            toolgroup_id="reference::tools",
        ),
    ]
