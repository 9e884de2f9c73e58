"""Reading off a module's source what it needs of the stack."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from provider_conformance.findings import Location
from provider_conformance.protocols.names import bound_names
from provider_conformance.source.modules import Module
from provider_conformance.source.needs import (
    Attempted,
    Choice,
    Needed,
    Needs,
    Node,
    Own,
    Starred,
    Target,
    Used,
)

_NAMES: Final = frozenset({"ImportError", "Exception", "BaseException"})
_MODULES: Final = _NAMES | {"ModuleNotFoundError"}
_ATTRIBUTES: Final = frozenset({"AttributeError", "Exception", "BaseException"})
_ANY: Final = _MODULES | _ATTRIBUTES
_LEAVES: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def read_needs(module: Module, is_stack: Callable[[str], bool], is_module: Callable[[str], bool]) -> Needs:
    """Read what ``module`` needs off its source.

    Args:
        module: A module of the provider's.
        is_stack: Whether a top-level package is one of a stack.
        is_module: Whether the provider has a module of that name.
    """
    reader = _Reader(module, is_stack, is_module, assigned=frozenset(_assigned(module.source.tree)))
    at_import = reader.block(module.source.tree.body)
    in_functions = tuple(reader.functions())
    named = tuple(_named(module, is_module))
    return Needs(module.name, at_import, in_functions, {**reader.names}, named)


_Names = ChainMap[str, tuple[Target, ...]]
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class _Reader:
    """Reads statements in their order; keeps what the names of the scope at hand stand for.

    Functions wait until everything around them is read: they may use what is imported below them.
    """

    module: Module
    is_stack: Callable[[str], bool]
    is_module: Callable[[str], bool]
    names: _Names = field(default_factory=ChainMap)
    pending: list[tuple[_Function, _Names, str]] = field(default_factory=list)
    function: str = ""
    assigned: frozenset[str] = frozenset()

    def functions(self) -> Iterator[Node]:
        """What the bodies of all functions need."""
        top = self.names
        while self.pending:
            node, around, self.function = self.pending.pop(0)
            self.names = around.new_child(dict.fromkeys(_locals(node), ()))
            if isinstance(node, ast.Lambda):
                yield from self.expression(node.body)
            else:
                yield from self.block(node.body)
        self.names, self.function = top, ""

    def block(self, statements: Sequence[ast.stmt]) -> tuple[Node, ...]:
        """What statements need, one after the other; what follows on a way out hangs on its condition."""
        found: list[Node] = []
        for index, statement in enumerate(statements):
            match statement:
                case ast.If(test=test, body=body, orelse=[]) if _leaves(body):
                    found += self.expression(test)
                    rest = self.block(statements[index + 1 :])
                    return (*found, Choice(self._told_by(test), self.block(body), rest))
                case ast.Try(handlers=[*_, last]) if _catches(last) and _leaves(last.body):
                    rest = self.block(statements[index + 1 :])
                    return (*found, *self._try(statement, rest))
            found += self.statement(statement)
        return tuple(found)

    def statement(self, node: ast.stmt) -> Iterator[Node]:
        match node:
            case ast.Import():
                yield from self._import(node)
            case ast.ImportFrom():
                yield from self._from(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._function(node)
            case ast.ClassDef(bases=bases, keywords=keywords, decorator_list=decorators, body=body):
                for part in (*decorators, *bases, *(keyword.value for keyword in keywords)):
                    yield from self.expression(part)
                yield from self.block(body)
            case _:
                yield from self._compound(node)

    def _compound(self, node: ast.stmt) -> Iterator[Node]:
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                yield from self._if(test, body, orelse)
            case ast.Try() | ast.TryStar():
                yield from self._try(node)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                yield from self._with(items, body)
            case ast.Match(subject=subject, cases=cases):
                yield from self.expression(subject)
                for case in cases:
                    yield Choice(None, self.block(case.body))
            case _:
                yield from self._parts(node)

    def _parts(self, node: ast.AST) -> Iterator[Node]:
        """What is in a statement of any other kind: blocks in their order, and expressions."""
        for name, value in ast.iter_fields(node):
            if name == "annotation" and (self.function or self.module.source.lazy_annotations):
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.stmt):
                    yield from self.statement(part)
                elif isinstance(part, ast.expr):
                    yield from self.expression(part)

    # -- imports ------------------------------------------------------------------------------

    def _place(self, node: ast.stmt | ast.expr) -> Location:
        return Location(self.module.path, node.lineno)

    def _import(self, node: ast.Import) -> Iterator[Node]:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            if self._is_own(top):
                yield Own((alias.name,))
            elif self.is_stack(top):
                yield Needed(alias.name, (), self._place(node), self.function)
                self._bind(alias.asname or top, Target(alias.name if alias.asname else top))

    def _from(self, node: ast.ImportFrom) -> Iterator[Node]:
        module = self.module.absolute(node)
        top = module.partition(".")[0]
        names = tuple(alias.name for alias in node.names)
        if self._is_own(top):
            inner = (f"{module}.{name}" for name in names)
            yield Own((module, *(name for name in inner if self.is_module(name))))
        elif self.is_stack(top) and names == ("*",):
            yield Starred(module, tuple(_unbound(self.module)), self._place(node))
        elif self.is_stack(top):
            yield Needed(module, names, self._place(node), self.function)
        else:
            return
        for alias in node.names:
            if alias.name != "*":
                self._bind(alias.asname or alias.name, Target(module, alias.name, self._is_own(top)))

    def _is_own(self, top: str) -> bool:
        return top == self.module.name.partition(".")[0]

    def _bind(self, name: str, target: Target) -> None:
        if name in self.assigned:  # it may stand for something else by then
            return
        before = self.names.get(name, ())
        self.names[name] = tuple(dict.fromkeys((*before, target)))

    # -- what stands around -------------------------------------------------------------------

    def _if(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> Iterator[Node]:
        if _is_type_checking(test):
            yield from self.block(orelse)
        elif (
            isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and _is_type_checking(test.operand)
        ):
            yield from self.block(body)
        else:
            yield Choice(self._told_by(test), self.block(body), self.block(orelse))

    def _told_by(self, test: ast.expr) -> ast.expr | None:
        """A condition, None where names of a function make it one of run time."""
        local = {name for names in self.names.maps[:-1] for name in names}
        used = {part.id for part in ast.walk(test) if isinstance(part, ast.Name)}
        return None if local & used else test

    def _try(self, node: ast.Try | ast.TryStar, rest: tuple[Node, ...] = ()) -> Iterator[Node]:
        body = self.block(node.body)
        catching = next((handler for handler in node.handlers if _catches(handler)), None)
        handlers = {handler: self.block(handler.body) for handler in node.handlers}
        orelse = self.block(node.orelse)
        if catching is None:
            yield from (*body, *orelse, *rest)
        else:
            yield Attempted(
                body,
                handlers[catching],
                (*orelse, *rest),
                raises=_raises(catching.body),
                modules=any(_catches(handler, _MODULES) for handler in node.handlers),
                names=any(_catches(handler, _NAMES) for handler in node.handlers),
                attributes=any(_catches(handler, _ATTRIBUTES) for handler in node.handlers),
            )
        yield from self.block(node.finalbody)

    def _with(self, items: list[ast.withitem], body: list[ast.stmt]) -> Iterator[Node]:
        for item in items:
            yield from self.expression(item.context_expr)
        inside = self.block(body)
        suppressed = {name for item in items for name in _suppressed(item.context_expr)}
        if suppressed & _ANY:
            caught = (bool(suppressed & kinds) for kinds in (_MODULES, _NAMES, _ATTRIBUTES))
            yield Attempted(inside, (), (), False, *caught)
        else:
            yield from inside

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Node]:
        arguments = node.args
        evaluated = [*node.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)]
        if not self.module.source.lazy_annotations:
            evaluated += [argument.annotation for argument in _all(arguments) if argument.annotation]
            evaluated += [node.returns] if node.returns else []
        for part in evaluated:
            yield from self.expression(part)
        self.pending.append((node, self.names, self.function or node.name))

    # -- attributes ---------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Iterator[Node]:
        """The attributes of imported names that an expression takes for certain, and those it may take."""
        match node:
            case ast.Attribute():
                root, path = _chain(node)
                if isinstance(root, ast.Name) and self.names.get(root.id):
                    yield Used(self.names[root.id], path, self._place(node), self.function)
                else:
                    yield from self.expression(root)
            case ast.Lambda():
                self.pending.append((node, self.names, self.function or "lambda"))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield from self.expression(test)
                yield Choice(None, (*self.expression(body), *self.expression(orelse)))
            case ast.BoolOp(values=[first, *rest]):
                yield from self.expression(first)
                yield Choice(None, tuple(use for part in rest for use in self.expression(part)))
            case _:
                for child in ast.iter_child_nodes(node):
                    yield from self._child(child)

    def _child(self, node: ast.AST) -> Iterator[Node]:
        if isinstance(node, ast.expr):
            yield from self.expression(node)
        else:  # a keyword, a comprehension's clause, a slice
            for child in ast.iter_child_nodes(node):
                yield from self._child(child)


def _chain(node: ast.Attribute) -> tuple[ast.expr, tuple[str, ...]]:
    """The expression that a chain of attributes begins with, and the attributes."""
    path: list[str] = []
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        path.insert(0, root.attr)
        root = root.value
    return root, tuple(path)


def _all(arguments: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def _locals(function: _Function) -> set[str]:
    """The names that a function binds itself; imports among them are told when they are read."""
    names = {argument.arg for argument in _all(function.args)}
    if isinstance(function, ast.Lambda):
        return names
    stored = (node for node in ast.walk(function) if isinstance(node, ast.Name))
    return {*names, *(n.id for n in stored if isinstance(n.ctx, ast.Store)), *bound_names(function.body)}


def _assigned(tree: ast.AST) -> Iterator[str]:
    """The names that a module gives a value without importing one, short of its functions."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif not isinstance(child, _Function):
            yield from _assigned(child)


