"""Changes that were planted in a copy of a snapshot, each told, and nothing beside."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.contracts.opening import open_snapshot
from provider_conformance.contracts.snapshots import Release, available, load
from provider_conformance.releases.changes import compare
from provider_conformance.releases.changes.wording import line

NEWEST = Release("ogx", "1.5.0")
Plant = Callable[[dict[str, Any]], None]


def contract_of(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["contract"]
    return found


def method_gone(data: dict[str, Any]) -> None:
    del contract_of(data)["apis"]["files"]["public"]["methods"]["openai_delete_file"]
    del contract_of(data)["apis"]["files"]["calls"]["openai_delete_file"]


def method_optional(data: dict[str, Any]) -> None:
    contract_of(data)["apis"]["files"]["public"]["methods"]["openai_delete_file"]["optional"] = True


def method_not_async(data: dict[str, Any]) -> None:
    contract_of(data)["apis"]["files"]["public"]["methods"]["openai_delete_file"]["result"] = "plain"


def registry_method_renamed(data: dict[str, Any]) -> None:
    methods = contract_of(data)["apis"]["vector_io"]["private"]["methods"]
    found = methods.pop("register_vector_store")
    methods["register_index"] = {**found, "name": "register_index", "signature": ["index"]}
    calls = contract_of(data)["apis"]["vector_io"]["calls"]
    calls.pop("register_vector_store", None)


def spec_field(data: dict[str, Any]) -> None:
    contract_of(data)["spec_fields"]["RemoteProviderSpec"].append("region")


def factory_argument(data: dict[str, Any]) -> None:
    contract_of(data)["factories"]["remote"]["optional"] = []


def member(data: dict[str, Any]) -> None:
    contract_of(data)["apis"]["inference"]["injected"] = []


def api_gone(data: dict[str, Any]) -> None:
    del contract_of(data)["apis"]["container_runtime"]


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (method_gone, ["gone: `openai_delete_file(request: DeleteFileRequest) -> OpenAIFileDeleteResponse`"]),
        (method_optional, ["optional now (was required)"]),
        (method_not_async, ["a call gives the result itself now (was something to await)"]),
        (
            registry_method_renamed,
            ["was called `register_vector_store`", "`vector_store` is called `index` now"],
        ),
        (spec_field, ["new field `region`"]),
        (factory_argument, ["is not given `policy` any more"]),
        (member, ["the stack does not set `model_store` on a provider any more"]),
        (api_gone, ["gone (was served by providers)"]),
    ],
)
def test_it_is_told_and_nothing_else(plant: Plant, told: list[str], tmp_path: Path) -> None:
    data = copy.deepcopy(dict(load(NEWEST).data))
    data["release"] = "1.6.0"
    plant(data)
    file = tmp_path / "ogx-1.6.0.json"
    file.write_text(json.dumps(data))
    found = compare(load(NEWEST), open_snapshot(str(file)), map(load, available()))
    assert [line(change) for change in found.changes] == told
    assert str(found.new) == "ogx 1.6.0"
