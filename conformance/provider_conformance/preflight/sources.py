"""Where the types of a run config come from: modules, spec files and the stack itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from provider_conformance.contracts import stacks
from provider_conformance.contracts.model import Contract, Role
from provider_conformance.errors import UsageError
from provider_conformance.findings import Location, Severity
from provider_conformance.package import spec_files
from provider_conformance.package.model import Provider
from provider_conformance.package.run_files import Entry, RunFile
from provider_conformance.preflight.model import Fault, Placed
from provider_conformance.providers.forms import of_tree
from provider_conformance.stack.naming import near_names

Load = Callable[[str], Provider]
"""Reads the provider that an argument names, off its source."""
_REGISTRIES: Final = {
    "ogx": ("ogx.providers.registry",),
    "llama-stack": ("llama_stack.providers.registry",),
    stacks.BUILTIN: (),
}
_OWN: Final = ("remote",)
"""Types that the built-in stack has for every API."""


@dataclass
class Sources:
    """The specs that a run config can choose from, each read when it is asked for.

    Args:
        file: The run config.
        contract: The stack.
        load: Reads a provider.
    """

    file: RunFile
    contract: Contract
    load: Load
    faults: list[Fault] = field(default_factory=list)
    _loaded: dict[str, Provider | None] = field(default_factory=dict)

    def place(self, entry: Entry) -> Placed:
        """Find the spec of a provider, as the stack's registry does: its module, a file, the stack's own."""
        if entry.module:
            return self._of_module(entry)
        for provider in self.trees:
            for spec in provider.specs:
                if spec.api == entry.api and _filed(spec.location, spec.provider_type) == entry.provider_type:
                    return Placed(entry, spec=spec, source=provider)
        return self._of_stack(entry)

    # -- modules and files ---------------------------------------------------------------------

    def _of_module(self, entry: Entry) -> Placed:
        taken = entry.module.split("==")[0]
        if taken != entry.import_name and self.contract.stack != stacks.BUILTIN:
            message = f"`module: {entry.module}` is read as the module `{taken}`, which no import finds"
            why = "The stack imports what stands before `==`, and knows neither extras nor other operators."
            fix = f"write `{entry.import_name}`, or `{entry.import_name}==<version>`"
            fault = Fault(Severity.WARNING, "module-form", message, entry.at("module"), why, fix)
            self.faults.append(fault)
        provider = self._read(entry.import_name, entry.at("module"))
        if provider is None:
            return Placed(entry, unseen="its module is not there")
        spec = next(
            (s for s in provider.specs if (s.api, s.provider_type) == (entry.api, entry.provider_type)), None
        )
        if spec is None and provider.problem is None and not provider.unseen:
            self._no_type(
                entry, [s.provider_type for s in provider.specs if s.api == entry.api], entry.module
            )
        return Placed(entry, spec=spec, source=provider, unseen=provider.unseen)

    @cached_property
    def trees(self) -> tuple[Provider, ...]:
        """The specs of the folder of files, by the package that has their code."""
        folder = self.file.providers_dir
        if folder is None:
            return ()
        place = self.file.at("external_providers_dir")
        if not folder.is_dir():
            why = "The stack reads it when it starts, and ends where it is not there."
            self.faults.append(Fault(Severity.ERROR, "no-folder", f"there is no folder {folder}", place, why))
            return ()
        if not spec_files.is_tree(folder):
            why = "The stack looks for `inline/<api>/<name>.yaml` and `remote/<api>/<name>.yaml` in it."
            said = f"the folder {folder} has no spec"
            self.faults.append(Fault(Severity.WARNING, "no-specs", said, place, why))
            return ()
        found = (self._read(argument, place) for argument in of_tree(str(folder), folder))
        return tuple(provider for provider in found if provider is not None)

    def _read(self, argument: str, place: Location) -> Provider | None:
        if argument not in self._loaded:
            try:
                self._loaded[argument] = self.load(argument)
            except UsageError as error:
                self._loaded[argument] = None
                said = (
                    str(error).removeprefix(f"--provider={argument} ").partition("; give an import name")[0]
                )
                message = f"`{argument}` {said}" if said != str(error) else said
                why = "The stack imports it when it starts."
                fix = "install it, or correct the name"
                self.faults.append(Fault(Severity.ERROR, "no-module", message, place, why, fix))
        return self._loaded[argument]

    # -- the stack's own -----------------------------------------------------------------------

    def _of_stack(self, entry: Entry) -> Placed:
        if self.file.apis_dir is not None and entry.api not in self.contract.apis:
            return Placed(entry, unseen="its API is one of `external_apis_dir`")
        if (wrong := self._wrong_api(entry)) is not None:
            self.faults.append(wrong)
            return Placed(entry, unseen="its API has no providers")
        registry = self._registry(entry.api)
        if registry is None:
            if self.contract.stack == stacks.BUILTIN and entry.provider_type in _OWN:
                return Placed(entry)
            if self.contract.stack != stacks.BUILTIN:
                return Placed(entry, unseen="the stack's own providers cannot be read here")
        specs = registry.specs if registry is not None else ()
        spec = next((s for s in specs if s.provider_type == entry.provider_type), None)
        if spec is None and registry is not None and (registry.unseen or registry.problem is not None):
            return Placed(entry, unseen=registry.unseen or "the stack's own providers cannot be read here")
        if spec is None:
            files = [s.provider_type for p in self.trees for s in p.specs if s.api == entry.api]
            self._no_type(entry, [*files, *(s.provider_type for s in specs)], self.contract.title)
        return Placed(entry, spec=spec, source=registry)

    def _registry(self, api: str) -> Provider | None:
        for package in _REGISTRIES.get(self.contract.stack, ()):
            argument = f"{package}.{api}:available_providers"
            if argument not in self._loaded:
                try:
                    self._loaded[argument] = self.load(argument)
                except UsageError:  # a snapshot need not have it
                    self._loaded[argument] = None
            if (found := self._loaded[argument]) is not None:
                return found
        return None

    def _wrong_api(self, entry: Entry) -> Fault | None:
        known = self.contract.apis.get(entry.api)
        if known is not None and known.providable:
            return None
        own = known is not None and known.role is Role.ROUTING_TABLE
        providable = sorted(name for name, api in self.contract.apis.items() if api.providable)
        said = "is served by the stack itself" if own or known is not None else "is no API of"
        message = f"`{entry.api}` {said}" + ("" if known is not None else f" {self.contract.title}")
        fix = f"provide one of {_near(entry.api, providable)}"
        return Fault(Severity.ERROR, "unknown-api", message, entry.at(), "The stack refuses it.", fix)

    def _no_type(self, entry: Entry, known: list[str], where: str) -> None:
        message = f"{where} has no provider type `{entry.provider_type}` for `{entry.api}`"
        fix = f"name one of {_near(entry.provider_type, known)}" if known else "name the module that has it"
        place = entry.at("provider_type")
        why = "The stack refuses a run config with a type that it does not know."
        self.faults.append(Fault(Severity.ERROR, "unknown-type", message, place, why, fix))


def _filed(place: Location | None, provider_type: str) -> str:
    """The type by which run configs ask for a spec: after the name of its file."""
    name = Path(place.path).stem if place is not None else ""
    return f"{provider_type.partition('::')[0]}::{name}"


def _near(word: str, known: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in near_names(word, known) or known)


def duplicates(entries: tuple[Entry, ...]) -> Iterator[Fault]:
    """Providers of one API that have the same id: the later one takes the place of the earlier."""
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = entry.api, entry.provider_id
        if entry.provider_id and key in seen:
            message = f"the id `{entry.provider_id}` is that of another provider of `{entry.api}` as well"
            why = f"This one takes the place of that in line {seen[key].at().line}."
            place = entry.at("provider_id")
            yield Fault(Severity.ERROR, "duplicate-id", message, place, why, "give each an id of its own")
        seen[key] = entry
