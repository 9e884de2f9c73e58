"""Find an installed stack and import it, without knowing its release."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import logging
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from provider_conformance.errors import ContractError, StackIncompleteError

_RESOLVERS: Final = ("core", "distribution")
"""The subpackages that have held the resolver, the latest first."""


@dataclass(frozen=True, slots=True)
class Family:
    """A line of releases: its import name, its distribution, and the one that carries its API."""

    name: str
    package: str
    distribution: str
    api_distribution: str

    @property
    def packages(self) -> tuple[str, str]:
        """The import names of the stack, and of what carries its API in most releases."""
        return self.package, self.api_distribution.replace("-", "_")


FAMILIES: Final = {
    family.name: family
    for family in (
        Family("llama-stack", "llama_stack", "llama-stack", "llama-stack-api"),
        Family("ogx", "ogx", "ogx", "ogx-api"),
    )
}


@dataclass(frozen=True, slots=True)
class Stack:
    """An imported stack.

    Attributes:
        family: Its family.
        release: Its version.
        api_release: The version of the distribution with its API, "" where there is none.
        resolver: The module that resolves a run config.
        core: The folder of that module.
        root: The folder that holds the stack's package, against which places are shown.
    """

    family: Family
    release: str
    api_release: str
    resolver: ModuleType
    core: Path
    root: Path

    @property
    def core_package(self) -> str:
        """The import name of the package that holds the resolver."""
        return self.resolver.__name__.rpartition(".")[0]


def installed_families() -> tuple[str, ...]:
    """The families of which a stack is installed. Nothing of it is imported."""
    return tuple(name for name, family in FAMILIES.items() if _resolver_file(family) is not None)


def open_stack(family: Family) -> Stack:
    """Import an installed stack's resolver.

    Raises:
        StackIncompleteError: If it imports what is not installed; the message names it.
        ContractError: If it is not there, or its import fails; the message names the cause.
    """
    file = _resolver_file(family)
    if file is None:
        raise ContractError(f"{_title(family)} has no resolver where any release has had one")
    module = f"{family.package}.{file.parent.name}.{file.stem}"
    return Stack(
        family=family,
        release=version_of(family.distribution),
        api_release=version_of(family.api_distribution),
        resolver=_imported(module, family),
        core=file.parent,
        root=file.parents[2],
    )


def open_part(stack: Stack, name: str) -> ModuleType:
    """Import a module of the package that holds an opened stack's resolver.

    Args:
        stack: The stack.
        name: The module's name in that package: "routers".

    Raises:
        StackIncompleteError: If it imports what is not installed; the message names it.
        ContractError: If its import fails otherwise; the message names the cause.
    """
    return _imported(f"{stack.core_package}.{name}", stack.family)


def quietly_import(module: str) -> ModuleType:
    """Import a module of a stack without letting it into the user's affairs.

    Its warnings are not shown, even where warnings are errors, and the root logger keeps its
    handlers and level: most releases replace them when they are imported.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def version_of(distribution: str) -> str:
    """The installed version of a distribution, "" where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _resolver_file(family: Family) -> Path | None:
    loaded = sys.modules.get(family.package)
    spec = getattr(loaded, "__spec__", None) if loaded else importlib.util.find_spec(family.package)
    for folder in (spec and spec.submodule_search_locations) or ():
        for name in _RESOLVERS:
            file = Path(folder) / name / "resolver.py"
            if file.is_file():
                return file
    return None


def _imported(module: str, family: Family) -> ModuleType:
    try:
        return quietly_import(module)
    except (Exception, SystemExit) as error:
        if missing := _not_installed(error):
            raise StackIncompleteError(_title(family), missing) from error
        raise ContractError(f"{_title(family)} cannot be imported: {_cause(error)}{_skew(family)}") from error


def _not_installed(error: BaseException) -> str:
    """The top-level module that is missing altogether, "" where an import fails for anything else.

    A stack's own modules are never missing in this sense: without them its release is broken.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ModuleNotFoundError):
        cause = cause.__cause__ or cause.__context__
    top = (cause.name or "").partition(".")[0] if isinstance(cause, ModuleNotFoundError) else ""
    own = {name for family in FAMILIES.values() for name in family.packages}
    return top if top and top not in own and not _is_there(top) else ""


def _is_there(module: str) -> bool:
    try:
        return module in sys.modules or importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _cause(error: BaseException) -> str:
    """The error in a sentence; a missing module is named with the distribution that ought to have it."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return f"{type(error).__name__}: {error}"
    top = error.name.partition(".")[0]
    owners = importlib.metadata.packages_distributions().get(top, ()) if top != error.name else ()
    if not owners:
        return f"it needs the module {error.name!r}, which is not installed"
    held = " and ".join(f"{owner} {version_of(owner)}" for owner in dict.fromkeys(owners))
    return f"it needs the module {error.name!r}, which {held} does not have"


def _skew(family: Family) -> str:
    """A hint where the API's distribution is of another release than the stack."""
    release, api = version_of(family.distribution), version_of(family.api_distribution)
    if not api or api == release:
        return ""
    name = family.api_distribution
    return f" ({name} is at {api}: a stack needs the one of its own release, {name}=={release})"


def _title(family: Family) -> str:
    return f"{family.name} {version_of(family.distribution)}".strip()
