"""What a type checker sees of the public names; read by mypy in the ``typing`` environment, never run."""

from typing import Protocol, assert_type

import provider_conformance
from provider_conformance import Finding, Location, Outcome, Severity, check_protocol, load_contract
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.protocols.model import ProtocolModel


class Greeter(Protocol):
    async def greet(self, name: str) -> str: ...


class Impl:
    async def greet(self, name: str) -> str:
        return name


assert_type(provider_conformance.__version__, str)

assert_type(check_protocol(Impl, Greeter), list[Finding])
assert_type(check_protocol(Impl(), Greeter, calls="positional"), list[Finding])
check_protocol(Impl, Greeter, calls="sideways")  # type: ignore[arg-type]  # no such way to call

contract = load_contract("builtin")
assert_type(contract, Contract)
assert_type(contract.apis["inference"], ApiContract)
assert_type(contract.apis["inference"].public, ProtocolModel | None)


def told(finding: Finding) -> None:
    assert_type(finding.code, str)
    assert_type(finding.severity, Severity)
    assert_type(finding.method, str)
    assert_type(finding.message, str)
    assert_type(finding.location, Location | None)
    assert_type(finding.key, str)
    finding.code = "PC999"  # type: ignore[misc]  # frozen


def outcome_is_text(outcome: Outcome) -> str:
    return outcome
