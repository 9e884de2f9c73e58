"""What the providers of a run config need installed, and is not here."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from provider_conformance.findings import Severity
from provider_conformance.package import requirements
from provider_conformance.preflight.model import Fault, Placed
from provider_conformance.providers.implementation import home_of


def missing(placed: Placed) -> Iterator[Fault]:
    """The requirements of a provider that are not installed, or in another release than it asks for."""
    if placed.spec is None or placed.source is None:
        return
    home = home_of(placed.spec, placed.source)
    lacking = [*requirements.unmet(home, placed.spec)]
    if lacking:
        said = ", ".join(f"`{line}`" + (f" ({here} is here)" if here else "") for line, here in lacking)
        yield Fault(
            Severity.WARNING,
            "missing-requirement",
            f"{placed.title} requires what is not installed here: {said}",
            placed.entry.at("provider_type"),
            "What the provider imports may not be there when the stack starts.",
            f"pip install {' '.join(shlex.quote(line) for line, _ in lacking)}",
        )
