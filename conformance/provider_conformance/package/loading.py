"""Import a provider's modules, and know which files are its own."""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FunctionType, ModuleType, TracebackType
from typing import Any, Final, Protocol

from provider_conformance.contracts import stacks
from provider_conformance.findings import Location
from provider_conformance.package import places
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import Opaque
from provider_conformance.protocols.model import ProtocolModel
from provider_conformance.sandbox.containment import Attempt, attempt

ABSENT: Final = object()


class UnseenError(Exception):
    """Something that only running the provider's code would tell; the message says why."""


class Reader(Protocol):
    """Stands in for the import system: modules made from source, with nothing of them run."""

    @property
    def releases(self) -> Mapping[str, str] | None:
        """The stacks' distributions with their versions, where not the installed ones are read."""

    def find_spec(self, module: str) -> ModuleSpec | None:
        """The spec of ``module``, None where there is no source for it."""

    def import_module(self, module: str) -> ModuleType:
        """A module whose members are stand-ins; raises what an import would."""

    def imported(self, namespace: Any, statement: ast.Import | ast.ImportFrom) -> Any:
        """What an import statement of one name in a function with these globals binds."""

    def make_module(self, name: str, text: str) -> ModuleType:
        """A module of a text that stands in no file."""

    def lacks(self, module: str) -> Iterator[ImportError]:
        """What importing ``module`` raises for want of somebody else's package, one error for each."""

    def call(self, function: Any) -> Any:
        """What a function returns that is called without arguments; UnseenError where that is open."""

    def counterpart(self, protocol: ProtocolModel) -> type | None:
        """The stand-in of a protocol's class, which stand-ins of implementations inherit."""


_reader: Final[ContextVar[Reader | None]] = ContextVar("reader", default=None)


@contextmanager
def reading(reader: Reader | None) -> Iterator[None]:
    """Get modules from ``reader`` instead of importing them; None changes nothing."""
    before = _reader.set(reader or _reader.get())
    try:
        with stacks.read_instead(reader.releases if reader is not None else None):
            yield
    finally:
        _reader.reset(before)


def reader() -> Reader | None:
    """What stands in for the import system here, None where modules are really imported."""
    return _reader.get()


@dataclass(frozen=True, slots=True)
class Home:
    """A provider's own code: its top-level package and the folders or the file that it lives in."""

    package: str
    places: tuple[Path, ...] = ()

    def owns(self, filename: str) -> bool:
        """Whether ``filename`` is one of the provider's source files."""
        return places.within(filename, self.places)

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
    if (instead := _reader.get()) is not None:
        return instead.find_spec(module)
    found = attempt(lambda: importlib.util.find_spec(module)).value
    return found if isinstance(found, ModuleSpec) else None


def import_module(module: str) -> Attempt:
    """Import ``module``, contained; the value is the module."""
    instead = _reader.get()
    return attempt(lambda: (instead.import_module if instead else importlib.import_module)(module))


def make_module(name: str, text: str) -> Attempt:
    """A module of a text of this suite's own making, in the view that holds; the value is the module."""
    instead = _reader.get()
    if instead is not None:
        return attempt(lambda: instead.make_module(name, text))
    made = ModuleType(name)
    tried = attempt(lambda: exec(compile(text, f"<{name}>", "exec"), vars(made)))  # noqa: S102 - see above
    return replace(tried, value=made)


def call(function: Any) -> Attempt:
    """Call a function of the provider's without arguments, contained; the value is what it returns."""
    instead = _reader.get()
    return attempt(function if instead is None else lambda: instead.call(function))


def import_one(statement: ast.Import | ast.ImportFrom, function: FunctionType) -> Attempt:
    """Make an import of one name as ``function`` would; the value is what it binds."""
    namespace = function.__globals__
    if (instead := _reader.get()) is not None:
        return attempt(lambda: instead.imported(namespace, statement))
    own = {name: namespace.get(name) for name in ("__name__", "__package__", "__spec__")}
    code = compile(ast.Module([statement], []), function.__code__.co_filename, "exec")
    tried = attempt(lambda: exec(code, own))  # noqa: S102 - one import statement of the provider's
    alias = statement.names[0]
    return replace(tried, value=own.get(alias.asname or alias.name.partition(".")[0]))


def lacks(module: str) -> Iterator[ImportError]:
    """What importing a module of the provider's would raise for want of others' packages.

    Nothing where modules are really imported: there the import itself fails.
    """
    instead = _reader.get()
    return instead.lacks(module) if instead is not None else iter(())


def own_module(statement: ast.Import | ast.ImportFrom, function: FunctionType) -> str:
    """The module of its own package that an import in ``function`` names, "" for another package's."""
    package = str(function.__globals__.get("__package__") or "")
    if isinstance(statement, ast.Import):
        module = statement.names[0].name
    elif statement.level:
        module = importlib.util.resolve_name(f"{'.' * statement.level}{statement.module or ''}", package)
    else:
        module = statement.module or ""
    return module if module.partition(".")[0] == package.partition(".")[0] else ""


def single(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.Import | ast.ImportFrom:
    """The import statement ``node`` for just one of its names, at the same place."""
    if isinstance(node, ast.Import):
        return ast.copy_location(ast.Import([alias]), node)
    return ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node)


_CATCHES_IMPORT: Final = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def catches_import(handler: ast.ExceptHandler) -> bool:
    """Whether a handler is entered when an import in its ``try`` fails."""
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in _CATCHES_IMPORT for name in names)


def loaded(module: str) -> ModuleType | None:
    """``module`` where it is imported already."""
    if _reader.get() is not None:
        return import_module(module).value if find_spec(module) is not None else None
    found = sys.modules.get(module)
    return found if issubclass(type(found), ModuleType) else None


def member(module: ModuleType, name: str) -> Attempt:
    """An attribute of ``module``; the value is ``ABSENT`` where it has none.

    A module's ``__getattr__`` is asked last, so that a broken one hides nothing that is there.
    """
    own = vars(module)
    if name in own:
        value = own[name]
        return Attempt(error=UnseenError(value.reason)) if isinstance(value, Opaque) else Attempt(value)
    asked = attempt(lambda: getattr(module, name))
    if isinstance(asked.value, Opaque):
        return Attempt(error=UnseenError(asked.value.reason))
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
    place = careful.attribute(error, "source_place")
    if isinstance(place, Location):
        return place
    own = [Location(filename, line) for filename, line, _ in frames(error) if home.owns(filename)]
    return own[-1] if own else None


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def near_module(name: str) -> str:
    """Modules of nearly that name beside it, as the end of a sentence; "" without any."""
    parent, dot, last = name.rpartition(".")
    package = loaded(parent) if parent else None
    paths = vars(package).get("__path__", ()) if package is not None else () if parent else None
    near = difflib.get_close_matches(last, [module.name for module in pkgutil.iter_modules(paths)], n=3)
    return f" (near: {', '.join(f'`{parent}{dot}{module}`' for module in near)})" if near else ""
