"""Which files are written, read off the arguments of audit events, and where a provider may write."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

VERBS: Final = {
    "open": "writes",
    "os.mkdir": "makes the folder",
    "os.rmdir": "removes the folder",
    "os.remove": "removes",
    "os.rename": "renames",
    "os.link": "links",
    "os.symlink": "links",
    "os.truncate": "truncates",
    "shutil.rmtree": "removes the folder",
    "sqlite3.connect": "makes the database",
}
"""The events, and how they are told."""
EVENTS: Final = tuple(VERBS)
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_OF_NAMES: Final = ("os.rename", "os.link", "os.symlink")
_OF_WHAT_IS: Final = ("os.rmdir", "os.remove", "os.rename", "os.truncate", "shutil.rmtree")
_BELOW_FOLDERS: Final = ("os.mkdir", "os.rmdir", "os.remove", *_OF_NAMES)
_DEVICES: Final = ("/dev", "/proc", "/sys/fs/cgroup")


def written(event: str, arguments: tuple[Any, ...]) -> str:
    """The path that an event writes to, "" where it writes nothing or where a provider may."""
    return next((str(path) for path in _paths(event, arguments) if not _is_allowed(path)), "")


def _paths(event: str, arguments: tuple[Any, ...]) -> list[str]:
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
        return []
    if event == "sqlite3.connect":
        return _database(arguments[0])
    named = arguments[:2] if event in _OF_NAMES else arguments[:1]
    descriptors = {"os.mkdir": arguments[2:], "os.truncate": (), "open": ()}.get(
        event, arguments[len(named) :]
    )
    if any(descriptor not in (-1, None) for descriptor in descriptors):
        # Relative to a folder that is open: what opens it for that, `shutil.rmtree`, is seen itself.
        return []
    paths = [_text(name) for name in named if isinstance(name, str | bytes | os.PathLike)]
    exists = bool(paths) and os.path.lexists(paths[0])
    if (event == "os.mkdir" and exists) or (event in _OF_WHAT_IS and not exists):
        return []
    # What is linked to is only read.
    return paths[1:] if event in ("os.link", "os.symlink") else paths


def _text(name: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    return os.fsdecode(name)


def _database(name: Any) -> list[str]:
    """The file that a database would be made in; one that is there may be for reading."""
    text = _text(name) if isinstance(name, str | bytes | os.PathLike) else ""
    if text.startswith("file:"):
        text, _, options = text.removeprefix("file:").partition("?")
        text = "" if "mode=memory" in options or "mode=ro" in options else text
    return [] if text in ("", ":memory:") or os.path.lexists(text) else [text]


def _is_allowed(path: str) -> bool:
    real = os.path.realpath(path)
    return any(_is_in(real, folder) for folder in allowed()) or "__pycache__" in real


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


@cache
def allowed() -> tuple[str, ...]:
    """The folders that anybody may write to: those for temporary files, and devices."""
    given = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    # Where other programs put temporary files: nothing of ours is written there.
    folders = [tempfile.gettempdir(), "/tmp", "/var/tmp", *filter(None, given), *_DEVICES]  # noqa: S108
    return tuple(dict.fromkeys(os.path.realpath(folder) for folder in folders))


def is_cache(path: str) -> bool:
    """Whether a path is where libraries keep what they can make again: hidden in the home, or beside them."""
    real = os.path.realpath(path)
    home = str(Path("~").expanduser())
    inside = os.path.relpath(real, home) if _is_in(real, home) else ""
    hidden = inside.startswith((".", f"Library{os.sep}", f"AppData{os.sep}")) and inside not in (".", "..")
    return hidden or _is_in(real, sys.prefix) or _is_in(real, sys.base_prefix) or "site-packages" in real
