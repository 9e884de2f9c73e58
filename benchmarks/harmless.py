"""Changes of one thing in an adapter that keep what it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from adapters import Adapter, Function
from changes import (
    Change,
    Kind,
    asynchronous,
    before_class,
    begin,
    declared,
    decorated,
    edited,
    own,
    replaced,
)

from provider_conformance.contracts.model import ApiContract


def local_variable(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """A local variable has another name."""
    for f in adapter.methods.values():
        inner = [n for n in ast.walk(f) if n is not f and isinstance(n, ast.Lambda | Function | ast.ClassDef)]
        names = [n for n in ast.walk(f) if isinstance(n, ast.Name)]
        taken = {n.arg for n in ast.walk(f) if isinstance(n, ast.arg)}
        for name in dict.fromkeys(n.id for n in names if isinstance(n.ctx, ast.Store) and n.id not in taken):
            kept = any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(f))
            if inner or kept or any(isinstance(n, ast.JoinedStr) for n in ast.walk(f)):
                continue
            changed = adapter
            for node in sorted((n for n in names if n.id == name), key=lambda n: (-n.lineno, -n.col_offset)):
                changed = replaced(changed, node, f"the_{name}")
            yield Change("local variable", f"{f.name}: {name}", changed)


def reorder(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """Two methods change places."""
    body, lines = adapter.node.body, adapter.files[adapter.home].splitlines()
    for one, two in pairwise(body):
        if (
            isinstance(one, Function)
            and isinstance(two, Function)
            and not (one.decorator_list or two.decorator_list)
        ):
            parts = lines[two.lineno - 1 : two.end_lineno], lines[one.lineno - 1 : one.end_lineno]
            changed = edited(adapter, one.lineno, two.end_lineno or 0, *parts[0], "", *parts[1])
            yield Change("reorder", f"{one.name}, {two.name}", changed)


def optional_keyword(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A method takes one more keyword, and need not be given it."""
    for f in own(adapter, api):
        if not f.args.vararg and not f.args.kwarg:
            more = f"{ast.unparse(f.args)}, {'' if f.args.kwonlyargs else '*, '}tenant: str | None = None"
            yield Change("optional keyword", f.name, declared(adapter, f, more))


_KEEPS = """
import functools


def _seen(function):
    @functools.wraps(function)
    async def wrapper(self, *args, **kwargs):
        return await function(self, *args, **kwargs)

    return wrapper
"""


def keeping_wrapper(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A decorator hands over whatever it is given."""
    for f in own(adapter, api):
        if asynchronous(f):
            yield Change("wrapper that keeps", f.name, decorated(adapter, f, "_seen", _KEEPS))


def alias(adapter: Adapter, api: ApiContract) -> Iterator[Change]:
    """A type goes by another name."""
    for f in own(adapter, api):
        for argument in f.args.args[1:]:
            if argument.annotation is not None and not isinstance(argument.annotation, ast.Constant):
                changed = replaced(adapter, argument.annotation, "_Given")
                text = f"_Given = {ast.unparse(argument.annotation)}"
                yield Change("type alias", f"{f.name}({argument.arg})", before_class(changed, text))


def docstring(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """A method has a docstring."""
    for f in adapter.methods.values():
        line = begin(f.body[0])
        if line > f.lineno and not ast.get_docstring(f):
            yield Change("docstring", f.name, edited(adapter, line, line - 1, '        """What it says."""'))


def helper(adapter: Adapter, _api: ApiContract) -> Iterator[Change]:
    """The class has one more method that nobody calls."""
    last = adapter.node.end_lineno or 0
    lines = ("", "    def _conformance_helper(self) -> int:", "        return len(type(self).__name__)")
    yield Change("private helper", adapter.class_name, edited(adapter, last + 1, last, *lines))


KEEPING: tuple[Kind, ...] = (
    local_variable,
    reorder,
    optional_keyword,
    keeping_wrapper,
    alias,
    docstring,
    helper,
)
