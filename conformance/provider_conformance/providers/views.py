"""Live or from source: how a provider is looked at, and what is done where it cannot be imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.contracts.model import Factory
from provider_conformance.package import causes, loading, requirements
from provider_conformance.package.model import NOT_ASKED, Implementation, Problem, Provider, Spec
from provider_conformance.providers import implementation, locate

if TYPE_CHECKING:
    from provider_conformance.contracts.snapshots import Snapshot

VIEWS: Final = ("auto", "live", "source")
"""The views: what is imported, what is read off source, and the second where the first is not possible."""

Find = Callable[[Spec, Provider, Factory | None], Implementation]


def load(
    argument: str, *, view: str, api: str | None = None, root: Path, snapshot: Snapshot | None = None
) -> Provider:
    """Load a provider, or read it off its source.

    With "auto" the source is read where the import fails for want of a module that is not installed
    here, and the provider declares it as a requirement or the stack imports it: that says nothing
    against the provider. Every other failure is a finding, and there is nothing to go on with.

    Args:
        argument: What names the provider.
        view: One of :data:`VIEWS`.
        api: The API that the class of ``module:Class`` implements.
        root: The folder against which paths are looked up.
        snapshot: What is read of the stack instead of an installed one; then the view is that of the source.

    Raises:
        UsageError: the argument is malformed or names nothing that exists.
    """
    if view == "source" or snapshot is not None:
        finders = () if snapshot is None else (snapshot.finder,)
        asked: Provider = _source().source_provider(argument, api=api, root=root, finders=finders)
        of_stack = f", the stack off the snapshot of {snapshot.title}" if snapshot is not None else ""
        notes = (*asked.notes, f"read off its source{of_stack}")
        return replace(asked, not_imported=NOT_ASKED, notes=notes)
    found = locate.load_provider(argument, api=api, root=root)
    if view == "auto" and found.problem is not None and found.problem.missing:
        return _without_import(found, found.problem, argument, api, root)
    return found


def _without_import(live: Provider, problem: Problem, argument: str, api: str | None, root: Path) -> Provider:
    found: Provider = _source().source_provider(argument, api=api, root=root)
    home = loading.home_of(live.package)
    if causes.is_stacks(problem):
        reason = problem.message
    elif any(requirements.may_be_declared(problem.missing, home, spec) for spec in found.specs):
        reason = f"{problem.message}, though the provider declares what it needs"
    else:
        return live
    return replace(
        found,
        not_imported=f"{reason}; its source is read instead",
        notes=(*found.notes, f"read off its source, since module `{problem.missing}` is not installed"),
    )


def _source() -> Any:
    """The source view, imported only where it is needed."""
    return import_module("provider_conformance.providers.source_view")


def finder(view: str) -> Find:
    """What finds the class behind a spec in a view.

    With "auto" the source of an imported provider is read where the class itself cannot be imported,
    most often because its own module needs something that is not installed here.
    """
    return _auto if view == "auto" else implementation.find_implementation


def _auto(spec: Spec, provider: Provider, factory: Factory | None) -> Implementation:
    live = implementation.find_implementation(spec, provider, factory)
    if live.cls is not None or live.problem is not None or loading.reader() is not None:
        return live
    found: Implementation = _source().source_implementation(spec, provider, factory)
    if found.cls is None:
        return live
    return replace(
        found, note=live.unseen, factory=live.factory or found.factory, not_imported=live.factory is None
    )
