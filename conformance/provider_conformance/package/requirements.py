"""What a provider declares that it needs, and whose fault a failing import is."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provider_conformance.contracts import stacks
from provider_conformance.package import causes, loading, projects, specs
from provider_conformance.package.loading import Home, UnseenError
from provider_conformance.package.model import Problem, Spec
from provider_conformance.protocols import careful
from provider_conformance.sandbox.progress import TooBusyError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_THIRD_PARTY_SHAPE: Final = ("missing-name", "missing-submodule")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed: ``problem`` is wrong with the provider, or ``unseen`` says what is not here."""

    problem: Problem | None = None
    unseen: str = ""


def judge(error: BaseException, home: Home, spec: Spec, what: str, kind: str = "import-error") -> Failure:
    """Whose fault ``error`` is.

    A module that is missing although everything that the provider declares is installed is the
    provider's mistake. Where a declared requirement is not installed, the stack lacks what it imports
    itself, or somebody else's module fails, nothing is known about the provider.

    Args:
        error: What importing or calling the provider's code raised.
        home: The provider's own code.
        spec: The spec whose requirements count.
        what: What was being done, as the subject of a sentence.
        kind: The kind of a problem that has no kind of its own.
    """
    if isinstance(error, UnseenError):
        return Failure(unseen=str(error))
    if isinstance(error, TooBusyError):
        return Failure(unseen=f"{what}: {error}")
    missing = causes.missing_module(error)
    foreign = missing and not stacks.family_of_module(missing) and not home.owns_module(missing)
    if foreign and may_be_declared(missing, home, spec):
        return Failure(unseen=f"needs module `{missing}`, which is not installed here")
    problem = causes.explain(error, home, what, fallback=kind)
    if problem.kind in (causes.HANGS, causes.EXITED):
        # Wherever that is, the stack's process stands still or ends with it.
        return Failure(problem)
    of_others = not missing and causes.is_environments(error, home)
    if causes.is_stacks(problem) or of_others or _may_differ(error, problem, home, spec):
        return Failure(unseen=problem.message)
    return Failure(problem)


def _may_differ(error: BaseException, problem: Problem, home: Home, spec: Spec) -> bool:
    """Whether what a third-party package does not have may be in the release that the provider declares.

    Source alone tells too little of what others' packages have.
    """
    if problem.kind not in _THIRD_PARTY_SHAPE:
        return False
    name = str(careful.attribute(error, "name") or "")
    owners = {_plain(owner) for owner in _distributions().get(name.partition(".")[0], ())}
    declared = [one for one in _requirements(_lines(home, spec)) if _plain(one.name) in owners]
    return loading.reader() is not None or any(not _is_met(one) for one in declared)


def _is_met(requirement: Requirement) -> bool:
    version = importlib.metadata.version(requirement.name)
    return requirement.specifier.contains(version, prereleases=True)


def may_be_declared(module: str, home: Home, spec: Spec) -> bool:
    """Whether a requirement that is not installed here may be what provides ``module``.

    Names of modules and distributions differ too much to tell which it is. An extra is
    nobody's duty to install, so there the name has to fit.
    """
    if any(not stacks.version_of(name) for name in _declared(home, spec)):
        return True
    top = _plain(module.partition(".")[0])
    return any(top in _plain(name) for name in _extras(home))


def unmet(home: Home, spec: Spec) -> Iterator[tuple[str, str]]:
    """The declared requirements that are not met here, each with the version that is, "" without one."""
    for one in dict.fromkeys(map(str, _requirements(_lines(home, spec)))):
        requirement = _requirement(one)
        here = stacks.version_of(requirement.name) if requirement is not None else ""
        if requirement is not None and not (here and requirement.specifier.contains(here, prereleases=True)):
            yield one, here


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name).lower()


def _declared(home: Home, spec: Spec) -> Iterator[str]:
    return names(_lines(home, spec))


def _lines(home: Home, spec: Spec) -> Iterator[str]:
    """The requirements as they are declared: by the spec, by the installed package, by its project."""
    yield from specs.pip_packages(spec.raw)
    for distribution in _distributions().get(home.package, ()):
        yield from importlib.metadata.requires(distribution) or ()
    for folder in _project_folders(home):
        yield from projects.requirements(folder)


def _extras(home: Home) -> Iterator[str]:
    for distribution in _distributions().get(home.package, ()):
        lines = importlib.metadata.requires(distribution) or ()
        yield from (match.group() for line in lines if "extra" in line and (match := _NAME.match(line)))


@cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _project_folders(home: Home) -> list[Path]:
    parents = [parent for place in home.places for parent in place.parents[:2]]
    return [parent for parent in dict.fromkeys(parents) if _is_project(parent)]


def _is_project(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file() or projects.metadata_of(folder) is not None


def names(lines: Iterable[str]) -> Iterator[str]:
    """The distributions that requirements are about, of those that hold here."""
    for line in lines:
        if _requirement(line) is None:
            yield from _pip_names(line)
        yield from (requirement.name for requirement in _requirements([line]))


def _requirements(lines: Iterable[str]) -> Iterator[Requirement]:
    """The requirements that hold here."""
    for requirement in filter(None, map(_requirement, lines)):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _requirement(line: str) -> Requirement | None:
    """A requirement, None for what was meant for pip's command line."""
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - only where asked

    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def _pip_names(line: str) -> Iterator[str]:
    """The names in what was meant for pip's command line: "torch torchvision --index-url URL"."""
    for word in line.split(" --", maxsplit=1)[0].split():
        match = _NAME.match(word)
        if match and not word.startswith("-"):
            yield match.group()
