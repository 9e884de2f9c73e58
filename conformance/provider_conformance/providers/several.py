"""A folder that holds several providers, each a project of its own: a repository of them, say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provider_conformance.contracts import stacks
from provider_conformance.package import projects

_PROJECT: Final = ("pyproject.toml", "setup.py", "setup.cfg")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Several:
    """The projects of a folder.

    Attributes:
        judged: Those that can be judged by what is installed.
        left_out: The others, each with the distribution of the stack that it requires.
    """

    judged: tuple[Path, ...]
    left_out: dict[Path, str] = field(default_factory=dict)


def projects_in(folder: Path) -> tuple[Path, ...]:
    """The projects right inside a folder that is neither a project nor a package itself, by name.

    Args:
        folder: What the user named; () where it is no folder, or something by itself.
    """
    if not folder.is_dir() or _is_project(folder) or (folder / "__init__.py").is_file():
        return ()
    return tuple(entry for entry in sorted(folder.iterdir()) if entry.is_dir() and _is_project(entry))


def by_what_is_installed(found: Sequence[Path]) -> Several:
    """Tell the projects that can be judged here from those whose stack is not installed.

    Where none can be judged none is left out: each then says by itself what it lacks.
    """
    left_out = {project: stack for project in found if (stack := _stack_not_here(project))}
    judged = tuple(project for project in found if project not in left_out)
    return Several(judged, left_out) if judged else Several(tuple(found))


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _PROJECT)


def _stack_not_here(project: Path) -> str:
    """The distribution of a stack that a project requires and that is not installed, "" without one."""
    named = (_NAME.match(line.strip()) for line in projects.requirements(project))
    names = (match[0].lower().replace("_", "-") for match in named if match)
    families = ((name, name.removesuffix("-api")) for name in names)
    return next(
        (name for name, family in families if family in stacks.DISTRIBUTIONS and not _is_here(family)), ""
    )


def _is_here(family: str) -> bool:
    return bool(stacks.version_of(family) or stacks.version_of(f"{family}-api"))
