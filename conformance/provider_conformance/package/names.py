"""Names of installed distributions and of entry points, as names of the modules that they stand for."""

from __future__ import annotations

import importlib.metadata
import re
from typing import Final

from provider_conformance.errors import UsageError

_GROUP: Final = re.compile(r"(provider_conformance|llama[-_.]?stack|ogx)\b.*provider", re.I)
"""Groups in which packages announce providers; the built-in stack reads `provider_conformance.providers`."""


def of_distribution(name: str) -> str | None:
    """The import name of an installed distribution: of several the one that has a `provider` module.

    Raises:
        UsageError: It has several packages, and nothing says which one is meant.
    """
    plain = normal(name)
    packages = importlib.metadata.packages_distributions()
    found = sorted(
        one for one, owners in packages.items() if plain in map(normal, owners) and one.isidentifier()
    )
    if not found:
        return None
    files = {str(file) for file in importlib.metadata.files(name) or ()}
    telling = [one for one in found if f"{one}/provider.py" in files] or found
    if len(telling) > 1:
        raise UsageError(
            f"--provider={name} is a distribution of several packages: name one ({', '.join(telling)})"
        )
    return telling[0]


def of_entry_point(name: str) -> str | None:
    """What an entry point of this name stands for, among those that announce providers; None without one."""
    # By its name: without one, Python 3.11 gives a dict of groups.
    points = importlib.metadata.entry_points(name=name)
    return next((point.value for point in points if _GROUP.match(point.group)), None)


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
