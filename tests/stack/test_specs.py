"""Provider specs, and the tables that say which protocol belongs to which API."""

import pytest
from pydantic import ValidationError

from provider_conformance.stack import specs
from provider_conformance.stack.specs import (
    AdapterSpec,
    Api,
    AutoRoutedProviderSpec,
    InlineProviderSpec,
    RemoteProviderConfig,
    RoutingTableProviderSpec,
    remote_provider_spec,
)

ADAPTER = AdapterSpec(
    adapter_type="tgi",
    module="my_tgi",
    pip_packages=["httpx"],
    config_class="my_tgi.Config",
    provider_data_validator="my_tgi.Data",
)


def test_a_remote_spec_is_named_after_its_adapter() -> None:
    assert remote_provider_spec(Api.inference, ADAPTER).provider_type == "remote::tgi"


def test_a_remote_spec_takes_what_its_adapter_says() -> None:
    spec = remote_provider_spec(Api.inference, ADAPTER)
    assert (spec.module, spec.config_class, spec.pip_packages, spec.provider_data_validator) == (
        "my_tgi",
        "my_tgi.Config",
        ["httpx"],
        "my_tgi.Data",
    )


def test_an_adapter_without_a_config_class_is_configured_by_host_and_port() -> None:
    spec = remote_provider_spec(Api.memory, AdapterSpec(adapter_type="x", module="x"))
    assert spec.config_class == "provider_conformance.stack.specs.RemoteProviderConfig"


def test_without_an_adapter_a_remote_is_passed_through() -> None:
    spec = remote_provider_spec(Api.safety)
    assert specs.is_passthrough(spec)
    assert (spec.provider_type, spec.adapter, spec.pip_packages) == ("remote", None, [])


def test_with_an_adapter_a_remote_is_not_passed_through() -> None:
    assert not specs.is_passthrough(remote_provider_spec(Api.safety, ADAPTER))


def test_an_inline_provider_is_not_passed_through() -> None:
    spec = InlineProviderSpec(api=Api.agents, provider_type="mine", module="m", config_class="m.C")
    assert not specs.is_passthrough(spec)


def test_a_spec_never_changes() -> None:
    spec = remote_provider_spec(Api.inference)
    with pytest.raises(ValidationError, match="frozen"):
        spec.provider_type = "other"


def test_dependencies_are_given_by_value_in_data() -> None:
    spec = InlineProviderSpec.model_validate(
        {
            "api": "agents",
            "provider_type": "mine",
            "module": "m",
            "config_class": "m.C",
            "api_dependencies": ["inference"],
            "optional_api_dependencies": ["telemetry"],
        }
    )
    assert (spec.api_dependencies, spec.optional_api_dependencies) == ([Api.inference], [Api.telemetry])


def test_an_unknown_api_is_refused() -> None:
    with pytest.raises(ValidationError, match="api"):
        InlineProviderSpec.model_validate(
            {"api": "eval", "provider_type": "mine", "module": "m", "config_class": "m.C"}
        )


def test_routers_and_routing_tables_need_no_configuration() -> None:
    router = AutoRoutedProviderSpec(api=Api.safety, module="r", routing_table_api=Api.shields)
    table = RoutingTableProviderSpec(api=Api.shields, module="r", router_api=Api.safety)
    assert (router.config_class, table.config_class) == ("", "")


def test_a_remote_address_has_no_trailing_slash() -> None:
    assert RemoteProviderConfig(port=5000).url == "http://localhost:5000"


def test_every_api_has_a_public_protocol() -> None:
    assert set(specs.api_protocol_map()) == set(Api)


def test_a_protocol_is_named_after_its_api() -> None:
    expected = {api: api.value.title().replace("_", "") for api in Api}
    assert {api: protocol.__name__ for api, protocol in specs.api_protocol_map().items()} == expected


def test_routed_apis_are_those_with_a_private_protocol() -> None:
    routed = {info.router_api for info in specs.builtin_automatically_routed_apis()}
    assert routed == set(specs.additional_protocols_map())


def test_each_private_protocol_belongs_to_the_routing_table_of_its_api() -> None:
    private = specs.additional_protocols_map()
    public = specs.api_protocol_map()
    names = {
        private[i.router_api].__name__: f"{public[i.routing_table_api].__name__}ProtocolPrivate"
        for i in specs.builtin_automatically_routed_apis()
    }
    assert all(given == expected for given, expected in names.items())


def test_routing_tables_and_inspect_cannot_be_provided() -> None:
    assert set(Api) - set(specs.providable_apis()) == {
        Api.models,
        Api.shields,
        Api.memory_banks,
        Api.inspect,
    }
