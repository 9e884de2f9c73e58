"""Where in a source file something stands."""

from __future__ import annotations

import ast
import contextlib
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from provider_conformance.findings import Location
from provider_conformance.protocols import careful
from provider_conformance.protocols.bodies import class_line, definition_line


def of_function(function: object) -> Location | None:
    """Where a function is defined, past decorators and partials; None for what is no Python function."""
    plain = plain_function(function)
    return Location(plain.__code__.co_filename, definition_line(plain)) if plain is not None else None


def plain_function(function: object, depth: int = 10) -> FunctionType | None:
    """The Python function behind methods, partials, static methods and ``functools.wraps`` wrappers."""
    current = function
    for _ in range(depth):
        inner = _unwrapped(current)
        if inner is None:
            return current if type(current) is FunctionType else None
        current = inner
    return None


def called_function(function: object) -> FunctionType | None:
    """The Python function that runs first when ``function`` is called: a wrapper, not what it wraps."""
    current = function
    while type(current) is not FunctionType:
        inner = _unwrapped(current)
        if inner is None:
            return None
        current = inner
    return current


def _unwrapped(function: Any) -> Any:
    for name in ("__func__", "__wrapped__", "func"):
        inner = careful.attribute(function, name)
        if inner is not None and callable(inner):
            return inner
    return None


def within(filename: str, folders: Iterable[Path]) -> bool:
    """Whether a file is one of these, or in one of these folders."""
    path = Path(filename)
    return any(place == path or place in path.parents for place in folders)


def of_class(cls: type) -> Location | None:
    """Where ``cls`` is defined."""
    with contextlib.suppress(Exception):  # it is asked for its module and may answer anything
        place = class_line(cls)
        return Location(*place) if place else None
    return None


def file_of(module: ModuleType) -> str | None:
    """The source file of ``module``."""
    path = vars(module).get("__file__")
    return path if type(path) is str and path.endswith(".py") else None


def spec_calls(path: str) -> dict[str, list[int]]:
    """The lines on which ``path`` makes provider specs, by the last part of the type that they name."""
    tree = tree_of(path)
    lines: dict[str, list[int]] = {}
    for call in _outermost_spec_calls(tree) if tree is not None else ():
        for value in _type_literals(call):
            lines.setdefault(value.rpartition("::")[2], []).append(call.lineno)
    return lines


def tree_of(path: str) -> ast.Module | None:
    """A source file as a tree, None where it cannot be read."""
    try:
        with tokenize.open(path) as file:
            return ast.parse(file.read(), filename=path)
    except (OSError, SyntaxError, ValueError):
        return None


def _outermost_spec_calls(node: ast.AST) -> Iterator[ast.Call]:
    if isinstance(node, ast.Call) and "spec" in _called(node).lower() and next(_type_literals(node), None):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _outermost_spec_calls(child)


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _type_literals(call: ast.Call) -> Iterator[str]:
    found = {
        keyword.value.value
        for keyword in ast.walk(call)
        if isinstance(keyword, ast.keyword)
        and keyword.arg in ("provider_type", "adapter_type")
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }
    yield from sorted({value.rpartition("::")[2] for value in found})
