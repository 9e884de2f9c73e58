"""What the stacks' own code fetches while a provider starts, from what is installed or from a small stand-in.

ogx's vector stores load the table of a tokenizer from the network before they can be used. That is none of
the provider's doing, and no run needs the real one: where it is neither cached nor brought by an installed
package, every byte is a token of its own.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from provider_conformance.sandbox.limits import limits

_CACHES: Final = ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR")
"""Where tiktoken keeps tables, the first that is set; a folder for temporary files without either."""
_BROUGHT: Final = ("litellm", "litellm_core_utils/tokenizers")
"""A package that ships tables under the names that tiktoken's cache gives them, and where."""
_LOADS: Final = "load_tiktoken_bpe"


@contextmanager
def stood_in() -> Iterator[None]:
    """Let tokenizer tables be there for as long as the context lasts; a run with a network fetches them."""
    tables = None if limits().network else _tables()
    if tables is None:
        yield
        return
    encodings: dict[str, Any] = importlib.import_module("tiktoken.registry").ENCODINGS
    known, load = frozenset(encodings), getattr(tables, _LOADS)

    def loaded(path: str, expected_hash: str | None = None) -> dict[bytes, int]:
        if (folder := _folder_with(path)) is None:
            return {bytes([number]): number for number in range(256)}
        with _cached_in(folder):
            table: dict[bytes, int] = load(path, expected_hash)
        return table

    setattr(tables, _LOADS, loaded)
    try:
        yield
    finally:
        setattr(tables, _LOADS, load)
        # Others of this process may ask for an encoding later: they get a real one, or their own error.
        for name in encodings.keys() - known:
            del encodings[name]


@cache
def _tables() -> ModuleType | None:
    """The module that knows where tiktoken's tables are, None where there is none that loads them so."""
    if find_spec("tiktoken_ext") is None or find_spec("tiktoken") is None:
        return None
    try:
        module = importlib.import_module("tiktoken_ext.openai_public")
    except ImportError:
        return None
    return module if hasattr(module, _LOADS) else None


def _folder_with(path: str) -> Path | None:
    """The folder that has a table, under the name that tiktoken looks for."""
    name = hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()
    return next((folder for folder in _folders() if (folder / name).is_file()), None)


def _folders() -> Iterator[Path]:
    told = next((os.environ[name] for name in _CACHES if name in os.environ), None)
    yield Path(tempfile.gettempdir(), "data-gym-cache") if told is None else Path(told)
    package, inner = _BROUGHT
    spec = find_spec(package)
    for home in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield Path(home, inner)


@contextmanager
def _cached_in(folder: Path) -> Iterator[None]:
    before = os.environ.get(_CACHES[0])
    os.environ[_CACHES[0]] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CACHES[0]]
        else:
            os.environ[_CACHES[0]] = before
