"""The subject of a run: a provider package, its specs and the class behind each spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.package.places import within
from provider_conformance.protocols.model import ProtocolModel
from provider_conformance.sandbox.watching import Violation


class SpecKind(StrEnum):
    """Which factory the stack's loader calls for a spec."""

    INLINE = "inline"
    REMOTE = "remote"
    PASSTHROUGH = "passthrough"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something of a provider could not be loaded: one root cause, told once.

    ``kind`` is a short slug ("import-error", "exited", "not-a-provider", ...); ``message``
    states the true cause, ``location`` the place in the provider's own source nearest to it.
    ``missing`` is the module that is not installed, where that is the cause, and ``through`` the package
    that the provider imported when it was missed, "" where the provider itself imports it.
    """

    kind: str
    message: str
    location: Location | None = None
    why: str = ""
    fix: str = ""
    missing: str = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """A provider spec, read off the stack's own spec object (kept as ``raw``).

    ``api`` and the dependencies are API values ("inference"). ``location`` is where the provider
    defines the spec, ``lines`` are those of its keys where that is a YAML file.
    """

    api: str
    provider_type: str
    kind: SpecKind
    module: str | None
    config_class: str | None
    api_dependencies: tuple[str, ...] = ()
    optional_api_dependencies: tuple[str, ...] = ()
    location: Location | None = None
    raw: Any = field(default=None, compare=False, repr=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def at(self, key: str) -> Location | None:
        """Where a key of it stands: its own line in a YAML file, otherwise the place of the whole spec."""
        line = self.lines.get(key)
        return replace(self.location, line=line) if self.location is not None and line else self.location


NOT_ASKED: Final = "nothing is imported in the source view"
"""Why a provider was not imported whose source view was asked for."""

Counterpart = Callable[[ProtocolModel], type | None]


@dataclass(frozen=True, slots=True)
class Implementation:
    """The class that a spec's factory returns.

    ``how`` says how it was found ("return annotation", "factory source", "constructed", "given").
    Where it could not be found ``cls`` is None and ``unseen`` says why (the checks are then
    inconclusive), or ``problem`` holds what is wrong with the provider (a finding).
    ``instance`` is the object that the factory returned, where one was constructed.
    ``alternatives`` are further classes of which it may return an instance, depending on the
    configuration. ``factory`` is the function itself, None where it could not be imported.
    ``counterpart`` finds the stand-in of a protocol's class where the implementation was read off its
    source; ``note`` says why it was, ``not_imported`` whether not even the factory could be imported.
    ``made`` says whether the factory's source shows that instances of ``cls`` and ``alternatives`` are
    made, and ``at_once`` that a call of the factory gives one and nothing to await.
    """

    cls: type | None = None
    how: str = ""
    location: Location | None = None
    unseen: str = ""
    problem: Problem | None = None
    instance: Any = field(default=None, compare=False, repr=False)
    alternatives: tuple[type, ...] = ()
    factory: Any = field(default=None, compare=False, repr=False)
    counterpart: Counterpart | None = field(default=None, compare=False, repr=False)
    note: str = ""
    not_imported: bool = False
    made: bool = False
    at_once: bool = False

    def seen(self, protocol: ProtocolModel) -> ProtocolModel:
        """The protocol as this implementation inherits it: identity tells whose method is whose."""
        own = self.counterpart(protocol) if self.counterpart is not None else None
        return protocol if own is None else replace(protocol, live=own)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider package under test.

    ``name`` is what the user called it and prefixes its node ids. ``stack`` is the family that
    its specs are instances of: "builtin", "llama-stack", "ogx", or "" where nothing was loaded.
    ``output`` is what the package wrote to stdout while it was imported and asked for its specs,
    ``log`` what it wrote to stderr.
    ``package`` is the import name of what was loaded; ``folder`` has to be on ``sys.path`` for it,
    None where it is importable anyway. ``unseen`` says what kept the specs from being read off the
    source, ``reader`` is what read the source, None where the package was imported, and
    ``not_imported`` says why it was not. ``places`` are the folders and files of its own code, and
    ``violations`` what that may not do and did while it was loaded.
    """

    name: str
    specs: tuple[Spec, ...] = ()
    stack: str = ""
    problem: Problem | None = None
    output: str = ""
    notes: tuple[str, ...] = ()
    log: str = ""
    package: str = ""
    folder: Path | None = None
    unseen: str = ""
    not_imported: str = ""
    places: tuple[Path, ...] = ()
    violations: tuple[Violation, ...] = ()
    reader: Any = field(default=None, compare=False, repr=False)

    def owns(self, filename: str) -> bool:
        """Whether a file is part of its own code; where nobody knows its places, every file may be."""
        return not self.places or within(filename, self.places)
