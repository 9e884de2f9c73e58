"""PC559: calls of a stack that its own protocols do not take."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from provider_conformance import load_contract
from provider_conformance.contracts.model import ApiContract, Contract, StackCall
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding
from provider_conformance.package.model import Provider
from provider_conformance.protocols.members import read_protocol
from provider_conformance.rules.stacks.contradictions import call_against_protocol
from provider_conformance.run.engine import judged


class Rows(Protocol):
    async def rows(self, request: Any) -> None: ...


class RowsPrivate(Protocol):
    async def register_table(self, table: str) -> None: ...


UNPACKED = StackCall("rows", 0, ("table",), text="p.rows(table=request.table)", caller="Router.rows")


def found(*calls: StackCall) -> tuple[Finding, ...]:
    api = ApiContract(
        "rows",
        public=read_protocol(Rows),
        private=read_protocol(RowsPrivate),
        calls={call.method: (call,) for call in calls},
    )
    return of(Contract("fake", "1", {"rows": api}))


def of(contract: Contract) -> tuple[Finding, ...]:
    return judged(call_against_protocol, Subject(Provider(contract.stack), contract)).findings


def test_a_call_that_the_protocol_does_not_take_is_quoted() -> None:
    (finding,) = found(UNPACKED)
    assert finding.message.startswith(
        "Router.rows calls `p.rows(table=request.table)`, which its protocol does not take: `rows(request)`"
    )


@pytest.mark.parametrize(
    "call",
    [
        StackCall("rows", 1),
        StackCall("rows", 0, ("request",)),
        StackCall("rows", 0, spread=True),
        StackCall("register_table", 1),
        StackCall("shutdown", 0),
    ],
)
def test_calls_that_it_takes_or_does_not_declare_are_left_alone(call: StackCall) -> None:
    assert found(call) == ()


def test_a_registry_is_called_as_its_protocol_says_too() -> None:
    (finding,) = found(StackCall("register_table", 2))
    assert finding.method == "register_table"


@pytest.mark.parametrize(
    ("stack", "methods"),
    [
        ("builtin", set()),
        ("llama-stack==0.2.12", set()),
        ("llama-stack==0.2.24", {"openai_create_vector_store"}),
        ("llama-stack==0.3.5", {"openai_create_vector_store_file_batch"}),
        ("llama-stack==0.5.4", {"rerank", "iterrows", "append_rows", "get_prompt"}),
        ("llama-stack==0.7.3", {"iterrows", "append_rows"}),
        ("ogx==1.5.0", set()),
    ],
)
def test_what_releases_call_against_their_protocols(stack: str, methods: set[str]) -> None:
    assert {finding.method for finding in of(load_contract(stack))} == methods
