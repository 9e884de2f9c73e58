"""The one way to a contract, by the name that a user gives its stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from provider_conformance.contracts.model import Contract
from provider_conformance.errors import StackIncompleteError, UsageError

if TYPE_CHECKING:
    from provider_conformance.contracts.snapshots import Release, Snapshot

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
            "llama-stack" or "ogx", or one of its releases: "ogx==1.5.0", of which there must be a
            snapshot, see :func:`snapshots`; it need not be installed.

    Returns:
        The contract; loading it again gives the same object.

    Raises:
        UsageError: If the name is none of these, or there is no snapshot of the release.
        StackNotInstalledError: If the stack is not installed.
        AmbiguousStackError: If "installed" was asked for and several stacks are.
        StackIncompleteError: If the stack imports what is not installed, and there is no snapshot of it.
        ContractError: If the stack is installed but its contract cannot be read off.
    """
    if stack == BUILTIN:
        from provider_conformance.contracts.builtin import builtin_contract  # noqa: PLC0415

        return builtin_contract()
    if (release := release_of(stack)) is not None:
        return load_snapshot(release).contract
    from provider_conformance.contracts.installed import installed_contract  # noqa: PLC0415
    from provider_conformance.contracts.probe import FAMILIES  # noqa: PLC0415

    if stack not in (INSTALLED, *FAMILIES):
        accepted = ", ".join((BUILTIN, INSTALLED, *FAMILIES, "ogx==1.5.0 and the like"))
        raise UsageError(f"there is no stack {stack!r}: choose one of {accepted}")
    try:
        return installed_contract(None if stack == INSTALLED else stack)
    except StackIncompleteError as error:
        return _instead(error)


def _instead(error: StackIncompleteError) -> Contract:
    """What a snapshot says of an installed release that cannot be imported."""
    from provider_conformance.contracts.snapshots import available  # noqa: PLC0415

    for release in available():
        if str(release) == error.stack:
            return load_snapshot(release).contract
    raise error


def release_of(stack: str) -> Release | None:
    """The release that "ogx==1.5.0" names, None for a name without a release.

    Raises:
        UsageError: If there is no such family.
    """
    family, separator, release = (part.strip() for part in stack.partition("=="))
    if not separator:
        return None
    from provider_conformance.contracts.probe import FAMILIES  # noqa: PLC0415
    from provider_conformance.contracts.snapshots import Release  # noqa: PLC0415

    if family not in FAMILIES:
        raise UsageError(f"{stack!r}: releases are known of {' and '.join(FAMILIES)}")
    return Release(family, release)


def load_snapshot(release: Release) -> Snapshot:
    """The snapshot of a release.

    Raises:
        UsageError: If there is none; the message lists those of the same family.
    """
    from provider_conformance.contracts.snapshots import load  # noqa: PLC0415

    return load(release)


def snapshots() -> tuple[tuple[str, str], ...]:
    """The releases of which this distribution ships a snapshot, as (family, release), the oldest first."""
    from provider_conformance.contracts.snapshots import available  # noqa: PLC0415

    return tuple((one.stack, one.release) for one in available())


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
