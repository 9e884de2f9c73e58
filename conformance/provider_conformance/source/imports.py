"""What a module does when it is imported that a stack would refuse: told without importing it.

Only what always runs counts, and only names and modules of stacks and of the package itself, and names
that nothing defines: whether something else is installed says nothing about the provider.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from provider_conformance.findings import Location
from provider_conformance.protocols.classes import NO_ORDER, namespace
from provider_conformance.sandbox.containment import attempt
from provider_conformance.source import calls
from provider_conformance.source.calls import NoMember
from provider_conformance.source.modules import UNBOUND, Missing, Module, no_module
from provider_conformance.source.undefined import used_at_import

T = TypeVar("T", bound=Exception)


def failing_import(module: Module, seen: set[str] | None = None) -> Exception | None:
    """What importing ``module`` raises, its package's modules that it imports included.

    Returns:
        The error, which knows its place in the source, or None where nothing is refused.
    """
    seen = set() if seen is None else seen
    seen.add(module.name)
    for statement in module.source.tree.body:
        if isinstance(statement, ast.ImportFrom):
            failing = _refused(module, statement, seen)
        else:
            failing = next(_gone_members(module, statement), None)
        if failing is not None:
            return failing
    name = used_at_import(module.source.tree, module.namespace)
    if name is not None:
        return placed(not_defined(name.id), module, name.lineno)
    return next(_classes_without_order(module), None)


def _classes_without_order(module: Module) -> Iterator[TypeError]:
    """What the class statements of a module raise whose bases cannot be put into one order."""
    for statement in module.source.tree.body:
        match statement:
            case ast.ClassDef(name=name, bases=[_, _, *_]):
                found = module.namespace.get(name, UNBOUND)
                if isinstance(found, type) and NO_ORDER in namespace(found):
                    bases = ", ".join(map(ast.unparse, statement.bases))
                    said = f"`{name}` cannot have the bases {bases} in this order: one inherits from another"
                    yield placed(TypeError(said), module, statement.lineno)


def lacking(module: Module, seen: set[str] | None = None) -> Iterator[ImportError]:
    """What importing ``module`` raises for want of packages that are neither its own nor a stack's."""
    seen = set() if seen is None else seen
    seen.add(module.name)
    top = module.name.partition(".")[0]
    for statement in module.source.tree.body:
        for name in _imported(module, statement):
            if name.partition(".")[0] != top:
                if not _is_there(name, module):
                    yield placed(no_module(name).error(), module, statement.lineno)
                    break
            elif name not in seen and (own := module.library.module(name)) is not None:
                yield from lacking(own, seen)


def _imported(module: Module, statement: ast.stmt) -> Iterable[str]:
    """The modules that an import statement names."""
    match statement:
        case ast.Import(names=names):
            return (alias.name for alias in names)
        case ast.ImportFrom():
            source = module.absolute(statement)
            return (source, *(f"{source}.{alias.name}" for alias in statement.names if source))
    return ()


def _is_there(name: str, module: Module) -> bool:
    """Whether there is a package for the module ``name``, with or without source, or it is a stack's."""
    top = name.partition(".")[0]
    if module.library.is_own(name) or module.library.has(top):
        return True
    return attempt(lambda: importlib.util.find_spec(top)).value is not None


def not_defined(name: str) -> NameError:
    """What using a name raises that nothing defines."""
    return NameError(f"name {name!r} is not defined", name=name)


def placed(error: T, module: Module, line: int) -> T:
    """The error with its place in the source."""
    known: Any = error
    known.source_place = Location(module.path, line)
    return error


def _refused(module: Module, statement: ast.ImportFrom, seen: set[str]) -> Exception | None:
    name = module.absolute(statement)
    mine = name.partition(".")[0] == module.name.partition(".")[0]
    if not (mine or module.library.is_own(name)):
        return None
    imported = module.library.module(name)
    if imported is None:
        # without its stack nothing can be said of a provider
        known = mine or module.library.has_stack_of(name)
        return placed(no_module(name).error(), module, statement.lineno) if known else None
    for alias in statement.names:
        if alias.name != "*" and not imported.defines(alias.name):
            missing = Missing(f"module `{name}` has no `{alias.name}`", name, alias.name)
            return placed(missing.error(), module, statement.lineno)
    return failing_import(imported, seen) if mine and name not in seen else None


def _gone_members(module: Module, statement: ast.stmt) -> Iterator[AttributeError]:
    """Members of a stack's enumeration of APIs that the statement names and the stack does not have."""
    for node in _run_at_once(statement):
        match node:
            case ast.Attribute(value=ast.Name(id="Api"), attr=name):
                found = calls.attribute(module.namespace.get("Api", UNBOUND), name, _no_call)
                if isinstance(found, NoMember):
                    yield NoMember(
                        found.reason, found.owner, found.name, Location(module.path, node.lineno)
                    ).error()


def _run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions of a statement that are evaluated when the module is imported, for certain."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.If | ast.Try):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _run_at_once(child)


def _no_call(function: object, arguments: object) -> object:
    return UNBOUND
