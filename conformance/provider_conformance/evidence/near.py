"""A method that is absent, and one of the provider's own that was probably meant to be it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from difflib import get_close_matches
from types import FunctionType
from typing import Any, Final

from provider_conformance.contracts.model import ApiContract
from provider_conformance.findings import Finding, Location
from provider_conformance.package import places
from provider_conformance.package.model import Provider
from provider_conformance.protocols import classes
from provider_conformance.protocols.live import View

_ALIKE: Final = 0.8
"""How much of a name has to be the same."""


def with_near_miss(
    finding: Finding, views: Collection[View], api: ApiContract, provider: Provider
) -> Finding:
    """The finding about an absent method, with the method that has nearly its name and the line of that.

    Args:
        finding: That the method is absent.
        views: The classes that should have it.
        api: What the stack knows of its API: a method that it knows by its name was not meant to be another.
        provider: The provider, whose own methods are looked at.
    """
    own = {name: place for view in views for name, place in _own_methods(view, provider)}
    meant = nearest(finding.method, own.keys() - _known(api))
    if not meant:
        return finding
    place = own[meant]
    return replace(
        finding,
        message=f"{finding.message}; `{meant}` in line {place.line} has nearly its name",
        location=place,
        fix=f"rename `{meant}` to `{finding.method}`, or {finding.fix}",
    )


def nearest(name: str, others: Collection[str]) -> str:
    """The one of some names that was probably meant to be this one, "" where none looks like it."""
    plain = {_plain(other): other for other in sorted(others)}
    found = get_close_matches(_plain(name), plain, n=1, cutoff=_ALIKE)
    return plain[found[0]] if found else ""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _known(api: ApiContract) -> set[str]:
    protocols = [protocol.methods for protocol in (api.public, api.private) if protocol is not None]
    return {*api.calls, *(name for methods in protocols for name in methods)}


def _own_methods(view: View, provider: Provider) -> Iterator[tuple[str, Location]]:
    """The public methods that the provider itself has written."""
    for cls in classes.mro(view.cls):
        if classes.only_promises(cls):
            continue
        for name, value in classes.namespace(cls).items():
            place = places.of_function(value) if _is_method(value) and not name.startswith("_") else None
            if place is not None and provider.owns(place.path):
                yield name, place


def _is_method(value: Any) -> bool:
    return issubclass(type(value), FunctionType | staticmethod | classmethod)
