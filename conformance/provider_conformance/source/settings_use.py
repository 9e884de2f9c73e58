"""Which names a package's code reads of its objects, and whether it hands a configuration on as a whole.

Both are read off the source, and a doubt is the provider's: whatever has the name of a setting and is
read counts as the setting, and whatever is done with a configuration that is not known counts as reading
all of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

_SAMPLE: Final = "sample_run_config"
_DOTTED: Final = re.compile(r"[A-Za-z_][\w.]*")
_DUMPS: Final = frozenset({
    "model_dump", "model_dump_json", "dict", "json", "__dict__", "model_fields", "model_fields_set",
    "__fields__", "__pydantic_extra__", "model_extra", "items",
})  # fmt: skip
"""What gives all settings at once."""
_HARMLESS: Final = frozenset({
    "isinstance", "issubclass", "repr", "str", "print", "type", "id", "len", "bool", "hasattr", "debug",
    "info", "warning", "error", "exception", "critical", "log",
})  # fmt: skip
"""What may be given a configuration and reads no setting of it."""
_COPIES: Final = frozenset({"copy", "deepcopy", "model_copy", "cast"})
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_ROUNDS: Final = 10


def names_read(trees: Iterable[ast.AST]) -> frozenset[str]:
    """The attributes that code reads, by whatever object, and the texts that may name one.

    What a configuration class offers as its sample is left out: it writes settings and reads none.
    """
    return frozenset(name for tree in trees for node in _code(tree) for name in _read(node))


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree without samples and docstrings."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS) and child.name == _SAMPLE:
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        yield child
        yield from _code(child)


def _read(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
        yield from node.value.split(".")
    elif isinstance(node, ast.MatchClass):
        yield from node.kwd_attrs


def imported(tree: ast.AST, module: str, *, package: bool) -> frozenset[str]:
    """The modules that a module imports, anywhere in it; of `from a import b` both `a` and `a.b`.

    Args:
        tree: The module.
        module: Its name.
        package: Whether it is a package: what is relative is relative to itself then.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level + package or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    return frozenset(part for name in found for part in _with_parents(name))


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: number + 1]) for number in range(len(parts)))


def imports_by_text(tree: ast.AST) -> bool:
    """Whether a module imports others by names that are made up as it runs."""
    return any(
        isinstance(node, ast.Call) and _last(node.func) in ("import_module", "__import__", "exec", "eval")
        for node in ast.walk(tree)
    )


