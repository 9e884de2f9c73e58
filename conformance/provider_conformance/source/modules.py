"""A module's names, each read off the source when somebody asks for it."""

from __future__ import annotations

import ast
import builtins
import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

from provider_conformance.package.loading import catches_import
from provider_conformance.protocols.classes import Opaque
from provider_conformance.protocols.names import blocks, bound_by, bound_names
from provider_conformance.source import special
from provider_conformance.source.texts import TRUSTED, Source

UNBOUND: Final = object()
"""What a name stands for that nothing binds."""


@dataclass(frozen=True, slots=True)
class Missing(Opaque):
    """What an import brings that fails here: the whole ``module``, or a ``name`` that it does not have."""

    module: str = ""
    name: str = ""

    def error(self) -> ImportError:
        """What the import would raise."""
        if self.name:
            return ImportError(f"cannot import name {self.name!r} from {self.module!r}", name=self.module)
        return ModuleNotFoundError(f"No module named {self.module!r}", name=self.module)


def no_module(name: str) -> Missing:
    """What an import of a module brings that is not there."""
    return Missing(f"module `{name}` is not installed here", name)


class Reads(Protocol):
    """What a frame can do for a module: read statements and conditions."""

    def statement(self, node: ast.stmt) -> object:
        """Read a statement, binding names."""

    def decide(self, test: ast.expr) -> bool | None:
        """Whether a condition holds, None where the source does not tell."""


class Others(Protocol):
    """What a module needs of the library that it is in."""

    def module(self, name: str) -> Module | None:
        """Another module."""

    def has(self, name: str) -> bool:
        """Whether there is such a module."""

    def is_own(self, module: str) -> bool:
        """Whether a module belongs to a stack."""

    def has_stack_of(self, module: str) -> bool:
        """Whether some package of the stack that a module is of is there."""

    def frame(self, module: Module, names: dict[str, Any]) -> Reads:
        """Reads statements of ``module``."""


