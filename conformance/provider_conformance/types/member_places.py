"""Where a member stands in source, for a class that could not be imported."""

from __future__ import annotations

import ast
import tokenize
from pathlib import Path

from provider_conformance.findings import Location
from provider_conformance.package import loading


def of_member(path: str, member: str) -> Location | None:
    """Where the class named ``"package.module:Class"`` has ``member`` in its body.

    Args:
        path: The class.
        member: A method or an attribute.

    Returns:
        The member's line, the class statement's where the body does not have it, only the file where
        that has no such class, and None where there is no source.
    """
    module, _, qualname = path.partition(":")
    file = source_of(module)
    if file is None:
        return None
    node: ast.AST | None = _parsed(file)
    for name in qualname.split("."):
        node = _child(node, name) if node is not None else None
    if node is None:
        return Location(file)
    line = getattr(_child(node, member) or node, "lineno", None)
    return Location(file, line)


def source_of(module: str) -> str | None:
    """The source file of a module, found without importing the module itself where its parents can be."""
    spec = loading.find_spec(module)
    if spec is not None:
        return spec.origin if spec.origin and Path(spec.origin).is_file() else None
    parent, _, name = module.rpartition(".")
    folder = source_of(parent) if parent else None
    candidate = Path(folder).parent / f"{name}.py" if folder else None
    return str(candidate) if candidate and candidate.is_file() else None


def _parsed(file: str) -> ast.Module | None:
    try:
        with tokenize.open(file) as opened:
            return ast.parse(opened.read(), filename=file)
    except (OSError, SyntaxError, ValueError):
        return None


def _child(node: ast.AST, name: str) -> ast.AST | None:
    """The last definition of ``name`` in a body, as it wins at run time."""
    found = None
    for statement in ast.walk(node):
        if statement is not node and name in _defined(statement) and _encloses(node, statement):
            found = statement
    return found


def _encloses(node: ast.AST, statement: ast.AST) -> bool:
    """Whether ``statement`` is of the body of ``node`` itself, be it below an ``if`` or a ``try``."""
    for child in ast.iter_child_nodes(node):
        if child is statement:
            return True
        scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda)
        if not scope and _encloses(child, statement):
            return True
    return False


def _defined(statement: ast.AST) -> set[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Assign():
            return {target.id for target in statement.targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
    return set()
