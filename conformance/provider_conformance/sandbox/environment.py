"""The environment as a fresh container has it: nothing set that a provider could be configured by."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from traceback import walk_stack
from typing import Any, Final
from unittest import mock

_KEPT: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "VIRTUAL_ENV", "LD_LIBRARY_PATH", "APPDATA", "LOCALAPPDATA", "USERPROFILE",
)  # fmt: skip
"""What every process has, whatever it is for."""
_PREFIXES: Final = ("PYTHON", "LC_", "COVERAGE", "PYTEST", "XDG_")


@contextmanager
def emptied(
    given: Mapping[str, str] | None = None, *, by: Callable[[str], bool] = lambda _file: True
) -> Iterator[list[str]]:
    """Empty the environment for as long as the context lasts.

    Args:
        given: Variables to set all the same.
        by: Whether a source file is one of those whose look-ups count; what they call counts as well.

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
            if environ is os.environ and name not in missing and _called_by(by):
                missing.append(name)
            raise

    kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
    with (
        mock.patch.dict(os.environ, {**kept, **(given or {})}, clear=True),
        mock.patch.object(kind, "__getitem__", watched),
    ):
        yield missing


def _called_by(by: Callable[[str], bool]) -> bool:
    return any(by(frame.f_code.co_filename) for frame, _ in walk_stack(None))


def _is_kept(name: str) -> bool:
    return name.upper() in _KEPT or name.startswith(_PREFIXES)
