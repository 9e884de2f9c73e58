"""Import a provider's modules, and know which files are its own."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.providers import careful
from provider_conformance.providers.containment import Attempt, attempt

ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Home:
    """A provider's own code: its top-level package and the folders or the file that it lives in."""

    package: str
    places: tuple[Path, ...] = ()

    def owns(self, filename: str) -> bool:
        """Whether ``filename`` is one of the provider's source files."""
        path = Path(filename)
        return any(place == path or place in path.parents for place in self.places)

    def owns_module(self, module: str) -> bool:
        """Whether ``module`` is the package or within it."""
        return module == self.package or module.startswith(f"{self.package}.")


def home_of(module: str) -> Home:
    """The home of the package that ``module`` is in."""
    package = module.partition(".")[0]
    spec = find_spec(package)
    if spec is None:
        return Home(package)
    folders = [Path(folder).resolve() for folder in spec.submodule_search_locations or ()]
    plain = [Path(folder) for folder in spec.submodule_search_locations or ()]
    file = [Path(spec.origin)] if spec.origin and not folders else []
    return Home(package, tuple(dict.fromkeys([*plain, *folders, *file])))


def find_spec(module: str) -> ModuleSpec | None:
    """The import system's spec of ``module``, None where it or one of its parents cannot be found."""
    found = attempt(lambda: importlib.util.find_spec(module)).value
    return found if isinstance(found, ModuleSpec) else None


def import_module(module: str) -> Attempt:
    """Import ``module``, contained; the value is the module."""
    return attempt(lambda: importlib.import_module(module))


def loaded(module: str) -> ModuleType | None:
    """``module`` where it is imported already."""
    found = sys.modules.get(module)
    return found if issubclass(type(found), ModuleType) else None


def member(module: ModuleType, name: str) -> Attempt:
    """An attribute of ``module``; the value is ``ABSENT`` where it has none.

    A module's ``__getattr__`` is asked last, so that a broken one hides nothing that is there.
    """
    own = vars(module)
    if name in own:
        return Attempt(own[name])
    asked = attempt(lambda: getattr(module, name))
    if isinstance(asked.error, AttributeError) and not _from_elsewhere(asked.error, name):
        return Attempt(ABSENT)
    return asked


def _from_elsewhere(error: AttributeError, name: str) -> bool:
    asked = careful.attribute(error, "name")
    return isinstance(asked, str) and asked != name


def frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    """File, line and module name of each frame that ``error`` passed, outermost first."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        filename = frame.f_code.co_filename
        if not filename.startswith("<frozen "):
            yield filename, trace.tb_lineno, _text(frame.f_globals.get("__name__"))
        trace = trace.tb_next


def last_own_frame(error: BaseException, home: Home) -> Location | None:
    """The place in the provider's own code that is nearest to where ``error`` was raised."""
    own = [Location(filename, line) for filename, line, _ in frames(error) if home.owns(filename)]
    return own[-1] if own else None


def _text(value: Any) -> str:
    return value if type(value) is str else ""
