"""The one way to a host, by the name that a user gives its stack."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from provider_conformance.contracts.load import BUILTIN, INSTALLED
from provider_conformance.errors import StackNotInstalledError, UsageError
from provider_conformance.hosts.model import Host

if TYPE_CHECKING:
    from provider_conformance.hosts.trial import TryingHost


def load_host(stack: str = BUILTIN) -> Host:
    """A host for a stack.

    Args:
        stack: "builtin", "installed" for the one stack that is installed, or its family by name:
            "llama-stack" or "ogx".

    Raises:
        UsageError: If the name is none of these.
        StackNotInstalledError: If the stack is not installed.
        AmbiguousStackError: If "installed" was asked for and several stacks are.
        ContractError: If the stack is installed but cannot be driven.
    """
    if stack == BUILTIN:
        from provider_conformance.hosts.builtin import BuiltinHost  # noqa: PLC0415

        return BuiltinHost()
    from provider_conformance.contracts.probe import FAMILIES  # noqa: PLC0415
    from provider_conformance.hosts.installed import installed_host  # noqa: PLC0415

    if stack not in (INSTALLED, *FAMILIES):
        raise UsageError(
            f"there is no stack {stack!r}: choose one of {BUILTIN}, {INSTALLED}, {', '.join(FAMILIES)}"
        )
    return installed_host(None if stack == INSTALLED else stack)


@cache
def trying_host(stack: str, release: str) -> TryingHost:
    """The host in which providers are tried, made once.

    Args:
        stack: "builtin", or the family of an installed stack.
        release: The release of an installed stack that it has to be.

    Raises:
        StackNotInstalledError: If the stack is not installed in that release.
        ContractError: If the stack is installed but cannot be driven.
    """
    if stack == BUILTIN:
        from provider_conformance.hosts.builtin import BuiltinHost  # noqa: PLC0415

        return BuiltinHost()
    from provider_conformance.contracts.probe import FAMILIES, version_of  # noqa: PLC0415
    from provider_conformance.hosts.installed import installed_host  # noqa: PLC0415

    there = version_of(FAMILIES[stack].distribution)
    if there != release:
        raise StackNotInstalledError(f"{stack} {release} is not installed here{there and f', {there} is'}")
    return installed_host(stack)
