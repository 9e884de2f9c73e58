"""What one ``--provider`` argument names: a folder of projects or specs and a run config are several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provider_conformance.errors import UsageError
from provider_conformance.package import run_files, spec_files
from provider_conformance.providers import several


@dataclass(frozen=True, slots=True)
class Forms:
    """The single providers behind an argument.

    Attributes:
        named: Their arguments.
        left_out: What is not judged, a sentence each.
        config: The run config that has their settings, None without one.
    """

    named: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    config: Path | None = None


def behind(argument: str, root: Path, *, everything: bool) -> Forms:
    """The single providers that an argument names.

    Args:
        argument: What the user named.
        root: The folder that a path is relative to.
        everything: Whether a project counts whose stack is not installed here.

    Raises:
        UsageError: It is a run config that cannot be read, or that names no provider of its own.
    """
    path = root / Path(argument).expanduser()
    if path.is_file() and path.suffix in spec_files.SUFFIXES and run_files.is_run_file(path):
        return _of_run_config(argument, run_files.read(path))
    if path.is_dir() and spec_files.is_tree(path):
        return Forms(tuple(of_tree(argument, path)))
    found = several.projects_in(path)
    known = several.Several(found) if everything else several.by_what_is_installed(found)
    left_out = (
        f"{argument}: {project.name} is left out, it requires {stack}, which is not installed here"
        for project, stack in known.left_out.items()
    )
    return Forms(tuple(map(str, known.judged)) or (argument,), tuple(left_out))


def of_tree(argument: str, folder: Path) -> Iterator[str]:
    """The arguments that name the specs of a folder, one for each package that has their code."""
    packages = spec_files.by_package(spec_files.in_tree(folder))
    yield from [f"{argument}:{package}" for package in packages] if len(packages) > 1 else [argument]


def _of_run_config(argument: str, config: run_files.RunFile) -> Forms:
    named = [*dict.fromkeys(entry.import_name for entry in config.entries if entry.module)]
    files: tuple[spec_files.SpecFile, ...] = ()
    if (folder := config.providers_dir) is not None:
        if not folder.is_dir():
            raise UsageError(f"{config.at('external_providers_dir')}: there is no folder {folder}")
        files = spec_files.in_tree(folder)
        named += of_tree(str(folder), folder) if files else ()
    own = {(file.api, file.provider_type) for file in files}
    others = [
        entry for entry in config.entries if not entry.module and (entry.api, entry.provider_type) not in own
    ]
    if not named:
        raise UsageError(
            f"--provider={argument}: the run config names no provider of its own, neither by `module` nor in "
            "`external_providers_dir`; what comes with the stack is looked at by `preflight`"
        )
    types = ", ".join(dict.fromkeys(entry.provider_type for entry in others))
    left_out = (f"{argument}: left out, for they come with the stack: {types}",) if others else ()
    return Forms(tuple(named), left_out, config.path)
