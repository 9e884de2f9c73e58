"""Look at a run config: its providers, its plan and what is wrong with it, with nothing of a provider run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from provider_conformance import rules
from provider_conformance.contracts import load as contracts
from provider_conformance.contracts.model import Contract
from provider_conformance.errors import StackIncompleteError, StackNotInstalledError, UsageError
from provider_conformance.package import run_files
from provider_conformance.package.model import Provider
from provider_conformance.package.run_files import RunFile
from provider_conformance.preflight import levels, needs, settings, sources, variables
from provider_conformance.preflight.model import Fault, Placed, Preflight
from provider_conformance.preflight.sources import Sources
from provider_conformance.providers import views
from provider_conformance.providers.forms import of_tree
from provider_conformance.run.planning import run

_LOADING = "PC1"
"""The rules that say whether the stack can load what a run config names."""


def look(path: Path, *, stack: str = "auto", environment: Mapping[str, str] = os.environ) -> Preflight:
    """Look at a run config.

    Args:
        path: The file.
        stack: The stack that it is for: "auto", a family, "builtin", or a release ("ogx==1.5.0").
        environment: The variables that it may refer to.

    Raises:
        UsageError: It cannot be read, or the stack is not here.
    """
    file = run_files.read(path)
    load = _reader(path, stack)
    contract, incomplete = _contract(file, stack, load)
    known = Sources(file, contract, load)
    placed = tuple(
        replace(known.place(entry), enabled=variables.is_enabled(entry, environment))
        for entry in file.entries
    )
    started = [one for one in placed if one.enabled]
    plan, unplanned = levels.plan(started, contract)
    faults = [
        *known.faults,
        *sources.duplicates(file.entries),
        *variables.unset(file, environment),
        *(fault for one in started for fault in settings.wrong(one)),
        *unplanned,
        *_by_rules(known, started, contract),
        *(fault for one in started for fault in needs.missing(one)),
    ]
    unseen = [f"{one.title}: {one.unseen}" for one in placed if one.unseen]
    unseen += [f"the settings of {one.title}: {why}" for one in started if (why := settings.unseen(one))]
    return Preflight(
        str(path),
        contract.title,
        placed,
        plan,
        tuple(dict.fromkeys(faults)),
        (*incomplete, *unseen),
        {(one.entry.api, one.entry.provider_id): settings.shown(one.entry.config) for one in placed},
    )


def _reader(path: Path, stack: str) -> Callable[[str], Provider]:
    """What reads a provider off its source, with the stack as it is installed or off a snapshot."""
    release = contracts.release_of(stack)
    snapshot = contracts.load_snapshot(release) if release is not None else None

    def load(argument: str) -> Provider:
        return views.load(argument, view="source", root=path.parent, snapshot=snapshot)

    return load


def _contract(file: RunFile, stack: str, load: Callable[[str], Provider]) -> tuple[Contract, tuple[str, ...]]:
    """The stack that a run config is for, and what of it could not be read.

    With "auto" it is that which its providers are made for, then the installed one, then the built-in one.
    """
    release = contracts.release_of(stack)
    if release is not None:
        return contracts.load_snapshot(release).contract, ()
    names = [stack] if stack != "auto" else [*_made_for(file, load), "installed", "builtin"]
    for name in names[:-1]:
        try:
            return contracts.load_contract(name), ()
        except StackNotInstalledError:
            continue
        except StackIncompleteError as error:
            return contracts.load_contract("builtin"), (str(error),)
    return contracts.load_contract(names[-1]), ()


def _made_for(file: RunFile, load: Callable[[str], Provider]) -> Iterator[str]:
    folder = file.providers_dir
    trees = of_tree(str(folder), folder) if folder is not None and folder.is_dir() else ()
    for argument in (*(entry.import_name for entry in file.entries if entry.module), *trees):
        try:
            found = load(argument).stack
        except UsageError:  # told where it is read for good
            continue
        if found:
            yield found


def _by_rules(known: Sources, started: Sequence[Placed], contract: Contract) -> Iterator[Fault]:
    """What the rules of loading say of the providers that are used, and of all files of the folder."""
    wanted = [rule for rule in rules.all_rules() if rule.code.startswith(_LOADING)]
    named = {id(one.source): one.source for one in started if one.source is not None and one.entry.module}
    for provider in [*named.values(), *known.trees]:
        used = tuple(one.spec for one in started if one.source is provider and one.spec is not None)
        if used or provider.problem is not None:
            judged = provider if provider.problem is not None else replace(provider, specs=used)
            report = run([judged], {provider.name: contract}, wanted)
            for finding, _record in report.findings:
                yield Fault(
                    finding.severity,
                    finding.code,
                    finding.message,
                    finding.location,
                    finding.why,
                    finding.fix,
                )
