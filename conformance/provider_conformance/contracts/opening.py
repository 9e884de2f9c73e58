"""The snapshot that a user names: a release, a file, or the stack that is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from provider_conformance.contracts.load import release_of
from provider_conformance.contracts.probe import FAMILIES, version_of
from provider_conformance.contracts.snapshots.capture import FORMAT, capture
from provider_conformance.contracts.snapshots.store import Release, Snapshot, available, load
from provider_conformance.errors import UsageError

FORMS: Final = "`ogx==1.5.0`, the file of a snapshot, or `ogx` or `llama-stack` for what is installed"


def open_snapshot(text: str) -> Snapshot:
    """The snapshot that a user names.

    Args:
        text: A release ("ogx==1.5.0"), whose snapshot is shipped or which is installed; the path of a file
            that `snapshot` has written; or the name of a stack, "ogx" or "llama-stack", that is installed.

    Raises:
        UsageError: If it names none of these, or the file is no snapshot.
        ConformanceError: If the installed stack cannot be read.
    """
    if text in FAMILIES:
        return _taken(text)
    release = None if Path(text).is_file() else release_of(text)
    if release is None:
        return read_snapshot(Path(text))
    is_installed = version_of(FAMILIES[release.stack].distribution) == release.release
    return _taken(release.stack) if is_installed and release not in available() else load(release)


def _taken(family: str) -> Snapshot:
    """A snapshot of what is installed, taken now."""
    return _read(json.loads(capture(family)[1]))


def read_snapshot(file: Path) -> Snapshot:
    """The snapshot in a file that `snapshot` has written.

    Raises:
        UsageError: If there is no such file, or it holds something else.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no file `{file}`: name {FORMS}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as a snapshot: {error}") from error
    parts = {"format", "stack", "release", "contract", "modules"}
    if not isinstance(data, dict) or not parts <= data.keys() or data["stack"] not in FAMILIES:
        raise UsageError(f"{file} is no snapshot: `python -m provider_conformance snapshot` writes one")
    if data["format"] != FORMAT:
        raise UsageError(
            f"{file} has format {data['format']}, this version reads {FORMAT}: take the snapshot again"
        )
    return _read(data)


def _read(data: dict[str, Any]) -> Snapshot:
    return Snapshot(Release(data["stack"], data["release"]), data)
