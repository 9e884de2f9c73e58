"""How a stack's loader makes a provider: read off the source of its resolver.

The loader is the function that attaches ``__provider_spec__`` to what it has made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from provider_conformance.contracts.calls.guards import name_of
from provider_conformance.contracts.model import Factory

_ATTACHED: Final = "__provider_spec__"
_REMOTE: Final = "RemoteProviderSpec"
_FACTORY: Final = "get_"


@dataclass(frozen=True, slots=True)
class LoaderFacts:
    """The factories by spec kind, and the attributes set on what they return."""

    factories: Mapping[str, Factory] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()


def read_loader(text: str) -> LoaderFacts:
    """Read the loader off the source of the resolver.

    Raises:
        SyntaxError: If the text is no Python.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            attributes = tuple(_attached(node))
            if _ATTACHED in attributes:
                return LoaderFacts(_factories(node), attributes)
    return LoaderFacts()


def _attached(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr[:2] == "__":
            yield node.attr


def _factories(function: ast.AST) -> dict[str, Factory]:
    for node in ast.walk(function):
        if isinstance(node, ast.If) and _spec_class(node.test) == _REMOTE and any(_named(node.body)):
            return {**_remote(node.body), **_inline(node)}
    return {}


def _remote(body: list[ast.stmt]) -> dict[str, Factory]:
    """The factory of a remote spec; without an adapter it is a passthrough, where there is such a choice."""
    for statement in body:
        if isinstance(statement, ast.If) and any(_named(statement.body)) and any(_named(statement.orelse)):
            return {
                "remote": _factory(next(_named(statement.body)), body),
                "passthrough": _factory(next(_named(statement.orelse)), body),
            }
    return {"remote": _factory(next(_named(body)), body)}


def _inline(choice: ast.If) -> dict[str, Factory]:
    """The factory of every spec that no ``isinstance`` test picks out."""
    branch = choice.orelse
    while len(branch) == 1 and isinstance(branch[0], ast.If) and _spec_class(branch[0].test):
        branch = branch[0].orelse
    return {"inline": _factory(next(_named(branch)), branch)} if any(_named(branch)) else {}


def _spec_class(test: ast.expr) -> str:
    if isinstance(test, ast.Call) and name_of(test.func) == "isinstance" and len(test.args) == 2:
        return name_of(test.args[1])
    return ""


def _named(body: list[ast.stmt]) -> Iterator[str]:
    """The factories named in a block: ``method = "get_adapter_impl"``."""
    for node in _walk(body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            name = str(node.value.value)
            if name.startswith(_FACTORY):
                yield name


def _factory(function: str, body: list[ast.stmt]) -> Factory:
    passed = [
        tuple(name_of(element) for element in node.value.elts)
        for node in _walk(body)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List) and node.value.elts
    ]
    optional = tuple(dict.fromkeys(_asked_for(body)))
    return Factory(function, passed[0], optional) if passed else Factory(function, optional=optional)


def _asked_for(body: list[ast.stmt]) -> Iterator[str]:
    """Parameters passed only to those who have them: ``if "policy" in signature(...).parameters``."""
    for choice in _walk(body):
        for node in ast.walk(choice.test) if isinstance(choice, ast.If) else ():
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
                asked, where = node.left, node.comparators[0]
                if isinstance(asked, ast.Constant) and name_of(where) == "parameters":
                    yield str(asked.value)


def _walk(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield from ast.walk(statement)
