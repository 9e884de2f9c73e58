"""The one way to a contract, by the name that a user gives its stack."""

from __future__ import annotations

from typing import Final

from provider_conformance.contracts.model import Contract
from provider_conformance.errors import UsageError

BUILTIN: Final = "builtin"
INSTALLED: Final = "installed"

_FAMILIES: Final = {
    "provider_conformance": BUILTIN,
    "llama_stack": "llama-stack",
    "llama_stack_api": "llama-stack",
    "ogx": "ogx",
    "ogx_api": "ogx",
}


def load_contract(stack: str = BUILTIN) -> Contract:
    """What a stack demands of its providers.

    Args:
        stack: "builtin", "installed" for the one stack that is installed, or its family by name:
            "llama-stack" or "ogx".

    Returns:
        The contract; loading it again gives the same object.

    Raises:
        UsageError: If the name is none of these.
        StackNotInstalledError: If the stack is not installed.
        AmbiguousStackError: If "installed" was asked for and several stacks are.
        ContractError: If the stack is installed but its contract cannot be read off.
    """
    if stack == BUILTIN:
        from provider_conformance.contracts.builtin import builtin_contract  # noqa: PLC0415

        return builtin_contract()
    from provider_conformance.contracts.installed import installed_contract  # noqa: PLC0415
    from provider_conformance.contracts.probe import FAMILIES  # noqa: PLC0415

    if stack == INSTALLED:
        return installed_contract()
    if stack not in FAMILIES:
        accepted = ", ".join((BUILTIN, INSTALLED, *FAMILIES))
        raise UsageError(f"there is no stack {stack!r}: choose one of {accepted}")
    return installed_contract(stack)


def family_of(subject: object) -> str:
    """The stack whose classes a spec is made of: "builtin", "llama-stack", "ogx", or "" for none.

    Args:
        subject: A spec, or its class.
    """
    cls = subject if isinstance(subject, type) else type(subject)
    for base in type.__dict__["__mro__"].__get__(cls):
        family = _FAMILIES.get(str(base.__module__).partition(".")[0])
        if family:
            return family
    return ""
