"""Folders of its own for a provider that is tried: a home, and what the stacks' configurations name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_INSTEAD: Final = (
    "HOME",
    "USERPROFILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "SQLITE_STORE_DIR",
    "FILES_STORAGE_DIR",
    "LLAMA_STACK_CONFIG_DIR",
    "OGX_CONFIG_DIR",
)
"""Variables from which the stacks and well-behaved programs make the paths that they write to."""
_READ: Final = {"HF_HOME": ".cache/huggingface", "TORCH_HOME": ".cache/torch"}
"""Caches that are read where they are: without a network nothing could be had in their place."""


@contextmanager
def private() -> Iterator[None]:
    """Let the home and the like be a temporary folder for as long as the context lasts."""
    home = Path("~").expanduser()
    kept = {name: str(home / place) for name, place in _READ.items() if (home / place).is_dir()}
    with tempfile.TemporaryDirectory(prefix="provider-conformance-", ignore_cleanup_errors=True) as folder:
        values = {**kept, **{name: os.environ[name] for name in kept if name in os.environ}}
        values |= dict.fromkeys(_INSTEAD, folder)
        before = {name: os.environ.get(name) for name in values}
        os.environ.update(values)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