def declared(tree: ast.AST, title: str) -> dict[str, ast.AnnAssign]:
    """The fields that a class of that name writes in its own body."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == title)
    return {name: statement for cls in classes for name, statement in _declared_in(cls).items()}


def _declared_in(cls: ast.ClassDef) -> dict[str, ast.AnnAssign]:
    found = (statement for statement in cls.body if isinstance(statement, ast.AnnAssign))
    return {one.target.id: one for one in found if isinstance(one.target, ast.Name)}


def drops(tree: ast.AST, factory: str, line: int) -> bool:
    """Whether a factory never looks at its first parameter.

    Args:
        tree: Its module.
        factory: The factory's name.
        line: The line that it is defined on.
    """
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS) and node.name == factory and node.lineno == line:
            names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
            first = _positional(node)[:1]
            return bool(first) and not {first[0].arg, "locals", "vars"} & {*names}
    return False


def passed_on(trees: Collection[ast.AST], classes: Collection[str], factory: str) -> ast.AST | None:
    """Where code hands a configuration to somebody else as a whole, or takes all settings of it at once.

    Args:
        trees: All modules of a package.
        classes: The names of the configuration's classes.
        factory: The name of the function that is given one.

    Returns:
        The place; None where every use of it is known.
    """
    flow = _Flow([node for tree in trees for node in ast.walk(tree)], frozenset(classes))
    flow.begin(factory)
    for _ in range(_ROUNDS):
        before = len(flow.names)
        for node in flow.nodes:
            flow.follow(node)
        if len(flow.names) == before:
            break
    return flow.escape


@dataclass(slots=True)
class _Flow:
    """By which names code has a configuration: those of variables, attributes and parameters."""

    nodes: list[ast.AST]
    classes: frozenset[str]
    names: set[str] = field(default_factory=set)
    escape: ast.AST | None = None

    def begin(self, factory: str) -> None:
        """Take the parameters that say that they are one, and the factory's first."""
        for node in self.nodes:
            if isinstance(node, _FUNCTIONS) and node.name == factory:
                self.names.update(argument.arg for argument in _positional(node)[:1])
            if isinstance(node, ast.arg) and self._says_so(node.annotation):
                self.names.add(node.arg)
            if isinstance(node, ast.AnnAssign) and self._says_so(node.annotation):
                self._bind(node.target)

    def follow(self, node: ast.AST) -> None:
        """What becomes of it here."""
        if isinstance(node, ast.Assign) and self._is_one(node.value):
            for target in node.targets:
                self._bind(target)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value and self._is_one(node.value):
            self._bind(node.target)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif self._takes_all(node):
            self._escapes(node)

    def _takes_all(self, node: ast.AST) -> bool:
        """Whether all settings are had at once, or nobody knows by what name it goes from here."""
        match node:
            case ast.Attribute():
                return node.attr in _DUMPS and self._is_one(node.value)
            case ast.Subscript():
                return not isinstance(node.slice, ast.Constant) and self._is_one(node.value)
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                return self._is_one(node.iter)
            case ast.Return() | ast.Yield() | ast.Starred() | ast.Lambda():
                value = node.body if isinstance(node, ast.Lambda) else node.value
                return value is not None and self._is_one(value)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._holds(node.elts)
            case ast.Dict():
                return self._holds(node.values)
        return False

    def _holds(self, values: Iterable[ast.expr]) -> bool:
        return any(self._is_one(value) for value in values)

    def _call(self, call: ast.Call) -> None:
        name = _last(call.func) or ""
        if name in _HARMLESS or name in _COPIES or _asks_for_one(name, call):
            return
        by_place: list[tuple[int | str | None, ast.expr]] = [*enumerate(call.args)]
        for place, value in [*by_place, *((keyword.arg, keyword.value) for keyword in call.keywords)]:
            if self._is_one(value):
                into = [found for node in self.nodes for found in _taken_by(node, name, place)]
                self.names.update(into)
                if not into:
                    self._escapes(call)

    def _is_one(self, node: ast.AST) -> bool:
        match node:
            case ast.Name():
                return node.id in self.names
            case ast.Attribute():
                return node.attr in self.names
            case ast.Await() | ast.NamedExpr():
                return self._is_one(node.value)
            case ast.BoolOp():
                return self._holds(node.values)
            case ast.IfExp():
                return self._holds((node.body, node.orelse))
            case ast.Call():
                whose = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
                return _last(node.func) in _COPIES and self._holds(whose)
        return False

    def _says_so(self, annotation: ast.expr | None) -> bool:
        words = re.findall(r"\w+", ast.unparse(annotation)) if annotation is not None else []
        return bool(self.classes & {*words})

    def _bind(self, target: ast.expr) -> None:
        if (name := _last(target)) is None:
            self._escapes(target)
        else:
            self.names.add(name)

    def _escapes(self, node: ast.AST) -> None:
        self.escape = self.escape or node


def _last(node: ast.expr) -> str | None:
    """The name of a variable or an attribute, None of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    """The parameters that a caller gives by position."""
    found = [*function.args.posonlyargs, *function.args.args]
    return found[1:] if found and found[0].arg in ("self", "cls") else found


def _asks_for_one(name: str, call: ast.Call) -> bool:
    """Whether a call is `getattr` with a name that is written there."""
    return name in ("getattr", "setattr") and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)


def _taken_by(node: ast.AST, name: str, place: int | str | None) -> list[str]:
    """The parameter, or the field, that gets an argument at a place of a call: a number or a keyword.

    Args:
        node: Any node; nothing where it is no function or class of that name.
        name: What is called.
        place: The place, None for an argument that is unpacked.
    """
    if isinstance(node, ast.ClassDef) and node.name == name:
        makers = [one for one in node.body if isinstance(one, _FUNCTIONS) and one.name == "__init__"]
        if makers:
            return _taken_by(makers[0], "__init__", place)
        return _at(list(_declared_in(node)), place)
    if isinstance(node, _FUNCTIONS) and node.name == name:
        parameters = [argument.arg for argument in _positional(node)]
        named = [argument.arg for argument in node.args.kwonlyargs]
        return _at(parameters, place) if isinstance(place, int) else _at([*parameters, *named], place)
    return []


def _at(names: list[str], place: int | str | None) -> list[str]:
    if isinstance(place, int):
        return names[place : place + 1]
    return [place] if place in names and place is not None else []
