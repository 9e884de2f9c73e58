"""Import a provider's package anew, so that nothing is there that an earlier run left in its modules."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from provider_conformance.package.loading import import_module


@contextmanager
def imported_anew(module: str) -> Iterator[ModuleType | None]:
    """A module, imported anew with all others of its top-level package; those that were there come back.

    Args:
        module: The module's full name.

    Yields:
        The new module; None where it cannot be imported a second time.
    """
    package = module.partition(".")[0]
    before = _modules_of(package)
    _forget(package)
    importlib.invalidate_caches()
    try:
        found = import_module(module).value
        yield found if isinstance(found, ModuleType) else None
    finally:
        _forget(package)
        sys.modules.update(before)


def _modules_of(package: str) -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if name == package or name.startswith(f"{package}.")
    }


def _forget(package: str) -> None:
    for name in _modules_of(package):
        del sys.modules[name]
