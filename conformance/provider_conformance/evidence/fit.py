"""Whether a provider fits one release of a stack, as frozen data: the rules tell it, a matrix shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from provider_conformance.findings import Finding

if TYPE_CHECKING:
    from provider_conformance.contracts.snapshots import Release


class Standing(StrEnum):
    """How one aspect of a provider stands on a release."""

    OK = "ok"
    BROKEN = "broken"
    UNSEEN = "unseen"
    SKIPPED = "not judged"


def shown(release: Release) -> str:
    """A release as a person says it: "ogx 1.5.0"."""
    return f"{release.stack} {release.release}"


def address(release: Release) -> str:
    """A release as ids name it, so that ``-k`` takes it: "ogx-1.5.0"."""
    return f"{release.stack}-{release.release}"


@dataclass(frozen=True, slots=True)
class Aspect:
    """How one aspect stands, and what there is to say.

    ``reason`` says why it is unseen, or was not judged.
    """

    standing: Standing = Standing.OK
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """A provider on a release: its APIs and specs, the names that it imports, its methods."""

    release: Release
    api: Aspect = Aspect()
    imports: Aspect = Aspect()
    methods: Aspect = Aspect()

    @property
    def aspects(self) -> tuple[Aspect, Aspect, Aspect]:
        """All three, in the order in which a stack comes to them."""
        return self.api, self.imports, self.methods

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is broken."""
        return tuple(finding for aspect in self.aspects for finding in aspect.findings)

    @property
    def is_broken(self) -> bool:
        """Whether anything is known to be broken."""
        return any(aspect.standing is Standing.BROKEN for aspect in self.aspects)

    @property
    def fits(self) -> bool:
        """Whether something was judged, and nothing is known to be broken."""
        return not self.is_broken and any(aspect.standing is Standing.OK for aspect in self.aspects)

    @property
    def is_seen(self) -> bool:
        """Whether every aspect was judged to the end."""
        return all(aspect.standing is Standing.OK for aspect in self.aspects)
