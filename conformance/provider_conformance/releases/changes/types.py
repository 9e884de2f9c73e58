"""Annotations in one form, so that two ways to write the same type compare equal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

_OLD: Final = {"List": "list", "Dict": "dict", "Tuple": "tuple", "Set": "set", "Type": "type"}
"""Names in ``typing`` that have stood for built-in ones."""


def plain(annotation: ast.expr | None) -> str:
    """An annotation as text: classes by their last names, unions with ``|``, what annotates it left out.

    Args:
        annotation: The annotation as it stands in the source, None where there is none.
    """
    if annotation is None:
        return ""
    parts = dict.fromkeys(_alternatives(annotation))
    if "None" in parts:
        parts = dict.fromkeys([*(part for part in parts if part != "None"), "None"])
    return " | ".join(parts)


def _alternatives(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield from _quoted(text)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from (*_alternatives(left), *_alternatives(right))
        case ast.Subscript(value=value, slice=inner):
            yield from _subscript(_last(value), inner)
        case ast.Name() | ast.Attribute():
            yield _OLD.get(_last(node), _last(node))
        case _:
            yield ast.unparse(node)


def _quoted(text: str) -> Iterator[str]:
    try:
        yield from _alternatives(ast.parse(text, mode="eval").body)
    except SyntaxError:
        yield repr(text)


def _subscript(name: str, inner: ast.expr) -> Iterator[str]:
    items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Literal":
        yield f"Literal[{', '.join(map(ast.unparse, items))}]"
    elif name == "Annotated":
        yield from _alternatives(items[0])
    elif name in ("Optional", "Union"):
        yield from (found for item in items for found in _alternatives(item))
        yield from ["None"] if name == "Optional" else []
    else:
        yield f"{_OLD.get(name, name)}[{', '.join(map(_inner, items))}]"


def _inner(node: ast.expr) -> str:
    return f"[{', '.join(map(_inner, node.elts))}]" if isinstance(node, ast.List) else plain(node)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)
