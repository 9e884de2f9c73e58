"""Where an installed stack and the providers in it keep things during a trial: in a temporary folder."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

_VARIABLES: Final = (
    "SQLITE_STORE_DIR",
    "FILES_STORAGE_DIR",
    "LLAMA_STACK_CONFIG_DIR",
    "OGX_CONFIG_DIR",
)
"""The variables by which the stacks, and sample configurations for them, are told where to write."""

_STORES: Final = (
    # The module, the function that is told the back ends, the one that closes them; class and name of ours.
    ("kvstore", "kvstore", "SqliteKVStoreConfig", "kv_default", "kvstore.db"),
    ("sqlstore", "sqlstore", "SqliteSqlStoreConfig", "sql_default", "sqlstore.db"),
)
_PLACES: Final = ("{core}.storage", "{package}.providers.utils")


class MemoryKeyValues:
    """A key-value store in memory, for the stack's own registry of what is registered."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def initialize(self) -> None:
        """Nothing to open."""

    async def set(self, key: str, value: str, *_expiration: Any, **_more: Any) -> None:
        """Keep a value."""
        self._values[key] = value

    async def get(self, key: str) -> str | None:
        """The value, None without one."""
        return self._values.get(key)

    async def delete(self, key: str) -> None:
        """Forget a value."""
        self._values.pop(key, None)

    async def values_in_range(self, start_key: str, end_key: str) -> list[str]:
        """The values of the keys from ``start_key`` to before ``end_key``, in their order."""
        return [value for key, value in sorted(self._values.items()) if start_key <= key < end_key]

    async def keys_in_range(self, start_key: str, end_key: str) -> list[str]:
        """The keys from ``start_key`` to before ``end_key``, in their order."""
        return [key for key in sorted(self._values) if start_key <= key < end_key]

    range = values_in_range


def dist_registry(core: str) -> Any:
    """A registry of registered objects, of the stack's own class; None where it has none.

    Args:
        core: The package that holds the stack's resolver.
    """
    if find_spec(f"{core}.store") is None:
        return None
    made = import_module(f"{core}.store.registry").CachedDiskDistributionRegistry
    return made(MemoryKeyValues())


def places(folder: str) -> dict[str, str]:
    """The variables that tell stacks and samples to write to ``folder``."""
    return dict.fromkeys(_VARIABLES, folder)


@contextlib.asynccontextmanager
async def opened(core: str, folder: str) -> AsyncIterator[None]:
    """Give a stack its named back ends in ``folder``, and close them afterwards.

    In releases that have none, a provider's configuration says where it writes.
    """
    modules = [*_modules(core)]
    for module, (_, name, config, back_end, file) in modules:
        made = _config_class(core, module, config)(db_path=str(Path(folder) / file))
        getattr(module, f"register_{name}_backends")({back_end: made})
    try:
        yield
    finally:
        for module, (_, name, *_rest) in modules:
            close = getattr(module, f"shutdown_{name}_backends", None)
            with contextlib.suppress(Exception):
                if close is not None:
                    await close()


def _modules(core: str) -> Iterator[tuple[Any, tuple[str, str, str, str, str]]]:
    package = core.partition(".")[0]
    for store in _STORES:
        for place in _PLACES:
            name = f"{place.format(core=core, package=package)}.{store[0]}.{store[1]}"
            module = _imported(name)
            if module is not None and hasattr(module, f"register_{store[1]}_backends"):
                yield module, store
                break


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def _config_class(core: str, module: Any, name: str) -> Any:
    return getattr(module, name, None) or getattr(import_module(f"{core}.storage.datatypes"), name)
