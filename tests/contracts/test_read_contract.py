"""A contract read off a small stack in the layout of the real ones: ``mini/mini_stack``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_conformance.contracts.installed import read_contract
from provider_conformance.contracts.model import Contract, Factory, Role
from provider_conformance.contracts.probe import Family, open_stack
from provider_conformance.errors import ContractError

MINI = Family("mini", "mini_stack", "mini-stack", "mini-stack-api")


@pytest.fixture(scope="module")
def contract() -> Iterator[Contract]:
    folder = str(Path(__file__).parent / "mini")
    sys.path.insert(0, folder)
    yield read_contract(open_stack(MINI))
    sys.path.remove(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "mini_stack"]:
        del sys.modules[name]


def methods(contract: Contract, api: str) -> set[str]:
    return set(contract.apis[api].calls)


def test_every_api_is_there(contract: Contract) -> None:
    assert set(contract.apis) == {"chat", "bots", "files", "baskets", "shelves", "jobs", "boxes"}


def test_roles_follow_the_routing_pairs(contract: Contract) -> None:
    assert {name: api.role for name, api in contract.apis.items() if api.role is not Role.PLAIN} == {
        "chat": Role.ROUTED,
        "shelves": Role.ROUTED,
        "bots": Role.ROUTING_TABLE,
        "baskets": Role.ROUTING_TABLE,
    }
    assert contract.apis["chat"].routed_by == "bots"


def test_a_table_has_no_providers(contract: Contract) -> None:
    assert [name for name, api in contract.apis.items() if not api.providable] == ["bots", "baskets"]


def test_the_protocol_that_is_checked_is_the_public_one(contract: Contract) -> None:
    public = contract.apis["chat"].public
    assert public is not None
    assert (public.name, set(public.methods)) == ("ChatProvider", {"talk"})


@pytest.mark.parametrize("api", ["baskets", "boxes"])
def test_an_api_bound_to_no_protocol_has_no_public_one(contract: Contract, api: str) -> None:
    assert contract.apis[api].public is None


def test_a_private_protocol_keyed_by_the_table_belongs_to_the_routed_api(contract: Contract) -> None:
    private = contract.apis["chat"].private
    assert private is not None
    assert private.name == "BotsProtocolPrivate"
    assert contract.apis["bots"].private is None


def test_an_unmapped_private_protocol_is_paired_by_what_is_called(contract: Contract) -> None:
    private = contract.apis["shelves"].private
    assert private is not None
    assert private.name == "BasketsProtocolPrivate"


def test_a_private_protocol_that_nobody_calls_is_paired_with_no_api(contract: Contract) -> None:
    assert all(
        api.private is None or api.private.name != "UnusedProtocolPrivate" for api in contract.apis.values()
    )


def test_calls_of_tables_and_routers_are_there(contract: Contract) -> None:
    assert methods(contract, "chat") == {"register_bot", "list_bots", "shutdown", "talk"}
    assert methods(contract, "shelves") == {"register_basket", "put"}


def test_the_server_calls_marked_methods_by_keyword(contract: Contract) -> None:
    calls = contract.apis["files"].calls
    assert [call.spread for call in calls["upload"]] == [True]
    assert "unmarked" not in calls


def test_route_modules_call_instead_of_the_server(contract: Contract) -> None:
    calls = contract.apis["jobs"].calls
    start = calls["start"][0]
    assert (start.positional, start.guarded, start.text) == (1, False, "impl.start(request)")
    assert [(call.positional, call.guarded) for call in calls["pause"]] == [(1, True)]


def test_what_a_provider_of_the_stack_calls_on_another_is_there_too(contract: Contract) -> None:
    calls = contract.apis["jobs"].calls
    assert [(call.keywords, call.by) for call in calls["start"][1:]] == [
        (("request",), "Baker.bake (mini_stack/providers/baker.py:13)")
    ]
    assert calls["start"][1].ignored


def test_of_those_only_calls_of_declared_methods_count(contract: Contract) -> None:
    assert "polish" not in methods(contract, "jobs")


def test_a_routed_api_is_called_by_its_router_alone(contract: Contract) -> None:
    assert {call.caller.partition(".")[0] for call in contract.apis["chat"].calls["talk"]} == {"ChatRouter"}


def test_the_loaders_own_call_is_there(contract: Contract) -> None:
    assert [call.guarded for call in contract.apis["files"].calls["set_siblings"]] == [True]


def test_what_is_called_on_all_impls_is_called_on_those_without_a_protocol_too(contract: Contract) -> None:
    assert methods(contract, "boxes") == {"set_siblings"}


def test_places_are_relative_to_the_stack(contract: Contract) -> None:
    (call,) = contract.apis["shelves"].calls["put"]
    assert call.location is not None
    assert call.location.path == "mini_stack/core/routers/__init__.py"


def test_injected_attributes_are_read_off_the_tables(contract: Contract) -> None:
    assert contract.apis["chat"].injected == ("bot_store",)
    assert contract.apis["shelves"].injected == ("basket_store",)


def test_factories_and_attributes_are_read_off_the_loader(contract: Contract) -> None:
    assert contract.factories == {
        "remote": Factory("get_adapter_impl"),
        "passthrough": Factory("get_client_impl"),
        "inline": Factory("get_provider_impl", optional=("policy",)),
    }
    assert contract.attributes == ("__provider_id__", "__provider_spec__")


def test_the_fields_of_every_spec_are_there(contract: Contract) -> None:
    assert contract.spec_fields == {
        "ProviderSpec": ("api", "provider_type"),
        "InlineProviderSpec": ("api", "provider_type", "module"),
        "RemoteProviderSpec": ("api", "provider_type", "adapter_type"),
    }


def test_a_stack_whose_calls_cannot_be_found_is_refused(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provider_conformance.contracts.installed._ROUTING_PREFIX", "nowhere")
    with pytest.raises(ContractError, match=r"no call of mini .* providers of chat, shelves"):
        read_contract(open_stack(MINI))
