"""How the way to make a provider is read off a resolver."""

from __future__ import annotations

from textwrap import dedent

from provider_conformance.contracts.loader import read_loader
from provider_conformance.contracts.model import Factory

RESOLVER = """
async def instantiate(provider, deps, policy):
    if isinstance(provider.spec, RemoteProviderSpec):
        method = "get_adapter_impl"
        args = [config, deps]
        if "policy" in inspect.signature(getattr(module, method)).parameters:
            args.append(policy)
    elif isinstance(provider.spec, RoutingTableProviderSpec):
        method = "get_routing_table_impl"
        args = [api, inner, deps]
    else:
        method = "get_provider_impl"
        args = [config, deps]
        if "policy" in inspect.signature(getattr(module, method)).parameters:
            args.append(policy)
        if "route_policy" in inspect.signature(getattr(module, method)).parameters:
            args.append(route_policy)
    impl = await getattr(module, method)(*args)
    impl.__provider_id__ = 1
    impl.__provider_spec__ = 2
    impl.extra = 3
    return impl
"""


def test_a_factory_is_read_for_each_kind_of_spec() -> None:
    assert read_loader(RESOLVER).factories == {
        "remote": Factory("get_adapter_impl", ("config", "deps"), ("policy",)),
        "inline": Factory("get_provider_impl", ("config", "deps"), ("policy", "route_policy")),
    }


def test_a_remote_spec_without_an_adapter_is_a_passthrough() -> None:
    chosen = dedent(
        """\
                if provider.spec.adapter:
                    method = "get_adapter_impl"
                else:
                    method = "get_client_impl"
        """
    )
    first = '        method = "get_adapter_impl"\n'
    text = RESOLVER.replace(first, "".join(f"        {line}\n" for line in chosen.splitlines()))
    factories = read_loader(text).factories
    assert factories["remote"].function == "get_adapter_impl"
    assert factories["passthrough"] == Factory("get_client_impl", ("config", "deps"), ("policy",))


def test_a_parameter_that_is_passed_on_a_further_condition_is_optional() -> None:
    asked = '"route_policy" in inspect.signature(getattr(module, method)).parameters'
    factories = read_loader(RESOLVER.replace(asked, f"{asked} and config.server")).factories
    assert factories["inline"].optional == ("policy", "route_policy")


def test_attributes_set_on_the_result_are_read_and_ordinary_ones_are_not() -> None:
    assert read_loader(RESOLVER).attributes == ("__provider_id__", "__provider_spec__")


def test_a_module_without_a_loader_has_no_facts() -> None:
    facts = read_loader("def other():\n    return 1\n")
    assert (facts.factories, facts.attributes) == ({}, ())