def _named(module: Module, is_module: Callable[[str], bool]) -> Iterator[str]:
    """The provider's own modules that a module names in texts: alone, or with a name in them."""
    prefix = f"{module.name.partition('.')[0]}."
    for node in ast.walk(module.source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(prefix):
            text = node.value
            if all(part.isidentifier() for part in text.split(".")):
                found = (name for name in (text, text.rpartition(".")[0]) if is_module(name))
                yield from islice(found, 1)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], _LEAVES)


def _raises(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)


def _catches(handler: ast.ExceptHandler, kinds: frozenset[str] = _ANY) -> bool:
    """Whether a handler is entered when a name is not there: by one of ``kinds`` of exceptions."""
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(_last_name(kind) in kinds for kind in caught)


def _suppressed(expression: ast.expr) -> set[str]:
    """The exceptions that ``contextlib.suppress(...)`` names, none for any other expression."""
    if not isinstance(expression, ast.Call) or _last_name(expression.func) != "suppress":
        return set()
    return {_last_name(argument) for argument in expression.args}


def _last_name(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _unbound(module: Module) -> Iterator[str]:
    """The global names that a module uses and that none of its own statements binds."""
    try:
        table = symtable.symtable(module.source.found.text, module.path, "exec")
    except SyntaxError:
        return
    bound = {*bound_names(module.source.tree.body), *(name for name in _global_stores(table))}
    asked = dict.fromkeys(_global_loads(table))
    yield from (name for name in asked if name not in bound and not hasattr(builtins, name))


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _global_loads(table: symtable.SymbolTable) -> Iterator[str]:
    for inner in _tables(table):
        top = inner.get_type() == "module"
        for symbol in inner.get_symbols():
            if (
                symbol.is_referenced()
                and (top or symbol.is_global())
                and not symbol.get_name().startswith("__")
            ):
                yield symbol.get_name()


def _global_stores(table: symtable.SymbolTable) -> Iterator[str]:
    for inner in _tables(table):
        top = inner.get_type() == "module"
        for symbol in inner.get_symbols():
            if (top or symbol.is_global()) and (symbol.is_assigned() or symbol.is_imported()):
                yield symbol.get_name()
