"""A protocol's method as its source declares it."""

from __future__ import annotations

from typing import Any

from provider_conformance.protocols import classes


def function_of(name: str, protocol: type | None) -> Any:
    """The stand-in of a protocol's method, below its decorators; None where the source shows none."""
    for base in classes.mro(protocol) if protocol is not None else ():
        found = classes.namespace(base).get(name)
        if found is not None:
            found = getattr(found, "__func__", found)
            while hasattr(found, "__wrapped__"):
                found = found.__wrapped__
            return found if hasattr(found, "__code__") else None
    return None
