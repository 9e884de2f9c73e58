"""What changed between two releases, told by plain means: the oracle of ``releases.changes``.

It reads the source of protocols with ``ast`` and nothing of this package. It knows no renames and no request
objects: it says which methods and parameters only one side has, and what differs of the others. Texts may be
those of wheels or of snapshots.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Where = Mapping[tuple[str, str], str]
"""The name of the protocol's class by API and side ("public", "registry")."""
Difference = tuple[str, ...]
"""What differs, the API, the side, the method, and the parameter where it is one."""

REGISTRIES = {
    "ModelsProtocolPrivate": "inference",
    "ShieldsProtocolPrivate": "safety",
    "MemoryBanksProtocolPrivate": "memory",
    "VectorDBsProtocolPrivate": "vector_io",
    "VectorStoresProtocolPrivate": "vector_io",
    "DatasetsProtocolPrivate": "datasetio",
    "ScoringFunctionsProtocolPrivate": "scoring",
    "EvalTasksProtocolPrivate": "eval",
    "BenchmarksProtocolPrivate": "eval",
    "ToolsProtocolPrivate": "tool_runtime",
    "ToolGroupsProtocolPrivate": "tool_runtime",
}
"""Whose providers a registry protocol is for; written down by hand."""


@dataclass(frozen=True)
class Parameter:
    kind: str
    default: str
    annotation: Any


@dataclass(frozen=True)
class Method:
    parameters: Mapping[str, Parameter]
    is_async: bool
    returns: Any
    optional: bool


Protocols = dict[tuple[str, str], dict[str, Method]]


# -- reading -----------------------------------------------------------------------------------


class Library:
    """The classes in the modules of a stack, by name."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.trees = [ast.parse(text) for text in texts]
        self.classes: dict[str, list[ast.ClassDef]] = {}
        for tree in self.trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self.classes.setdefault(node.name, []).append(node)

    def protocol(self, name: str) -> ast.ClassDef | None:
        found = [node for node in self.classes.get(name, ()) if self.is_protocol(node)]
        return found[0] if found else None

    def is_protocol(self, node: ast.ClassDef) -> bool:
        bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        return "Protocol" in bases or any(self.protocol(base) for base in bases)

    def methods(self, name: str) -> dict[str, Method]:
        node = self.protocol(name)
        assert node is not None, name
        found: dict[str, Method] = {}
        for base in reversed(node.bases):
            inherited = ast.unparse(base).rpartition(".")[2]
            if self.protocol(inherited):
                found.update(self.methods(inherited))
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not is_hidden(one):
                found[one.name] = method(one)
        return found


def is_hidden(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    decorators = " ".join(map(ast.unparse, node.decorator_list))
    return node.name.startswith("_") or "property" in decorators


def method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Method:
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    rows = [
        (arg, "/" if arg in args.posonlyargs else "", default)
        for arg, default in zip(positional, defaults, strict=True)
    ][1:]
    rows += [(arg, "*", default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    rows += [(arg, "**", None) for arg in (args.vararg, args.kwarg) if arg]
    parameters = {
        arg.arg: Parameter(kind, ast.unparse(default) if default else "", canonical(arg.annotation))
        for arg, kind, default in rows
    }
    return Method(parameters, isinstance(node, ast.AsyncFunctionDef), canonical(node.returns), runs(node))


def runs(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the body does more than stand there."""
    return not all(
        isinstance(one, ast.Pass) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in node.body
    )


def canonical(node: ast.expr | None) -> Any:
    """An annotation as nested tuples, unions as sets: the way it is written does not matter."""
    return "" if node is None else _canonical(node)


