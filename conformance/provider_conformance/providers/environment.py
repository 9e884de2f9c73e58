"""The environment as a fresh container has it: nothing set that a provider could be configured by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

_KEPT: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "VIRTUAL_ENV", "LD_LIBRARY_PATH", "APPDATA", "LOCALAPPDATA", "USERPROFILE",
)  # fmt: skip
"""What every process has, whatever it is for."""
_PREFIXES: Final = ("PYTHON", "LC_", "COVERAGE", "PYTEST", "XDG_")


@contextmanager
def emptied(given: Mapping[str, str] | None = None) -> Iterator[list[str]]:
    """Empty the environment for as long as the context lasts.

    Args:
        given: Variables to set all the same.

    Yields:
        The names that were looked up and not there, in that order, while the context lasts.
    """
    missing: list[str] = []
    kind = type(os.environ)
    look_up = kind.__getitem__

    def watched(environ: Any, name: Any) -> Any:
        try:
            return look_up(environ, name)
        except KeyError:
            if environ is os.environ and isinstance(name, str) and name not in missing:
                missing.append(name)
            raise

    kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
    with (
        mock.patch.dict(os.environ, {**kept, **(given or {})}, clear=True),
        mock.patch.object(kind, "__getitem__", watched),
    ):
        yield missing


def _is_kept(name: str) -> bool:
    return name.upper() in _KEPT or name.startswith(_PREFIXES)
