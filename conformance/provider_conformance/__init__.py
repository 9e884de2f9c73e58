"""Conformance suite for Llama Stack / OGX providers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from provider_conformance._version import __version__

if TYPE_CHECKING:
    from provider_conformance.contracts.load import load_contract, snapshots
    from provider_conformance.findings import Finding, Location, Outcome, Severity
    from provider_conformance.protocols.compare import check_protocol
    from provider_conformance.types.assertions import typing_assertions
    from provider_conformance.types.checking import check_typing

__all__ = [
    "Finding",
    "Location",
    "Outcome",
    "Severity",
    "__version__",
    "check_protocol",
    "check_typing",
    "load_contract",
    "snapshots",
    "typing_assertions",
]

_HOMES = {
    "Finding": "provider_conformance.findings",
    "Location": "provider_conformance.findings",
    "Outcome": "provider_conformance.findings",
    "Severity": "provider_conformance.findings",
    "check_protocol": "provider_conformance.protocols.compare",
    "check_typing": "provider_conformance.types.checking",
    "load_contract": "provider_conformance.contracts.load",
    "snapshots": "provider_conformance.contracts.load",
    "typing_assertions": "provider_conformance.types.assertions",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: the plugin must start fast."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(_HOMES[name]), name)
