"""All modules that can be read, from whatever holds their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provider_conformance.source.made import Reader
from provider_conformance.source.modules import Module
from provider_conformance.source.scopes import Scope
from provider_conformance.source.texts import TRUSTED, Finder, Found, Source


@dataclass(eq=False)
class Library:
    """All modules that can be read, each read once and only when it is needed.

    Args:
        finders: Asked in turn for a module's source. One with ``answers_for``, top-level packages,
            is the last that is asked about these: a snapshot of a stack hides an installed one.
        own: The top-level packages of stacks, with the family that each is of. Their class
            decorators are taken to change nothing that a caller sees: every provider shares them.
        sources: Sources that are parsed already, by their modules' names; other libraries may share them.
    """

    finders: Sequence[Finder]
    own: Mapping[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    modules: dict[str, Module | None] = field(default_factory=dict)

    def module(self, name: str) -> Module | None:
        """The module ``name``, None where no source is found."""
        if name not in self.modules:
            found = self.find(name)
            self.modules[name] = None if found is None else Module(self, self._source(name, found))
        return self.modules[name]

    def _source(self, name: str, found: Found) -> Source:
        """The source of a module, the one that is parsed already where its text is the same."""
        known = self.sources.get(name)
        if known is None or known.found != found:
            known = self.sources[name] = Source(name, found)
        return known

    def find(self, name: str) -> Found | None:
        """The source of the module ``name``."""
        top = name.partition(".")[0]
        for finder in self.finders:
            found = finder(name)
            if found is not None or top in getattr(finder, "answers_for", ()):
                return found
        return None

    def has(self, name: str) -> bool:
        """Whether ``name`` is a module that comes with Python or whose source is found."""
        return name.partition(".")[0] in TRUSTED or self.module(name) is not None

    def is_own(self, module: str) -> bool:
        """Whether ``module`` belongs to a stack."""
        return module.partition(".")[0] in self.own

    def has_stack_of(self, module: str) -> bool:
        """Whether some package of the stack that ``module`` is of is there."""
        family = self.own.get(module.partition(".")[0])
        return any(kin == family and self.module(name) is not None for name, kin in self.own.items())

    def frame(self, module: Module, names: dict[str, Any]) -> Reader:
        """Reads statements of ``module`` with the names ``names``."""
        return Reader(Scope(module, names))
