"""What a release lacks, told as findings: one for each cause, however many names it takes away."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, Protocol

from provider_conformance.contracts import stacks
from provider_conformance.findings import Finding, Severity
from provider_conformance.package.model import Provider
from provider_conformance.source.lacks import API, Lack

APIS: Final = "PC901"
IMPORTS: Final = "PC902"
METHODS: Final = "PC903"
_LATER: Final = {"llama_stack": "ogx", "llama_stack_api": "ogx_api"}
"""The import names that a stack goes on under after it was renamed."""
_EARLIER: Final = {later: earlier for earlier, later in _LATER.items()}
_MOST: Final = 6
_FIX: Final = (
    "import from both places (`try`/`except ImportError`), or declare the releases that fit as a requirement"
)


class Stack(Protocol):
    """What is asked of a release to tell where its names are."""

    @property
    def title(self) -> str:
        """The release as a person says it."""

    def has_module(self, name: str) -> bool:
        """Whether there is such a module."""

    def has_name(self, module: str, name: str) -> bool | None:
        """Whether a module has a name."""


def api_findings(lacks: Iterable[Lack], stack: Stack) -> tuple[Finding, ...]:
    """A finding for each API that is not there."""
    first: dict[str, Lack] = {}
    for lack in lacks:
        if lack.name == API and lack.member:
            first.setdefault(lack.member, lack)
    return tuple(
        Finding(
            APIS,
            Severity.ERROR,
            f"{stack.title} has no `{API}.{member}`",
            location=lack.place,
            why=f"{_when(lack)} names it, which raises AttributeError",
            fix=f"declare the releases that have the API as a requirement, or do without `{member}`",
            detail=member,
        )
        for member, lack in first.items()
    )


def foreign(provider: Provider, title: str) -> Finding:
    """The finding for specs that are of no class of the release's."""
    return Finding(
        APIS,
        Severity.ERROR,
        f"{title}: the specs are those of {stacks.title(provider.stack)}",
        location=provider.specs[0].location if provider.specs else None,
        why="the loader takes instances of its own spec classes alone",
        fix="make the specs of the spec classes of the stack that the provider is for",
        detail="foreign",
    )


def import_findings(lacks: Iterable[Lack], stack: Stack) -> tuple[Finding, ...]:
    """What cannot be imported: one finding for packages, one a module, one for a module's names."""
    packages: list[Lack] = []
    modules: dict[str, list[Lack]] = {}
    names: dict[str, list[Lack]] = {}
    for lack in lacks:
        if lack.name == API and lack.member:
            continue
        gone = _gone_module(lack.module, stack)
        if not gone:
            names.setdefault(lack.module, []).append(lack)
        elif "." in gone:
            modules.setdefault(gone, []).append(lack)
        else:
            packages.append(lack)
    told = [_packages_gone(packages, stack)] if packages else []
    told += [_module_gone(module, found, stack) for module, found in modules.items()]
    told += [found for m, left in names.items() if (found := _names_gone(m, left, modules, stack))]
    return tuple(told)


def _gone_module(module: str, stack: Stack) -> str:
    """The outermost of ``module`` and its packages that is not there, "" where all are."""
    parts = module.split(".")
    prefixes = (".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return next((prefix for prefix in prefixes if not stack.has_module(prefix)), "")


def _packages_gone(lacks: Sequence[Lack], stack: Stack) -> Finding:
    """The stack has another import name: that is one cause, however much is imported."""
    tops = [*dict.fromkeys(lack.module.partition(".")[0] for lack in lacks)]
    others = [*dict.fromkeys(filter(None, (_LATER.get(top) or _EARLIER.get(top) for top in tops)))]
    there = [name for name in others if stack.has_module(name)]
    hint = ""
    if there:
        hint = f": the import name{'s are' if len(there) > 1 else ' is'} {_listed(there)} there"
    elif all(top.endswith("_api") for top in tops):
        whole = [name for name in ("llama_stack", "ogx") if stack.has_module(name)]
        hint = f": its API is part of {_listed(whole)}" if whole else ""
    return _finding(
        f"{stack.title} has no {_listed(tops)}{hint}", lacks, ",".join(tops), "ModuleNotFoundError"
    )


def _module_gone(module: str, lacks: Sequence[Lack], stack: Stack) -> Finding:
    hint = _elsewhere([lack for lack in lacks if lack.name], stack)
    return _finding(f"{stack.title} has no module `{module}`{hint}", lacks, module, "ModuleNotFoundError")


def _names_gone(module: str, lacks: Sequence[Lack], gone: Container[str], stack: Stack) -> Finding | None:
    left = [lack for lack in lacks if f"{module}.{lack.name}" not in gone]
    if not left:
        return None
    names = [*dict.fromkeys(lack.name for lack in left)]
    message = f"`{module}` of {stack.title} has no {_listed(names)}{_elsewhere(left, stack)}"
    error = "AttributeError" if all(lack.is_attribute for lack in left) else "ImportError"
    return _finding(message, left, module, error)


def _elsewhere(lacks: Sequence[Lack], stack: Stack) -> str:
    """Where the names are instead, if the package of the stack's API has them all."""
    names = {lack.name for lack in lacks}
    for package in ("ogx_api", "llama_stack_api"):
        has = stack.has_module(package) and all(stack.has_name(package, name) for name in names)
        if names and has:
            return f": {'it is' if len(names) == 1 else 'they are'} in `{package}` there"
    return ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST])
    return f"{shown} and {len(names) - _MOST} more" if len(names) > _MOST else shown


def _finding(message: str, lacks: Sequence[Lack], detail: str, error: str) -> Finding:
    first = lacks[0]
    places = len(dict.fromkeys(lack.place for lack in lacks))
    more = f" (and {places - 1} more such line{'s' if places > 2 else ''})" if places > 1 else ""
    return Finding(
        IMPORTS,
        Severity.ERROR,
        message,
        location=first.place,
        why=f"{_when(first)} asks for it, which raises {error}{more}",
        fix=_FIX,
        detail=detail,
    )


def _when(lack: Lack) -> str:
    return f"calling `{lack.function}`" if lack.function else "importing the provider"


def unsure_reasons(lacks: Iterable[Lack]) -> Iterator[str]:
    """What may be lacking, each once: where, what and why that is not certain."""
    told = dict.fromkeys(
        f"{lack.place}: `{'.'.join(filter(None, (lack.module, lack.name)))}` may be missing: {lack.unsure}"
        for lack in lacks
        if lack.unsure
    )
    yield from told
