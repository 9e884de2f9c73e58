"""The source view's import system: modules made from source, functions read instead of called."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

from provider_conformance.contracts import stacks
from provider_conformance.package import specs
from provider_conformance.package.loading import UnseenError
from provider_conformance.protocols import classes
from provider_conformance.protocols.classes import Opaque
from provider_conformance.protocols.model import ProtocolModel
from provider_conformance.sandbox.containment import attempt
from provider_conformance.source import special
from provider_conformance.source.calls import Arguments, NoMember
from provider_conformance.source.imports import failing_import, lacking, not_defined, placed
from provider_conformance.source.library import Library
from provider_conformance.source.modules import Missing, Module, Namespace
from provider_conformance.source.pydantic_models import ValidationError, wrong_fields
from provider_conformance.source.texts import TRUSTED, Finder, Found, Source, folders
from provider_conformance.source.undefined import used_by

_FIELDS: Final = ("api", "provider_type", "module", "config_class", "adapter_type")
_LISTS: Final = ("api_dependencies", "optional_api_dependencies")


def environment(extra: Sequence[str] = ()) -> tuple[Finder, ...]:
    """Everything that can be imported here: ``extra`` folders first, then ``sys.path`` and import hooks."""
    return folders([*extra, *sys.path]), _hooked


def _hooked(name: str) -> Found | None:
    """A module of a package that only an import hook knows, as some editable installs are."""
    top = name.partition(".")[0]
    spec = attempt(lambda: importlib.util.find_spec(top)).value
    if spec is None or not (spec.submodule_search_locations or spec.origin):
        return None
    roots = [str(Path(place).parent) for place in spec.submodule_search_locations or ()]
    return folders(roots)(name) if roots else None


class SourceReader:
    """Reads a provider's modules, and those of everything around it, off their source.

    Args:
        finders: Where source comes from, see :func:`environment`. A snapshot of a stack may be
            among them.
        sources: Modules that are parsed already, by their names and kept for other readers;
            used where the text is still the same.
    """

    def __init__(self, finders: Sequence[Finder], sources: dict[str, Source] | None = None) -> None:
        own = {**stacks.PACKAGES, "llama_models": "llama-stack"}
        self.library = Library(finders, own, {} if sources is None else sources)

    @property
    def releases(self) -> Mapping[str, str] | None:
        """What a snapshot among the finders is of, None where the installed stacks are read."""
        found = (getattr(finder, "releases", None) for finder in self.library.finders)
        return next((releases for releases in found if releases is not None), None)

    def find_spec(self, module: str) -> ModuleSpec | None:
        """The spec of ``module``, None where there is no source for it."""
        if module.partition(".")[0] in TRUSTED:
            return ModuleSpec(module, None, origin=module)
        found = self.library.find(module)
        if found is None:
            return None
        spec = ModuleSpec(module, None, origin=found.path, is_package=found.package)
        if found.package:
            folder = Path(found.path).parent if found.path.endswith(".py") else Path(found.path)
            spec.submodule_search_locations = [str(folder)]
        return spec

    def import_module(self, module: str) -> ModuleType:
        """A module whose members are stand-ins.

        Raises:
            ModuleNotFoundError: there is no source for it.
            SyntaxError: its source does not parse.
        """
        if module.partition(".")[0] in TRUSTED:
            return importlib.import_module(module)
        found = self.library.module(module)
        if found is None:
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)
        _ = found.source.tree
        if found.source.error is not None:
            raise found.source.error
        self._check_imports(found)
        return found.stand_in

    def make_module(self, name: str, text: str) -> ModuleType:
        """A module of a text that stands in no file."""
        made = Module(self.library, Source(name, Found(text, f"<{name}>")))
        return made.stand_in

    def _check_imports(self, module: Module) -> None:
        """Raise what importing ``module`` would, where a stack does not have what it needs."""
        failing = None if self.library.is_own(module.name) else failing_import(module)
        if failing is not None:
            raise failing

    def imported(self, namespace: Any, statement: ast.Import | ast.ImportFrom) -> Any:
        """What an import statement of one name binds; raises what the import would."""
        if not isinstance(namespace, Namespace):
            raise UnseenError(f"`{ast.unparse(statement)}` is made by code that comes with Python")
        module = namespace.module
        value = module.imported(statement, statement.names[0])
        if isinstance(value, Missing):
            raise placed(value.error(), module, statement.lineno)
        source = module.absolute(statement) if isinstance(statement, ast.ImportFrom) else ""
        if source.partition(".")[0] == module.name.partition(".")[0]:
            self.import_module(source)
        return value

    def lacks(self, module: str) -> Iterator[ImportError]:
        """The packages of others that importing a provider's module needs for certain and that are not here.

        Nothing is known of them where the stack is read off a snapshot: its own requirements are not here.
        """
        found = self.library.module(module) if self.releases is None else None
        if found is not None and not self.library.is_own(module):
            yield from lacking(found)

    def call(self, function: Any) -> Any:
        """What a function returns that is called without arguments.

        Raises:
            UnseenError: the source does not tell all of it.
        """
        if not isinstance(function, FunctionType) or not isinstance(function.__globals__, Namespace):
            raise UnseenError("it is no function with source")
        if inspect.iscoroutinefunction(function):
            return _nothing()
        module = function.__globals__.module
        if (name := used_by(function)) is not None:
            raise placed(not_defined(name.id), module, name.lineno)
        frame = self.library.frame(module, {})
        value = frame.result(function, Arguments(), f"{function.__name__}()")
        _check_fields(value)
        for part in _unseen(value):
            gone = isinstance(part, Missing) and self.library.is_own(part.module)
            if gone or isinstance(part, NoMember):
                raise part.error()
            raise UnseenError(part.reason)
        return value

    def counterpart(self, protocol: ProtocolModel) -> type | None:
        """The stand-in of a protocol's class."""
        module = self.library.module(protocol.module)
        found = module.namespace.get(protocol.name) if module is not None else None
        return found if isinstance(found, type) else None


async def _nothing() -> None:
    """What an async function gives to a caller who does not await it."""


def _check_fields(value: Any) -> None:
    """Raise what a stack's spec class does that is not given what it asks for."""
    for item in value if isinstance(value, list | tuple) else [value]:
        for part in (vars(item).get("adapter"), item) if specs.is_spec(item) else ():
            made = isinstance(part, special.BaseModel)
            if made and (wrong := wrong_fields(type(part), vars(part))):
                raise ValidationError(type(part).__name__, wrong, vars(part).get(classes.PLACE))


def _unseen(value: Any) -> Iterator[Any]:
    """What of the specs that a function returns is open."""
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, Opaque):
            yield item
        elif specs.is_spec(item):
            yield from _open_fields(item)


def _open_fields(spec: Any) -> Iterator[Any]:
    for name in _FIELDS:
        value = vars(spec).get(name)
        if isinstance(value, Opaque):
            yield _told(name, value)
    for name in _LISTS:
        value = vars(spec).get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Opaque):
                yield _told(name, item)


def _told(name: str, value: Opaque) -> Opaque:
    return value if isinstance(value, Missing | NoMember) else Opaque(f"`{name}`: {value.reason}")
