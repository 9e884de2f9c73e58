"""A wheel or a source distribution as a folder: unpacked once a process, and gone with it."""

from __future__ import annotations

import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

from provider_conformance.errors import UsageError

_WHEEL: Final = ".whl"
_SOURCES: Final = (".tar.gz", ".tgz", ".zip")


def is_archive(path: Path) -> bool:
    """Whether a path is a wheel or a source distribution, by its name."""
    return path.is_file() and path.name.endswith((_WHEEL, *_SOURCES))


def unpacked(path: Path) -> Path:
    """The folder that has what is in an archive: that of the project, or the one that a wheel installs into.

    Raises:
        UsageError: It cannot be unpacked.
    """
    return _unpacked(path.resolve(), path.stat().st_mtime_ns)


_kept: Final[list[tempfile.TemporaryDirectory[str]]] = []
"""Removed when the process ends."""


@cache
def _unpacked(path: Path, _changed: int) -> Path:
    folder = tempfile.TemporaryDirectory(prefix="provider-conformance-")
    _kept.append(folder)
    inside = Path(folder.name).resolve()
    try:
        if path.name.endswith((_WHEEL, ".zip")):
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(inside)  # noqa: S202 - it leads no name out of the folder
        else:
            with tarfile.open(path) as source:
                source.extractall(inside, filter="data")
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise UsageError(f"{path} cannot be unpacked: {error}") from None
    entries = [*inside.iterdir()]
    alone = len(entries) == 1 and entries[0].is_dir() and not path.name.endswith(_WHEEL)
    return entries[0] if alone else inside