class Namespace(dict[str, Any]):
    """The globals of a module's stand-in functions: filled name by name."""

    def __init__(self, module: Module) -> None:
        super().__init__(
            __name__=module.name,
            __file__=module.path,
            __package__=module.source.package,
            __builtins__=builtins,
        )
        if module.source.found.package:
            self["__path__"] = [str(Path(module.path).parent if module.path.endswith(".py") else module.path)]
        self.module = module
        self.absent: set[str] = set()

    def __missing__(self, name: str) -> Any:
        value = UNBOUND if name in self.absent else self.module.lookup(name)
        if value is UNBOUND:
            self.absent.add(name)
            raise KeyError(name)
        self[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (
            isinstance(name, str) and self.get(name, UNBOUND) is not UNBOUND
        )

    def get(self, name: str, default: Any = None) -> Any:
        """What ``name`` stands for."""
        try:
            return self[name]
        except KeyError:
            return default


class StandInModule(ModuleType):
    """A module made from source: its attributes are read when they are asked for."""

    def __init__(self, module: Module) -> None:
        super().__init__(module.name)
        object.__setattr__(self, "stands_for", module)

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return self.stands_for.namespace

    def __getattr__(self, name: str) -> Any:
        value = self.stands_for.exported(name)
        if isinstance(value, Missing):
            raise AttributeError(value.reason, name=name, obj=self)
        return value


class Module:
    """A module and its names."""

    def __init__(self, library: Others, source: Source) -> None:
        self.library = library
        self.source = source
        self.name = source.name
        self.path = source.found.path
        self.namespace = Namespace(self)
        self.stand_in = StandInModule(self)
        self._resolving: set[str] = set()

    def exported(self, name: str) -> object:
        """``name`` as ``from module import name`` gets it: a name of the module, or a module inside."""
        value = self.namespace.get(name, UNBOUND)
        if value is not UNBOUND:
            return value
        inner = self.library.module(f"{self.name}.{name}") if self.source.found.package else None
        if inner is not None:
            return inner.stand_in
        if "__getattr__" in self._bindings:
            return Opaque(f"`__getattr__` of module `{self.name}` answers for `{name}`")
        problem = f"module `{self.name}` does not parse: {self.source.error}" if self.source.error else ""
        return Missing(problem or f"module `{self.name}` has no `{name}`", self.name, name)

    def lookup(self, name: str) -> object:
        """What the module's own statements bind ``name`` to, UNBOUND where none does."""
        if name in self._resolving:
            return Opaque(f"`{name}` is made of itself")
        self._resolving.add(name)
        try:
            statements = self.source.tree.body
            places = sorted({*self._bindings.get(name, ()), *self._stars}, reverse=True)
            return self._last(name, (statements[place] for place in places))
        finally:
            self._resolving.discard(name)

    @cached_property
    def _bindings(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, statement in enumerate(self.source.tree.body):
            for name in bound_names([statement]):
                found.setdefault(name, []).append(place)
        return found

    @property
    def _stars(self) -> list[int]:
        return self._bindings.get("*", [])

    @cached_property
    def changes(self) -> dict[str, list[ast.stmt]]:
        """The statements that change a class after its body, by the class's name."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in self.source.tree.body:
            for name in _changed(statement):
                found.setdefault(name, []).append(statement)
        return found

    def defines(self, name: str, asked: frozenset[str] = frozenset()) -> bool:
        """Whether ``from module import name`` finds something, told without reading what."""
        if name in self._bindings or name in _GIVEN:
            return True
        if self.name in asked:  # modules that import all of each other
            return False
        asked |= {self.name}
        starred = any(self._star_defines(statement, name, asked) for statement in self._starred_imports())
        inner = self.source.found.package and self.library.module(f"{self.name}.{name}") is not None
        return starred or inner or "__getattr__" in self._bindings

    def _starred_imports(self) -> Iterator[ast.ImportFrom]:
        for place in self._stars:
            for statement in ast.walk(self.source.tree.body[place]):
                if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                    yield statement

    def _star_defines(self, statement: ast.ImportFrom, name: str, asked: frozenset[str]) -> bool:
        module = self.absolute(statement)
        found = None if module.partition(".")[0] in TRUSTED else self.library.module(module)
        return found is None or found.defines(name, asked)

    # -- one statement ------------------------------------------------------------------------

    def _block(self, name: str, statements: list[ast.stmt]) -> object:
        return self._last(name, reversed(statements))

    def _last(self, name: str, latest_first: Iterable[ast.stmt]) -> object:
        for statement in latest_first:
            value = self._bound(name, statement)
            if value is not UNBOUND:
                return value
        return UNBOUND

    def _bound(self, name: str, statement: ast.stmt) -> object:
        match statement:
            case ast.Import() | ast.ImportFrom():
                return self._imported(name, statement)
            case ast.If(test=test, body=body, orelse=orelse):
                return self._branched(name, test, body, orelse)
            case ast.Try() | ast.TryStar():
                return self._tried(name, statement)
            case ast.With(body=body) | ast.AsyncWith(body=body):
                return self._block(name, body)
        if name not in bound_names([statement]):
            return UNBOUND
        if isinstance(statement, ast.For | ast.While | ast.Match):
            return Opaque(f"`{name}` is set in a loop or a match")
        return self._executed(name, statement)

    def _executed(self, name: str, statement: ast.stmt) -> object:
        names: dict[str, Any] = {}
        self.library.frame(self, names).statement(statement)
        return names.get(name, UNBOUND)

    def _imported(self, name: str, statement: ast.Import | ast.ImportFrom) -> object:
        for alias in statement.names:
            if alias.name == "*" and isinstance(statement, ast.ImportFrom):
                return self._starred(name, self.absolute(statement))
            if name == bound_by(alias):
                return self.imported(statement, alias)
        return UNBOUND

    def _starred(self, name: str, module: str) -> object:
        if module in TRUSTED:
            value = real_member(module, name)
            return UNBOUND if isinstance(value, Opaque) else value
        found = self.library.module(module)
        if found is None or not found._exports(name):
            return UNBOUND
        return found.namespace.get(name, UNBOUND)

    def _exports(self, name: str) -> bool:
        listed = self.namespace.get("__all__", UNBOUND) if "__all__" in self._bindings else UNBOUND
        if isinstance(listed, list | tuple):
            return name in listed
        return not name.startswith("_") and (name in self._bindings or bool(self._stars))

    def _branched(self, name: str, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> object:
        if name not in bound_names([*body, *orelse]) and "*" not in bound_names([*body, *orelse]):
            return UNBOUND
        decided = self._decided(test)
        if decided is not None:
            return self._block(name, body if decided else orelse)
        found = [value for block in (body, orelse) if (value := self._block(name, block)) is not UNBOUND]
        same = len(found) == 2 and found[0] is found[1]
        return found[0] if same else Opaque(f"`{name}` depends on `{ast.unparse(test)}`")

    def _decided(self, test: ast.expr) -> bool | None:
        return self.library.frame(self, {}).decide(test)

    def _tried(self, name: str, statement: ast.Try | ast.TryStar) -> object:
        guarding = [handler for handler in statement.handlers if catches_import(handler)]
        if (final := self._block(name, statement.finalbody)) is not UNBOUND:
            return final
        if guarding and self._import_fails(statement.body):
            return self._block(name, guarding[0].body)
        return self._block(name, [*statement.body, *statement.orelse])

    def _import_fails(self, body: list[ast.stmt]) -> bool:
        return any(
            isinstance(self.imported(statement, alias), Missing)
            for statement in body
            if isinstance(statement, ast.Import | ast.ImportFrom)
            for alias in statement.names
        )

    def alias(self, name: str) -> ast.expr | None:
        """The expression that a module-level ``name = ...`` gives a name, for aliases in annotations."""
        statements = self.source.tree.body
        for place in self._bindings.get(name, ()):
            match statements[place]:
                case ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(value=ast.expr() as value):
                    return value
        return None

    # -- imports ------------------------------------------------------------------------------

    def absolute(self, statement: ast.ImportFrom) -> str:
        """The full name of the module that an import statement names."""
        if not statement.level:
            return statement.module or ""
        parts = self.source.package.split(".")
        parts = parts[: len(parts) - statement.level + 1]
        return ".".join([*parts, *([statement.module] if statement.module else [])])

    def imported(self, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> object:
        """What one name of an import statement stands for."""
        if isinstance(statement, ast.Import):
            shown = alias.name if alias.asname else alias.name.partition(".")[0]
            return self.whole(alias.name) if not self.library.has(alias.name) else self.whole(shown)
        module = self.absolute(statement)
        if alias.name == "*":
            return None if self.library.has(module) else no_module(module)
        return self._member(module, alias.name)

    def _member(self, module: str, name: str) -> object:
        for known in (module, module.partition(".")[0]):
            if stand_in := _SPECIAL.get((known, name)):
                return stand_in
        if module.partition(".")[0] in _CLOSED:
            return Opaque(f"`{name}` is {module}'s own machinery")
        if module.partition(".")[0] in TRUSTED:
            value = real_member(module, name)
            return Missing(value.reason, module, name) if isinstance(value, Opaque) else value
        found = self.library.module(module)
        if found is None:
            return no_module(module)
        return found.exported(name)

    def whole(self, name: str) -> object:
        """A module as a value."""
        if name.partition(".")[0] in TRUSTED:
            try:
                return importlib.import_module(name)
            except ImportError:
                return no_module(name)
        found = self.library.module(name)
        return no_module(name) if found is None else found.stand_in


_CLOSED: Final = frozenset({"pydantic", "pydantic_core", "pydantic_settings"})
"""Libraries whose source is not read: it would not tell."""

_GIVEN: Final = frozenset({"__name__", "__file__", "__package__", "__doc__", "__path__"})

_SPECIAL: Final[dict[tuple[str, str], Any]] = {
    ("pydantic", "BaseModel"): special.BaseModel,
    ("pydantic", "ConfigDict"): special.ConfigDict,
    ("pydantic", "RootModel"): special.BaseModel,
    ("pydantic_settings", "BaseSettings"): special.BaseModel,
    ("pydantic.dataclasses", "dataclass"): special.validated,
}
"""Names of libraries whose own source says nothing of what they do, and what stands for them."""


def _changed(statement: ast.stmt) -> Iterator[str]:
    """The names of objects of which a statement sets or deletes attributes, or that it hands to a call."""
    match statement:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            for target in targets:
                if isinstance(target, ast.Attribute | ast.Tuple):
                    yield from _roots(target)
        case ast.Expr(value=ast.Call(args=args)):
            yield from (argument.id for argument in args if isinstance(argument, ast.Name))
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
            for block in blocks(statement):
                for inner in block:
                    yield from _changed(inner)


def _roots(target: ast.expr) -> Iterator[str]:
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    for part in parts:
        root: ast.expr = part
        while isinstance(root, ast.Attribute):
            root = root.value
        if root is not part and isinstance(root, ast.Name):
            yield root.id


def real_member(module: str, name: str) -> object:
    """A member of one of Python's own modules."""
    try:
        return getattr(importlib.import_module(module), name)
    except Exception:  # what this Python, on this platform, does not have
        return Opaque(f"`{module}.{name}` is not there")
