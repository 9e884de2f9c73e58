"""What is found out about a run config, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from provider_conformance.findings import Location, Severity
from provider_conformance.package.model import Provider, Spec
from provider_conformance.package.run_files import Entry


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a run config or with what it names.

    ``kind`` is a rule's code where a rule has found it, otherwise a slug such as "unknown-key".
    """

    severity: Severity
    kind: str
    message: str
    location: Location | None
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A provider of a run config, and where its type comes from.

    Attributes:
        entry: What the run config says.
        enabled: Whether the stack starts it: one without an id is left out.
        spec: Its spec, None where its type is not known.
        source: The provider that the spec is of, None without one.
        unseen: Why its spec could not be read, "" where it could.
    """

    entry: Entry
    enabled: bool = True
    spec: Spec | None = None
    source: Provider | None = None
    unseen: str = ""

    @property
    def title(self) -> str:
        """API, type and id, as a person would say it."""
        return f"{self.entry.api} {self.entry.provider_type} `{self.entry.provider_id}`"


@dataclass(frozen=True, slots=True)
class Preflight:
    """A run config, and all that was found.

    Attributes:
        path: The file.
        stack: The stack that it was held against.
        placed: Its providers.
        levels: What starts when, each level after the ones before.
        faults: What is wrong.
        unseen: What could not be seen, a sentence each.
        settings: The settings of each provider as written, by API and id, with secrets left out.
    """

    path: str
    stack: str
    placed: tuple[Placed, ...]
    levels: tuple[tuple[str, ...], ...]
    faults: tuple[Fault, ...]
    unseen: tuple[str, ...] = ()
    settings: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(fault.severity is Severity.ERROR for fault in self.faults)
