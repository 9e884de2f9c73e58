"""Read off a factory's source which classes it may return an instance of.

The imports that the factory makes are made, since the classes that they bring are live
objects; nothing else of the factory is run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any, Final

from provider_conformance.package import loading, places
from provider_conformance.package.model import Problem
from provider_conformance.package.requirements import Failure
from provider_conformance.protocols import careful
from provider_conformance.protocols.bodies import FunctionNode, node_of, own_statements
from provider_conformance.protocols.classes import overrides
from provider_conformance.source.factory_expressions import Arguments, Expressions, awaited
from provider_conformance.source.factory_values import (
    NONE,
    Instance,
    Known,
    Local,
    Pending,
    Unknown,
    Value,
    Values,
    attribute,
    distinct,
    elements,
    joined,
    known,
    part,
)

_DEPTH: Final = 12
_STEPS: Final = 5_000
Judge = Callable[[BaseException, str], Failure]


@dataclass(frozen=True, slots=True)
class Found:
    """What a factory's source tells.

    ``classes`` come in the order of the source. ``problem`` is an import that fails on every
    path, through the provider's fault; ``unseen`` says what else the source did not tell.
    ``returns_nothing``: no path returns a value. ``blocked``: the factory cannot be run here either,
    for want of a module. ``not_awaited``: a path returns the coroutine of another function. ``at_once``:
    a call gives the implementation itself, nothing that could be awaited.
    """

    classes: tuple[type, ...] = ()
    problem: Problem | None = None
    unseen: str = ""
    returns_nothing: bool = False
    blocked: bool = False
    not_awaited: bool = False
    at_once: bool = False


def read_factory(function: object, arguments: Sequence[Values], judge: Judge) -> Found:
    """Which classes ``function`` may return an instance of.

    Args:
        function: The factory.
        arguments: What its positional arguments stand for, as far as that is known.
        judge: Tells whose fault a failing import is.
    """
    outer, inner = places.called_function(function), places.plain_function(function)
    found = Found(unseen="the factory has no source that can be read")
    # A wrapper whose source does not tell what it returns most likely returns what it wraps does.
    for candidate in dict.fromkeys((outer, inner)):
        if candidate is not None and node_of(candidate.__code__) is not None:
            found = _read(candidate, arguments, judge)
            if found.classes or found.problem:
                return replace(found, at_once=found.at_once and candidate is outer)
    return found


def _read(function: FunctionType, arguments: Sequence[Values], judge: Judge) -> Found:
    run = _Run(judge)
    given = run.call(function, Arguments(arguments))
    node = node_of(function.__code__)
    found = _concluded(run, tuple(map(_awaited, given)), node is not None and _returns_nothing(node))
    return replace(found, at_once=bool(given) and all(map(_is_there, given)))


def _is_there(value: Value) -> bool:
    """Whether a factory that returns the value gives an object that cannot be awaited."""
    return isinstance(value, Instance) and not overrides(value.cls, "__await__")


def _awaited(value: Value) -> Value:
    if isinstance(value, Instance) and not _is_there(value):
        return Unknown(f"what comes of awaiting a `{careful.class_name(value.cls)}`")
    return awaited(value)


def _concluded(run: _Run, returned: Values, returns_nothing: bool) -> Found:
    pending = tuple(value for value in returned if isinstance(value, Pending))
    returned += tuple(value.result for value in pending)
    classes = tuple(value.cls for value in returned if isinstance(value, Instance))
    unknown = [value.reason for value in returned if isinstance(value, Unknown)]
    others = [value for value in returned if isinstance(value, Known) and value.value is not None]
    classes += tuple(type(value.value) for value in others)
    reason = run.unseen or (f"it returns {unknown[0]}" if unknown else "")
    return Found(
        tuple(dict.fromkeys(classes)), run.problem, reason, returns_nothing, run.blocked, bool(pending)
    )


def _returns_nothing(node: FunctionNode) -> bool:
    if isinstance(node, ast.Lambda):
        return False
    own = own_statements(node)
    gives = any(isinstance(n, ast.Return) and n.value is not None for n in own)
    yields = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own)
    return not gives and not yields and not isinstance(node.body[-1], ast.Raise)


class _ImportFailedError(Exception):
    """An import failed where the source catches that."""


@dataclass(slots=True)
class _Run:
    """One reading: what was found out on the way, and what keeps it from going on forever.

    ``undecided`` counts the branches around that may not be taken, ``caught`` the enclosing
    ``try`` statements that survive a failing import.
    """

    judge: Judge
    problem: Problem | None = None
    unseen: str = ""
    blocked: bool = False
    steps: int = 0
    stack: list[Any] = field(default_factory=list)
    undecided: int = 0
    caught: int = 0

    def call(self, function: FunctionType, arguments: Arguments) -> Values:
        """What ``function`` returns."""
        node = node_of(function.__code__)
        if node is None:
            return (Unknown(f"what `{function.__name__}` returns, which has no source"),)
        bound = arguments.bound_to(node)
        frame = _Frame(self, function, {**_closure(function), **bound})
        returned = self.walked(node, frame)
        return tuple(map(Pending, returned)) if isinstance(node, ast.AsyncFunctionDef) else returned

    def walked(self, node: FunctionNode, frame: _Frame) -> Values:
        """What the body of ``node`` returns, its names being those of ``frame``."""
        if node in self.stack or len(self.stack) >= _DEPTH:
            return (Unknown("the result of a recursion"),)
        self.stack.append(node)
        try:
            return frame.body(node)
        finally:
            self.stack.pop()

    def failed(self, failure: Failure, certain: bool) -> None:
        """Remember a failing import; only one that every path meets is a problem."""
        if failure.problem is not None and certain:
            self.problem = self.problem or failure.problem
        else:
            self.blocked = self.blocked or certain
            self.unseen = (
                self.unseen or failure.unseen or (failure.problem.message if failure.problem else "")
            )


def _closure(function: FunctionType) -> dict[str, Values]:
    names = function.__code__.co_freevars
    cells = function.__closure__ or ()
    filled = [
        (name, careful.attribute(cell, "cell_contents")) for name, cell in zip(names, cells, strict=True)
    ]
    return {name: (known(value),) for name, value in filled}


class _Frame(Expressions):
    """One function while it is read: its names, and what it returns so far."""

    def __init__(self, run: _Run, function: FunctionType, names: dict[str, Values]) -> None:
        self.run = run
        self.function = function
        self.names = names
        self.returned: list[Values] = []

    def body(self, node: FunctionNode) -> Values:
        """What the function returns."""
        if isinstance(node, ast.Lambda):
            return self.value(node.body)
        falls_through = self.block(node.body)
        returned = [value for values in self.returned for value in values]
        return distinct([*returned, NONE] if falls_through else returned)

    # -- names and calls ----------------------------------------------------------------------

    def lookup(self, name: str) -> Values:
        if name in self.names:
            return self.names[name]
        namespace = self.function.__globals__
        if name in namespace:
            return (known(namespace[name]),)
        builtins = namespace.get("__builtins__", {})
        inner = builtins if isinstance(builtins, dict) else vars(builtins)
        return (Known(inner[name]),) if name in inner else (Unknown(f"`{name}`, which is not defined"),)

    def assign(self, name: str, value: Values) -> None:
        self.names[name] = value

    def visible(self) -> dict[str, Values]:
        return dict(self.names)

    def called(self, function: FunctionType, arguments: Arguments) -> Values:
        return self.run.call(function, arguments)

    def called_local(self, function: Local, arguments: Arguments) -> Values:
        names = {**function.names, **arguments.bound_to(function.node)}
        returned = self.run.walked(function.node, _Frame(self.run, self.function, names))
        return tuple(map(Pending, returned)) if isinstance(function.node, ast.AsyncFunctionDef) else returned

    # -- statements: each tells whether what follows is reached ---------------------------------

    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Read statements until one that nothing follows."""
        return all(self.statement(statement) for statement in statements)

    def statement(self, node: ast.stmt) -> bool:
        self.run.steps += 1
        if self.run.steps > _STEPS:
            self.returned.append((Unknown("more than can be read"),))
            return False
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        return True if handler is None else bool(handler(node))

    def _return(self, node: ast.Return) -> bool:
        self.returned.append(self.value(node.value))
        return False

    def _raise(self, _node: ast.Raise) -> bool:
        return False

    def _expr(self, node: ast.Expr) -> bool:
        self._name_within(node.value)
        return True

    def _name_within(self, node: ast.expr) -> None:
        """Give the names that ``:=`` gives somewhere in an expression."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                self.value(inner)

    def _assign(self, node: ast.Assign) -> bool:
        value = self.value(node.value)
        for target in node.targets:
            self._bind(target, value)
        return True

    def _annassign(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            self._bind(node.target, self.value(node.value))
        return True

    def _bind(self, target: ast.expr, value: Values) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for index, inner in enumerate(target.elts):
                self._bind(inner, part(value, index, len(target.elts)))

    def _import(self, node: ast.Import | ast.ImportFrom) -> bool:
        for alias in node.names:
            self._import_name(node, alias)
        return True

    _importfrom = _import

    def _import_name(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
        single = loading.single(node, alias)
        tried = loading.import_one(single, self.function)
        name = alias.asname or alias.name.partition(".")[0]
        if tried.error is None:
            self.names[name] = (known(tried.value),)
            self._check_lacks(single)
            return
        if self.run.caught:
            raise _ImportFailedError
        failure = self.run.judge(tried.error, f"`{ast.unparse(single)}` in `{self.function.__name__}`")
        self.run.failed(failure, certain=not self.run.undecided)
        self.names[name] = (Unknown(f"`{name}`, which cannot be imported"),)

    def _check_lacks(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Remember what importing a module of the provider's needs that nobody can be sure to have."""
        module = loading.own_module(statement, self.function)
        if not module or self.run.caught or self.run.undecided:
            return
        for error in loading.lacks(module):
            failure = self.run.judge(error, f"`{ast.unparse(statement)}` in `{self.function.__name__}`")
            if failure.problem is not None:
                self.run.failed(failure, certain=True)

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        self.names[node.name] = (Local(node, self.names),)
        return True

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> bool:
        self.names[node.name] = (Unknown(f"class `{node.name}`, which is defined inside the function"),)
        return True

    def _if(self, node: ast.If) -> bool:
        self._name_within(node.test)
        decided = self.decide(node.test)
        if decided is not None:
            return self.block(node.body if decided else node.orelse)
        return self._branches([node.body, node.orelse])

    def _match(self, node: ast.Match) -> bool:
        catch_all = any(isinstance(c.pattern, ast.MatchAs) and c.pattern.pattern is None for c in node.cases)
        return self._branches([*(case.body for case in node.cases), *([] if catch_all else [[]])])

    def _branches(self, branches: Sequence[Sequence[ast.stmt]]) -> bool:
        before = dict(self.names)
        ends = []
        self.run.undecided += 1
        for branch in branches:
            self.names.clear()
            self.names.update(before)
            if self.block(branch):
                ends.append(dict(self.names))
        self.run.undecided -= 1
        self.names.clear()
        self.names.update(joined(ends))
        return bool(ends)

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        self._bind(node.target, elements(self.value(node.iter)))
        return self._branches([[*node.body, *node.orelse], node.orelse])

    _asyncfor = _for

    def _while(self, node: ast.While) -> bool:
        if self.decide(node.test) is True:
            return self.block(node.body)
        return self._branches([[*node.body, *node.orelse], node.orelse])

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        enter = "__aenter__" if isinstance(node, ast.AsyncWith) else "__enter__"
        for item in node.items:
            context = self.value(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, self._entered(context, enter))
        return self.block(node.body)

    _asyncwith = _with

    def _entered(self, context: Values, enter: str) -> Values:
        methods = [attribute(value, enter) for value in context]
        node = ast.Call(ast.Name(enter, ast.Load()), [], [])
        results = tuple(result for method in methods for result in self._result(method, Arguments(), node))
        return tuple(map(awaited, results)) if enter == "__aenter__" else results

    def _try(self, node: ast.Try) -> bool:
        guards = any(loading.catches_import(handler) for handler in node.handlers)
        before = dict(self.names)
        self.run.caught += guards
        try:
            through = self.block(node.body)
        except _ImportFailedError:
            through = None
        finally:
            self.run.caught -= guards
        if through is None:
            self.names.update(before)
            caught = next(handler for handler in node.handlers if loading.catches_import(handler))
            return self.block(caught.body) and self.block(node.finalbody)
        return self._tried(node, through)

    _trystar = _try

    def _tried(self, node: ast.Try, through: bool) -> bool:
        """The body, or any of the handlers; a handler that leaves takes no part in what follows."""
        branches: list[list[ast.stmt]] = [handler.body for handler in node.handlers]
        if through:
            branches.insert(0, node.orelse)
        reached = self._branches(branches) if branches else through
        return self.block(node.finalbody) and reached
