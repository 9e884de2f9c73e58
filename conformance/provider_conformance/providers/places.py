"""Where in a source file something stands."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from provider_conformance.findings import Location
from provider_conformance.providers import careful, loading

SourceFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def tree_of(path: str) -> ast.Module | None:
    """The parsed source of ``path``, None where there is none that parses."""
    try:
        stamp = Path(path).stat().st_mtime_ns
    except OSError:
        return None
    return _parsed(path, stamp)


@lru_cache(maxsize=256)
def _parsed(path: str, _stamp: int) -> ast.Module | None:
    try:
        with tokenize.open(path) as file:
            return ast.parse(file.read(), filename=path)
    except (OSError, SyntaxError, ValueError):
        return None


def of_code(code: CodeType) -> Location:
    """Where the function of ``code`` begins."""
    return Location(code.co_filename, code.co_firstlineno)


def of_function(function: object) -> Location | None:
    """Where a function is defined, past decorators and partials; None for what is no Python function."""
    plain = plain_function(function)
    if plain is None:
        return None
    node = node_of(plain)
    line = node.lineno if node is not None else plain.__code__.co_firstlineno
    return Location(plain.__code__.co_filename, line)


def plain_function(function: object, depth: int = 10) -> FunctionType | None:
    """The Python function behind methods, partials, static methods and ``functools.wraps`` wrappers."""
    current = function
    for _ in range(depth):
        inner = _unwrapped(current)
        if inner is None:
            return current if type(current) is FunctionType else None
        current = inner
    return None


def _unwrapped(function: Any) -> Any:
    for name in ("__func__", "__wrapped__", "func"):
        inner = careful.attribute(function, name)
        if inner is not None and callable(inner):
            return inner
    return None


def node_of(function: FunctionType) -> SourceFunction | None:
    """The syntax tree of ``function``, found by its file, line and name."""
    code = function.__code__
    tree = tree_of(code.co_filename)
    if tree is None:
        return None
    found = (node for node in ast.walk(tree) if isinstance(node, SourceFunction))
    fits = [node for node in found if _begins(node) == code.co_firstlineno and _named(node) == code.co_name]
    return fits[0] if len(fits) == 1 else None


def _begins(node: SourceFunction) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min((decorator.lineno for decorator in decorators), default=node.lineno)


def _named(node: SourceFunction) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def of_class(cls: type) -> Location | None:
    """Where ``cls`` is defined."""
    module = loading.loaded(careful.class_module(cls))
    path = file_of(module) if module is not None else None
    if path is None:
        return None
    tree = tree_of(path)
    name = careful.class_name(cls)
    nodes = ast.walk(tree) if tree is not None else iter(())
    line = next((node.lineno for node in nodes if isinstance(node, ast.ClassDef) and node.name == name), None)
    return Location(path, line)


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
