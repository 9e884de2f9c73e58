"""What recorded calls of a release make of a provider, told by its snapshot: PC203, PC302 and PC310."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from provider_conformance import load_contract
from provider_conformance.contracts.model import ApiContract, Contract, StackCall
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package.model import Implementation, Provider, Spec, SpecKind
from provider_conformance.rules import all_rules
from provider_conformance.run.planning import run


def judged(cls: type, api: str, contract: Contract) -> list[Finding]:
    provider = Provider("mine", (Spec(api, cls.__name__, SpecKind.INLINE, "mine", None),), contract.stack)
    rules = [rule for rule in all_rules() if rule.code.startswith(("PC2", "PC3"))]
    report = run([provider], {"mine": contract}, rules, find=lambda *_: Implementation(cls))
    return [finding for record in report.records for finding in record.result.findings]


class Table:
    async def register_dataset(self, dataset: Any) -> None:
        pass

    async def unregister_dataset(self, dataset_id: str) -> None:
        pass

    async def shutdown(self) -> None:
        pass


class Unpacked(Table):
    async def iterrows(
        self, dataset_id: str, start_index: int | None = None, limit: int | None = None
    ) -> Any:
        return []

    async def append_rows(self, dataset_id: str, rows: list[Any]) -> None:
        pass


class AsOneRequest(Table):
    async def iterrows(self, request: Any) -> Any:
        return []

    async def append_rows(self, params: Any) -> None:
        pass


@pytest.mark.parametrize("release", ["0.5.4", "0.6.1", "0.7.3"])
def test_rows_are_read_as_the_router_reads_them(release: str) -> None:
    contract = load_contract(f"llama-stack=={release}")
    assert {f.severity for f in judged(Unpacked, "datasetio", contract)} == {Severity.WARNING}
    found = judged(AsOneRequest, "datasetio", contract)
    assert [(f.code, f.method, f.severity) for f in found] == [
        ("PC203", "iterrows", Severity.ERROR),
        ("PC203", "append_rows", Severity.ERROR),
    ]
    assert "llama_stack/core/routers/datasets.py:" in found[0].why
    assert "iterrows(dataset_id=request.dataset_id, start_index=request.start_index" in found[0].why


class FilesOfRequest:
    async def openai_upload_file(self, request: Any, file: Any) -> Any:
        return request

    async def openai_list_files(self, request: Any) -> Any:
        return request

    async def openai_retrieve_file(self, request: Any) -> Any:
        return request

    async def openai_delete_file(self, request: Any) -> Any:
        return request

    async def openai_retrieve_file_content(self, request: Any) -> Any:
        return request


class FilesOfParams(FilesOfRequest):
    async def openai_delete_file(self, params: Any) -> Any:
        return params


def test_another_provider_of_the_stack_is_a_caller_too() -> None:
    contract = load_contract("ogx==1.5.0")
    assert [f.code for f in judged(FilesOfRequest, "files", contract)] == []
    (finding,) = judged(FilesOfParams, "files", contract)
    assert (finding.code, finding.method, finding.severity) == (
        "PC203",
        "openai_delete_file",
        Severity.ERROR,
    )
    assert "responses/memory.py:" in finding.why
    assert "files_api.openai_delete_file(request=" in finding.why


class Shield:
    async def run_shield(self, request: Any) -> Any:
        return request

    async def run_moderation(self, request: Any) -> Any:
        return request

    async def shutdown(self) -> None:
        pass


class ShieldsPrivate(Protocol):
    async def register_shield(self, shield: Any) -> None: ...

    async def unregister_shield(self, identifier: str) -> None: ...


class RegistersNothing(Shield, ShieldsPrivate):
    """Whatever is asked for is served: there is nothing to register."""


def test_a_shield_need_not_do_anything_to_be_registered() -> None:
    assert judged(RegistersNothing, "safety", load_contract("llama-stack==0.6.1")) == []


def test_without_the_method_there_is_nothing_to_call() -> None:
    found = judged(Shield, "safety", load_contract("llama-stack==0.6.1"))
    assert [f"{f.code} {f.method}" for f in found] == ["PC301 register_shield", "PC301 unregister_shield"]


PLACE = Location("stack/table.py", 8)


def dropping(**guards: bool) -> Contract:
    call = StackCall("drop", 1, caller="Table.drop", text="p.drop(obj.id)", location=PLACE, **guards)
    return Contract("fake", "1", {"bench": ApiContract("bench", calls={"drop": (call,)})})


class NoDrop:
    pass


class Drop:
    async def drop(self, name: str, *, force: bool = False) -> None:
        pass


class DropsAll:
    async def drop(self) -> None:
        pass


@pytest.mark.parametrize(
    ("cls", "guards", "severity"),
    [
        (NoDrop, {}, Severity.ERROR),
        (DropsAll, {}, Severity.ERROR),
        (NoDrop, {"guarded": True, "caught": True}, Severity.WARNING),
        (DropsAll, {"guarded": True, "caught": True}, Severity.WARNING),
    ],
)
def test_an_undeclared_call_that_fails_is_an_error_unless_it_is_caught(
    cls: type, guards: dict[str, bool], severity: Severity
) -> None:
    (finding,) = judged(cls, "bench", dropping(**guards))
    assert (finding.code, finding.severity) == ("PC310", severity)
    assert "Table.drop (stack/table.py:8): the call `p.drop(obj.id)` raises " in finding.why


@pytest.mark.parametrize(("cls", "guards"), [(Drop, {}), (NoDrop, {"guarded": True})])
def test_a_call_that_is_taken_or_not_made_is_left_alone(cls: type, guards: dict[str, bool]) -> None:
    assert judged(cls, "bench", dropping(**guards)) == []


class Bench(Shield):
    async def run_eval(self, request: Any) -> Any:
        return request

    evaluate_rows = job_status = job_cancel = job_result = run_eval

    async def register_benchmark(self, benchmark: Any) -> None:
        pass


def test_a_client_who_deletes_a_benchmark_needs_the_method() -> None:
    (finding,) = judged(Bench, "eval", load_contract("llama-stack==0.7.3"))
    assert (finding.code, finding.method, finding.severity) == (
        "PC310",
        "unregister_benchmark",
        Severity.ERROR,
    )
