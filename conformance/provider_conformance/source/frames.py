"""Read the statements of a function or a class body: what they bind, and what is returned."""

from __future__ import annotations

import ast
import functools
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType, MethodType
from typing import Any, Final
from weakref import WeakKeyDictionary

from provider_conformance.findings import Location
from provider_conformance.package.loading import catches_import
from provider_conformance.protocols import bodies, classes
from provider_conformance.protocols.classes import Opaque
from provider_conformance.protocols.names import bound_by
from provider_conformance.source import calls, special
from provider_conformance.source.calls import Arguments
from provider_conformance.source.expressions import Expressions, short
from provider_conformance.source.modules import Missing
from provider_conformance.source.scopes import Scope
from provider_conformance.source.special import BaseModel, ConfigDict, validated

_DEEPEST: Final = 24
_MOST_CALLS: Final = 400
_DIFFERENT: Final = object()


class Returned:
    """A ``return`` was met."""

    def __init__(self, value: Any) -> None:
        self.value = value


@dataclass(slots=True)
class Trail:
    """The calls that are being read, and how many were: what ends a recursion and an endless search."""

    active: list[CodeType] = field(default_factory=list)
    calls: int = 0

    @contextmanager
    def into(self, code: CodeType) -> Iterator[bool]:
        """Enter a call; false where it is one too many."""
        self.calls += 1
        if code in self.active or len(self.active) >= _DEEPEST or self.calls > _MOST_CALLS:
            yield False
            return
        self.active.append(code)
        try:
            yield True
        finally:
            self.active.pop()


