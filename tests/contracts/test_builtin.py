"""The contract of the built-in stack."""

import inspect

import pytest

from provider_conformance._version import __version__
from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.contracts.model import ApiContract, Role
from provider_conformance.protocols.model import Calls, ResultKind
from provider_conformance.stack.specs import Api, InlineProviderSpec

ROUTED = {"inference": "models", "safety": "shields", "memory": "memory_banks"}


def of(api: str) -> ApiContract:
    return builtin_contract().apis[api]


def test_it_is_made_once() -> None:
    assert builtin_contract() is builtin_contract()


def test_its_release_is_that_of_the_distribution() -> None:
    assert builtin_contract().title == f"builtin {__version__}"


def test_it_covers_every_api() -> None:
    assert list(builtin_contract().apis) == [api.value for api in Api]


@pytest.mark.parametrize(("api", "table"), ROUTED.items())
def test_a_routed_api_names_its_routing_table(api: str, table: str) -> None:
    assert (of(api).role, of(api).routed_by, of(table).role) == (Role.ROUTED, table, Role.ROUTING_TABLE)


@pytest.mark.parametrize("api", ["agents", "telemetry", "inspect"])
def test_other_apis_are_plain(api: str) -> None:
    assert (of(api).role, of(api).routed_by, of(api).private) == (Role.PLAIN, None, None)


@pytest.mark.parametrize(
    ("api", "name", "methods"),
    [
        ("inference", "ModelsProtocolPrivate", ["list_models", "register_model"]),
        ("safety", "ShieldsProtocolPrivate", ["list_shields", "register_shield"]),
        ("memory", "MemoryBanksProtocolPrivate", ["list_memory_banks", "register_memory_bank"]),
    ],
)
def test_a_routed_api_has_its_private_protocol(api: str, name: str, methods: list[str]) -> None:
    private = of(api).private
    assert private is not None
    assert (private.name, list(private.methods)) == (name, methods)


def test_it_counts_28_public_methods() -> None:
    assert sum(len(api.public.methods) for api in builtin_contract().apis.values() if api.public) == 28


def test_no_method_is_optional() -> None:
    protocols = [p for api in builtin_contract().apis.values() for p in (api.public, api.private) if p]
    assert [m.name for p in protocols for m in p.methods.values() if m.optional] == []


@pytest.mark.parametrize(
    ("api", "method"),
    [("inference", "completion"), ("inference", "chat_completion"), ("agents", "create_agent_turn")],
)
def test_what_streams_on_demand_may_return_either_kind(api: str, method: str) -> None:
    public = of(api).public
    assert public is not None
    assert public.methods[method].result is ResultKind.ANY


@pytest.mark.parametrize(
    ("api", "store"),
    [("inference", "model_store"), ("safety", "shield_store"), ("memory", "memory_bank_store")],
)
def test_stores_are_injected(api: str, store: str) -> None:
    assert of(api).injected == (store,)


@pytest.mark.parametrize(
    ("api", "method", "how"),
    [
        ("inference", "chat_completion", Calls.KEYWORD),
        ("inference", "embeddings", Calls.KEYWORD),
        ("inference", "register_model", Calls.POSITIONAL),
        ("safety", "run_shield", Calls.KEYWORD),
        ("safety", "register_shield", Calls.POSITIONAL),
        ("memory", "insert_documents", Calls.BOTH),
        ("memory", "query_documents", Calls.BOTH),
        ("memory", "register_memory_bank", Calls.POSITIONAL),
        ("telemetry", "log_event", Calls.KEYWORD),
    ],
)
def test_methods_are_called_as_the_stack_calls_them(api: str, method: str, how: Calls) -> None:
    assert of(api).how_called(method) is how


@pytest.mark.parametrize("api", ["inference", "safety", "memory", "agents", "telemetry"])
def test_shutdown_is_called_although_no_protocol_declares_it(api: str) -> None:
    assert of(api).calls["shutdown"]


@pytest.mark.parametrize("api", ROUTED)
def test_every_recorded_call_binds_to_the_protocol(api: str) -> None:
    contract = of(api)
    assert contract.public is not None
    assert contract.private is not None
    for protocol in (contract.public, contract.private):
        for name in protocol.methods:
            signature = inspect.signature(getattr(protocol.live, name))
            for call in contract.calls[name]:
                signature.bind(None, *range(call.positional), **dict.fromkeys(call.keywords))


def test_providers_of_routing_tables_and_inspect_are_not_providable() -> None:
    closed = {name for name, api in builtin_contract().apis.items() if not api.providable}
    assert closed == {"models", "shields", "memory_banks", "inspect"}


def test_factories_are_those_of_the_three_kinds_of_specs() -> None:
    functions = {kind: factory.function for kind, factory in builtin_contract().factories.items()}
    assert functions == {
        "inline": "get_provider_impl",
        "remote": "get_adapter_impl",
        "passthrough": "get_client_impl",
    }


def test_spec_fields_are_those_of_the_spec_classes() -> None:
    assert builtin_contract().spec_fields["InlineProviderSpec"] == tuple(InlineProviderSpec.model_fields)
