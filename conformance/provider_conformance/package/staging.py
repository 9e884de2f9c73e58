"""Make the package of a folder importable, also where another folder has one of the same name."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_added: Final[list[str]] = []
_shelves: Final[dict[tuple[Path, str], dict[str, ModuleType]]] = {}


def stage(folder: Path, package: str) -> None:
    """Put ``folder`` first on ``sys.path`` and see to it that ``package`` is imported from there.

    Modules of a package of that name from another folder are put aside, and come back when
    that folder is staged again.
    """
    top = package.partition(".")[0]
    entry = str(folder)
    if sys.path[:1] != [entry]:
        if entry not in _added:
            _added.append(entry)
        elif entry in sys.path:  # unless somebody else has taken it off
            sys.path.remove(entry)
        sys.path.insert(0, entry)
    present = _modules_of(top)
    owner = _folder_of(present.get(top))
    if present and owner != folder:
        _shelves[owner or Path(), top] = present
        for name in present:
            del sys.modules[name]
        sys.modules.update(_shelves.pop((folder, top), {}))
    importlib.invalidate_caches()


def unstage() -> None:
    """Take all staged folders off ``sys.path`` again; what was imported stays imported."""
    while _added:
        entry = _added.pop()
        if entry in sys.path:
            sys.path.remove(entry)


def _modules_of(top: str) -> dict[str, Any]:
    return {name: module for name, module in sys.modules.items() if name == top or name.startswith(f"{top}.")}


def _folder_of(module: Any) -> Path | None:
    spec = vars(module).get("__spec__") if issubclass(type(module), ModuleType) else None
    places = [*(getattr(spec, "submodule_search_locations", None) or ())] or [getattr(spec, "origin", None)]
    return Path(places[0]).parent.resolve() if places[0] else None
