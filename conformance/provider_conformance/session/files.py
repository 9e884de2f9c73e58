"""The report files that a run is to write: what was asked for, and the writing."""

from __future__ import annotations

import linecache
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from provider_conformance._version import __version__
from provider_conformance.errors import UsageError
from provider_conformance.findings import Location
from provider_conformance.reports import Format, formats
from provider_conformance.run.account import Account
from provider_conformance.run.report import Report
from provider_conformance.run.selection import did_you_mean

_OPTION: Final = "--provider-report"


@dataclass(frozen=True, slots=True)
class Target:
    """A report file to write."""

    format: Format
    path: Path


def targets(texts: Iterable[str], root: Path) -> tuple[Target, ...]:
    """The report files that are asked for.

    Args:
        texts: ``FORMAT:PATH``, each.
        root: The folder that paths are relative to.

    Raises:
        UsageError: If one of them cannot be written, or a file is asked for twice.
    """
    found: dict[Path, Target] = {}
    for text in texts:
        target = _target(text, root)
        if other := found.get(target.path.resolve()):
            twice = f"as {other.format.name} and as {target.format.name}"
            raise UsageError(f"{_OPTION}: {target.path} is asked for twice, {twice}; name another file")
        found[target.path.resolve()] = target
    return tuple(found.values())


def _target(text: str, root: Path) -> Target:
    name, separator, path = text.partition(":")
    if not separator or not path.strip():
        raise UsageError(f"{_OPTION}: {text!r} is not FORMAT:PATH; write json:report.json")
    known = formats()
    if name not in known:
        raise UsageError(
            f"{_OPTION}: there is no format {name!r}; choose one of {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        )
    if missing := known[name].missing:
        raise UsageError(f"{_OPTION}: {missing}")
    file = root / Path(path.strip()).expanduser()
    if file.is_dir():
        raise UsageError(f"{_OPTION}: {file} is a folder; name a file in it")
    if not file.parent.is_dir():
        raise UsageError(f"{_OPTION}: the folder {file.parent} does not exist")
    return Target(known[name], file)


def write(target: Target, report: Report, account: Account) -> str:
    """Write a report file; return why that could not be done, or nothing."""
    text = target.format.render(report, account)
    try:
        target.path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        return f"{_OPTION}: {target.path} was not written: {error.strerror}"
    return ""


def source_from(here: Path) -> Callable[[Location], Sequence[str]]:
    """What gives the lines of a finding's file, whose path is relative to a folder."""
    return lambda location: linecache.getlines(str(here / location.path))


def tools() -> tuple[tuple[str, str], ...]:
    """What a report is made with, by name and version."""
    return (
        ("provider-conformance", __version__),
        ("pytest", pytest.__version__),
        ("Python", platform.python_version()),
    )
