"""Findings point into the provider's own code: an author can mend nothing in what is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location
from provider_conformance.package import places
from provider_conformance.protocols import classes


def in_its_own_code(finding: Finding, subject: Subject) -> Finding:
    """A finding at a place of the provider's own.

    One elsewhere (in a class that the provider inherits, say) goes to the provider's class, its factory or
    its spec, whichever is its own; where the thing itself is stands in the reason.
    """
    place = finding.location
    if place is None or subject.provider.owns(place.path):
        return finding
    own = next((one for one in _places(subject) if subject.provider.owns(one.path)), None)
    why = "; ".join(filter(None, (finding.why, f"it is defined in {_shown(place)}")))
    return replace(finding, location=own, why=why)


def _places(subject: Subject) -> Iterator[Location]:
    """Where the provider may have something of its own, the nearest first."""
    found = None
    with suppress(Exception, SystemExit):  # what keeps it from being found is told by others
        found = subject.implementation()
    if found is not None and found.cls is not None:
        yield from filter(None, (places.of_class(cls) for cls in classes.mro(found.cls)))
    if found is not None:
        yield from filter(None, (places.of_function(found.factory),))
    if subject.spec is not None and subject.spec.location is not None:
        yield subject.spec.location


def _shown(place: Location) -> str:
    """A place in what is installed, as an import would find it."""
    path = PurePath(place.path)
    roots = [root for root in sys.path if root and path.is_relative_to(root)]
    root = max(roots, key=len, default="")
    return str(replace(place, path=str(path.relative_to(root)) if root else path.name))
