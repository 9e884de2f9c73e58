"""What every installed stack must yield, whichever release it is; and exact facts of known ones.

Runs where a stack is installed beside the tests, as in the tox environments ``stack-*``.
"""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.contracts.installed import installed_contract, installed_families
from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.model import ApiContract, Contract, Role
from provider_conformance.contracts.probe import FAMILIES

pytestmark = pytest.mark.skipif(len(installed_families()) != 1, reason="needs exactly one installed stack")

FACTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "facts.yaml").read_text(encoding="utf-8"))


@cache
def contract() -> Contract:
    return installed_contract()


def routed() -> list[ApiContract]:
    return [api for api in contract().apis.values() if api.role is Role.ROUTED]


def facts() -> dict[str, Any]:
    if contract().title not in FACTS:
        pytest.skip(f"no facts are written down for {contract().title}")
    found: dict[str, Any] = FACTS[contract().title]
    return found


def test_a_second_reading_gives_the_same_contract() -> None:
    (family,) = installed_families()
    assert load_contract("installed") is load_contract(family) is contract()


def test_every_providable_api_but_unfinished_ones_has_a_public_protocol() -> None:
    bare = {api.name for api in contract().apis.values() if api.providable and api.public is None}
    assert bare <= {"container_runtime", "containers", "skills"}


def test_every_protocol_has_methods() -> None:
    protocols = [p for api in contract().apis.values() for p in (api.public, api.private) if p is not None]
    assert [protocol.name for protocol in protocols if not protocol.methods] == []


def test_every_routed_api_has_a_routing_table_among_the_apis() -> None:
    assert {contract().apis[str(api.routed_by)].role for api in routed()} == {Role.ROUTING_TABLE}


def test_every_routed_api_that_is_registered_with_has_a_private_protocol_that_says_so() -> None:
    for api in routed():
        registers = {name for name in api.calls if name.startswith("register_")}
        assert registers
        assert api.private is not None
        assert registers <= set(api.private.methods), api.name


def test_registry_methods_are_called_with_one_positional_argument() -> None:
    calls = [
        call
        for api in routed()
        for name, found in api.calls.items()
        if name.startswith(("register_", "unregister_"))
        for call in found
    ]
    assert {(call.positional, call.keywords, call.spread) for call in calls} == {(1, (), False)}


def test_no_two_routed_apis_share_a_registry_method() -> None:
    names = [name for api in routed() for name in api.calls if name.startswith("register_")]
    assert len(names) == len(set(names))


def test_every_private_method_of_a_provider_is_called_by_the_stack() -> None:
    uncalled = {
        f"{api.name}.{name}"
        for api in routed()
        if api.private is not None
        for name in api.private.methods
        if name not in api.calls
    }
    assert uncalled == set()


def test_every_routed_api_gets_its_store() -> None:
    assert all(len(api.injected) == 1 and api.injected[0].endswith("_store") for api in routed())


def test_no_call_is_made_on_a_routing_table() -> None:
    assert [
        api.name for api in contract().apis.values() if api.role is Role.ROUTING_TABLE and api.calls
    ] == []


def test_calls_are_placed_in_files_of_the_stack() -> None:
    folder = Path(importlib.util.find_spec(FAMILIES[contract().stack].package).origin).parents[1]  # type: ignore[union-attr,arg-type]
    places = {call.location for api in contract().apis.values() for c in api.calls.values() for call in c}
    assert all(place is not None and (folder / place.path).is_file() for place in places)


def test_each_call_stands_on_the_line_that_it_is_placed_on() -> None:
    folder = Path(importlib.util.find_spec(FAMILIES[contract().stack].package).origin).parents[1]  # type: ignore[union-attr,arg-type]
    for api in routed():
        for name, calls in api.calls.items():
            for call in calls:
                assert call.location is not None
                lines = (folder / call.location.path).read_text(encoding="utf-8").splitlines()
                around = "".join(lines[call.location.line - 1 :][:4])  # type: ignore[operator]
                assert f".{name}(" in around


def test_a_plain_search_of_the_routing_layer_finds_no_call_that_is_missing() -> None:
    package = FAMILIES[contract().stack].package
    folder = Path(importlib.util.find_spec(package).origin).parent  # type: ignore[union-attr,arg-type]
    pattern = re.compile(
        r"(?:\bp|\bprovider|\bprovider_impl|\bimpl|get_provider_impl\([^()]*\))\.([a-z]\w+)\("
    )
    found = {
        name
        for path in folder.glob("*/rout*/*.py")
        if path.name != "__init__.py"
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }
    known = {name for api in routed() for name in api.calls}
    assert len(found) > 5
    assert found <= known


def test_factories_are_known_for_inline_and_remote_specs() -> None:
    functions = {kind: factory.function for kind, factory in contract().factories.items()}
    assert functions["inline"] == "get_provider_impl"
    assert functions["remote"] == "get_adapter_impl"
    assert {factory.parameters for factory in contract().factories.values()} == {("config", "deps")}


def test_the_loader_attaches_id_spec_and_config() -> None:
    assert {"__provider_id__", "__provider_spec__", "__provider_config__"} <= set(contract().attributes)


def test_specs_have_an_api_and_a_type() -> None:
    for name in ("ProviderSpec", "InlineProviderSpec", "RemoteProviderSpec"):
        assert {"api", "provider_type"} <= set(contract().spec_fields[name])


def test_fact_number_of_apis() -> None:
    assert len(contract().apis) == facts()["apis"]


def test_fact_routing_pairs() -> None:
    assert {api.name: api.routed_by for api in routed()} == facts()["routed"]


def test_fact_apis_that_providers_may_serve() -> None:
    assert {api.name for api in contract().apis.values() if api.providable} == set(facts()["providable"])


def test_fact_number_of_public_methods() -> None:
    public = {api.name: len(api.public.methods) for api in contract().apis.values() if api.public is not None}
    assert public == facts()["public"]


def test_fact_private_methods() -> None:
    private = {
        api.name: sorted(api.private.methods) for api in contract().apis.values() if api.private is not None
    }
    assert private == facts()["private"]


def test_fact_calls_that_no_protocol_declares() -> None:
    assert {api.name: undeclared(api) for api in routed()} == facts()["undeclared"]


def test_fact_optional_parameters_of_factories() -> None:
    optional = {kind: list(factory.optional) for kind, factory in contract().factories.items()}
    assert optional == facts()["factories"]


def test_fact_whether_a_cycle_ends_the_start() -> None:
    assert contract().refuses_cycles == facts().get("refuses_cycles", False)


def undeclared(api: ApiContract) -> list[str]:
    """Called methods that no protocol declares; in brackets where a provider may lack them."""
    declared = {name for protocol in (api.public, api.private) if protocol for name in protocol.methods}
    return sorted(
        f"({name})" if all(call.guarded for call in calls) else name
        for name, calls in api.calls.items()
        if name not in declared
    )