def _canonical(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return (
            canonical(ast.parse(node.value, mode="eval").body)
            if isinstance(node.value, str)
            else repr(node.value)
        )
    if isinstance(node, ast.BinOp):
        return union([node.left, node.right])
    if isinstance(node, ast.Subscript):
        head = ast.unparse(node.value).rpartition(".")[2]
        inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head == "Annotated":
            return canonical(inner[0])
        if head == "Literal":
            return (head, *map(ast.unparse, inner))
        if head == "Optional":
            return union([*inner, ast.Constant(None)])
        if head == "Union":
            return union(inner)
        return (head.lower() if head in ("List", "Dict", "Tuple", "Set") else head, *map(canonical, inner))
    if isinstance(node, ast.List):
        return tuple(map(canonical, node.elts))
    return ast.unparse(node).rpartition(".")[2]


def union(parts: Iterable[ast.expr]) -> Any:
    found: set[Any] = set()
    for part in map(canonical, parts):
        found |= part if isinstance(part, frozenset) else {part}
    return frozenset(found) if len(found) > 1 else next(iter(found))


def where_in(library: Library) -> dict[tuple[str, str], str]:
    """The protocols of a stack by API and side, out of the dictionaries in its resolver."""
    found: dict[tuple[str, str], str] = {}
    names = ("api_protocol_map", "api_protocol_map_for_compliance_check")
    functions = [
        node
        for tree in library.trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in names
    ]
    for function in sorted(functions, key=lambda one: names.index(one.name)):
        for table in (node for node in ast.walk(function) if isinstance(node, ast.Dict)):
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Attribute) and isinstance(value, ast.Name):
                    found[key.attr, "public"] = imported_as(library, value.id)
    for name, api in REGISTRIES.items():
        if library.protocol(name):
            found[api, "registry"] = name
    return {key: name for key, name in found.items() if library.protocol(name)}


def imported_as(library: Library, name: str) -> str:
    """The name that a class has where it is defined: `Providers as ProvidersAPI`."""
    aliases = {
        alias.asname: alias.name
        for tree in library.trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == name
    }
    return aliases.get(name, name)


def protocols(library: Library, where: Where) -> Protocols:
    return {key: library.methods(name) for key, name in where.items()}


# -- comparing ---------------------------------------------------------------------------------


def differences(old: Protocols, new: Protocols) -> set[Difference]:
    return set(_differences(old, new))


def _differences(old: Protocols, new: Protocols) -> Iterator[Difference]:
    for api, side in {*old, *new}:
        before, after = old.get((api, side), {}), new.get((api, side), {})
        yield from (("method removed", api, side, name) for name in before.keys() - after.keys())
        yield from (("method added", api, side, name) for name in after.keys() - before.keys())
        for name in before.keys() & after.keys():
            for found in _of_method(before[name], after[name]):
                yield (found[0], api, side, name, *found[1:])


def _of_method(old: Method, new: Method) -> Iterator[Difference]:
    before, after = old.parameters, new.parameters
    yield from (("parameter removed", name) for name in before.keys() - after.keys())
    yield from (("parameter added", name) for name in after.keys() - before.keys())
    shared = [name for name in before if name in after]
    for name in shared:
        for field in ("kind", "default", "annotation"):
            if getattr(before[name], field) != getattr(after[name], field):
                yield (field, name)
    if shared != [name for name in after if name in before]:
        yield ("order",)
    for field in ("is_async", "returns", "optional"):
        if getattr(old, field) != getattr(new, field):
            yield (field,)


# -- what the package tells, in the same words ---------------------------------------------------

WORDS = {
    "method-added": "method added",
    "method-removed": "method removed",
    "method-optional": "optional",
    "method-reordered": "order",
    "parameter-added": "parameter added",
    "parameter-removed": "parameter removed",
    "parameter-folded": "parameter removed",
    "parameter-unfolded": "parameter added",
    "parameter-default": "default",
    "parameter-kind": "kind",
    "parameter-type": "annotation",
    "result-kind": "is_async",
    "result-type": "returns",
}


def as_differences(changes: Iterable[Any]) -> set[Difference]:
    """Changes of methods and parameters as the oracle tells them: what is renamed has gone and come."""
    changes = [*changes]
    renamed = {
        (one.api, one.side.value, one.method)
        for one in changes
        if one.kind.value in ("method-renamed", "method-moved")
    }
    again = {
        (one.api, one.side.value, one.method, one.after)
        for one in changes
        if one.kind.value == "parameter-renamed"
    }
    found: set[Difference] = set()
    for one in changes:
        kind, place = one.kind.value, (one.api, one.side.value, one.method)
        if kind == "method-renamed":
            found |= {("method removed", *place[:2], one.before), ("method added", *place)}
        elif kind == "method-moved":
            found |= {("method removed", one.before, *place[1:]), ("method added", *place)}
        elif place in renamed:
            continue
        elif kind == "parameter-renamed":
            found |= {("parameter removed", *place, one.before), ("parameter added", *place, one.after)}
        elif kind in WORDS and (*place, one.name) not in again:
            parameter = (one.name,) if kind.startswith("parameter") else ()
            found.add((WORDS[kind], *place, *parameter))
    return found