class Frame(Expressions):
    """Reads statements in a scope; ``trail`` is shared by the calls that one reading follows."""

    def __init__(self, scope: Scope, trail: Trail | None = None) -> None:
        super().__init__(scope)
        self.trail = trail or Trail()

    # -- calls --------------------------------------------------------------------------------

    @abstractmethod
    def function(self, node: bodies.FunctionNode) -> Any:
        """The stand-in for a function, below its decorators."""

    @abstractmethod
    def class_of(self, node: ast.ClassDef) -> Any:
        """The stand-in for a class, below its decorators."""

    @abstractmethod
    def computed_class(self, given: tuple[Any, ...]) -> Any:
        """The class that ``type(name, bases, namespace)`` makes."""

    @abstractmethod
    def instance(self, cls: Any, arguments: Arguments) -> Any:
        """An object of a stand-in class."""

    def called_plainly(self, function: Any, arguments: Arguments) -> Any:
        """The result of calling a property's getter."""
        return self.result(function, arguments, "a property")

    def called(self, function: Any, arguments: Arguments, node: ast.Call) -> Any:
        """The result of a call, builtins that act on names and attributes included."""
        result = self.result(function, arguments, short(node))
        if isinstance(result, BaseModel):
            place = Location(self.scope.module.path, node.lineno)
            vars(result).setdefault(classes.PLACE, place)
        return result

    def result(self, function: Any, arguments: Arguments, shown: str) -> Any:
        """What a call returns, Opaque where the source does not tell."""
        if isinstance(function, MethodType):
            return self.result(function.__func__, arguments.after(function.__self__), shown)
        if isinstance(function, Opaque):
            return function
        if (known := self._special(function, arguments)) is not None:
            return known
        if type(function) is functools.partial and calls.is_stand_in(function.func):
            given = Arguments(
                (*function.args, *arguments.positional), {**function.keywords, **arguments.keywords}
            )
            return self.result(function.func, given, shown)
        if not calls.is_stand_in(function) and function is not BaseModel:
            return calls.of_python(function, arguments, shown)
        if isinstance(function, FunctionType):
            return self._returned(function, arguments, shown)
        if issubclass(type(function), type):
            return self.instance(function, arguments)
        call = next((raw for _, raw in classes.definitions(type(function), "__call__")), None)
        if isinstance(call, FunctionType):
            return self._returned(call, arguments.after(function), shown)
        return Opaque(f"`{shown}` is computed")

    def _special(self, function: Any, arguments: Arguments) -> Any:
        """Builtins whose effect is on names and attributes, None for anything else."""
        given = arguments.positional
        if function is setattr and len(given) == 3 and isinstance(given[1], str):
            calls.set_attribute(*given)
            return Opaque("the result of setattr")
        if function is getattr and len(given) > 1 and isinstance(given[1], str):
            found = calls.attribute(given[0], given[1], self.called_plainly)
            return given[2] if isinstance(found, Opaque) and len(given) > 2 else found
        if function is vars and len(given) == 1 and issubclass(type(given[0]), type):
            return dict(classes.namespace(given[0]))
        if function is type and len(given) == 3:
            return self.computed_class(given)
        if function is validated:
            return special.validate(given[0]) if given else validated
        if function is ConfigDict:
            return dict(arguments.keywords)
        if function is super:
            return Opaque("`super()` is somebody else")
        return None

    def _returned(self, function: FunctionType, arguments: Arguments, shown: str) -> Any:
        node = bodies.node_of(function.__code__)
        module = getattr(function.__globals__, "module", None)
        if node is None or module is None:
            return Opaque(f"`{shown}` cannot be followed")
        with self.trail.into(function.__code__) as followed:
            if not followed:
                return Opaque(f"`{shown}` calls itself, or too much")
            names = bound_arguments(function, node, arguments)
            scope = Scope(module, names, SCOPES.get(function), qualname=f"{function.__qualname__}.<locals>")
            return type(self)(scope, self.trail)._result_of(node)

    def _result_of(self, node: bodies.FunctionNode) -> Any:
        if isinstance(node, ast.Lambda):
            return self.value(node.body)
        end = self.block(node.body)
        return end.value if end is not None else None

    # -- statements ---------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> Returned | None:
        """Read statements up to a ``return``."""
        for statement in statements:
            end = self.statement(statement)
            if end is not None:
                return end
        return None

    def statement(self, node: ast.stmt) -> Returned | None:
        """Read one statement."""
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        return None if handler is None else handler(node)

    def _return(self, node: ast.Return) -> Returned:
        return Returned(self.value(node.value))

    def _raise(self, node: ast.Raise) -> Returned:
        return Returned(Opaque(f"`{short(node)}` is met"))

    def _expr(self, node: ast.Expr) -> None:
        self.value(node.value)
        if self.scope.is_class and isinstance(node.value, ast.Call):
            self._unreadable(node.value)

    def _unreadable(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "exec":
            self.scope.names[classes.ANYTHING] = Opaque(f"`{short(node)}` runs in the class body")

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if self.scope.is_class and isinstance(node.target, ast.Name):
            annotations = self.scope.names.setdefault("__annotations__", {})
            annotations[node.target.id] = ast.unparse(node.annotation)
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def _augassign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            name = ast.Name(node.target.id, ast.Load())
            self.assign(node.target, self.value(ast.BinOp(name, node.op, node.value)))

    def _typealias(self, node: Any) -> None:
        self.scope.names[node.name.id] = self.value(node.value)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.names.pop(target.id, None)
            elif isinstance(target, ast.Attribute):
                _delete_attribute(self.value(target.value), target.attr)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.scope.names[bound_by(alias)] = self.scope.module.imported(node, alias)

    _importfrom = _import

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scope.names[node.name] = self.function(node)

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        self.scope.names[node.name] = self.class_of(node)

    def _if(self, node: ast.If) -> Returned | None:
        decided = self.decide(node.test)
        if decided is not None:
            return self.block(node.body if decided else node.orelse)
        return self._either([node.body, node.orelse], f"it depends on `{short(node.test)}`")

    def _either(self, blocks: Sequence[Sequence[ast.stmt]], why: str) -> Returned | None:
        """Read all ``blocks``, of which one is run; what they do not agree on is Opaque."""
        before = dict(self.scope.names)
        ends: list[Returned | None] = []
        after: list[dict[str, Any]] = []
        for block in blocks:
            self.scope.names.clear()
            self.scope.names.update(before)
            ends.append(self.block(block))
            if ends[-1] is None:
                after.append(dict(self.scope.names))
        self._join(after or [before], why)
        returned = [end.value for end in ends if end is not None]
        if not returned:
            return None
        same = not after and all(value is returned[0] for value in returned)
        return Returned(returned[0] if same else Opaque(why)) if not after else self._maybe(returned, why)

    def _maybe(self, returned: list[Any], why: str) -> Returned | None:
        """One way returns and another goes on: unless it only raises, nothing is known any more."""
        return None if all(isinstance(value, Opaque) for value in returned) else Returned(Opaque(why))

    def _join(self, ends: Sequence[dict[str, Any]], why: str) -> None:
        names = dict.fromkeys(name for end in ends for name in end)
        self.scope.names.clear()
        for name in names:
            values = [end.get(name, _DIFFERENT) for end in ends]
            same = all(value is values[0] for value in values)
            self.scope.names[name] = values[0] if same else Opaque(f"`{name}` is not always the same: {why}")

    def _try(self, node: ast.Try) -> Returned | None:
        guarding = [handler for handler in node.handlers if catches_import(handler)]
        end = self.block(handler_or_body(self, node, guarding))
        return self.block(node.finalbody) or end

    _trystar = _try

    def _with(self, node: ast.With | ast.AsyncWith) -> Returned | None:
        for item in node.items:
            if item.optional_vars is not None:
                self.assign(item.optional_vars, Opaque(f"`{short(item.context_expr)}` gives it"))
        return self.block(node.body)

    _asyncwith = _with

    def _for(self, node: ast.For) -> Returned | None:
        source = self.value(node.iter)
        if not isinstance(source, list | tuple | dict | set | frozenset | range) or len(source) > 1000:
            return self._either([node.body, []], f"`{short(node.iter)}` is computed")
        for item in list(source):
            self.assign(node.target, item)
            end = self.block(node.body)
            if end is not None:
                return end
        return self.block(node.orelse)

    def _while(self, node: ast.While) -> Returned | None:
        return self._either([node.body, []], f"`{short(node.test)}` is a loop's condition")

    def _match(self, node: ast.Match) -> Returned | None:
        return self._either(
            [*(case.body for case in node.cases), []], f"it depends on `{short(node.subject)}`"
        )


SCOPES: Final[WeakKeyDictionary[FunctionType, Scope]] = WeakKeyDictionary()
"""The scopes that stand-in functions were defined in."""


def handler_or_body(frame: Frame, node: ast.Try, guarding: list[ast.ExceptHandler]) -> list[ast.stmt]:
    """The statements of a ``try`` that are run, as far as failing imports decide that."""
    fails = any(
        isinstance(frame.scope.module.imported(statement, alias), Missing)
        for statement in node.body
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for alias in statement.names
    )
    return guarding[0].body if guarding and fails else [*node.body, *node.orelse]


def _delete_attribute(owner: Any, name: str) -> None:
    if calls.is_stand_in(owner) and issubclass(type(owner), type) and name in classes.namespace(owner):
        type.__delattr__(owner, name)


def bound_arguments(
    function: FunctionType, node: bodies.FunctionNode, arguments: Arguments
) -> dict[str, Any]:
    """The parameters of a call by name; one that the call does not give has its default, or is Opaque."""
    args = node.args
    positional = [argument.arg for argument in (*args.posonlyargs, *args.args)]
    names: dict[str, Any] = {
        name: Opaque(f"argument `{name}` is not known")
        for name in (*positional, *(a.arg for a in args.kwonlyargs))
    }
    defaults = function.__defaults__ or ()
    names.update(zip(positional[len(positional) - len(defaults) :], defaults, strict=True))
    names.update(function.__kwdefaults__ or {})
    names.update(zip(positional, arguments.positional, strict=False))
    names.update({name: value for name, value in arguments.keywords.items() if name in names})
    if args.vararg:
        names[args.vararg.arg] = arguments.positional[len(positional) :]
    if args.kwarg:
        names[args.kwarg.arg] = {k: v for k, v in arguments.keywords.items() if k not in names}
    return names


__all__ = ["Frame", "Returned", "bound_arguments"]
