"""What a skeleton keeps of an expression: no prose, nothing long."""

from __future__ import annotations

import ast
from typing import Final

from provider_conformance.contracts.snapshots.texts import LEFT_OUT

UNKNOWN: Final = ast.Name(LEFT_OUT, ast.Load())
"""Stands for a value that is left out."""

_LONGEST: Final = 240
"""Characters of a value that is kept."""
_LONGEST_TEXT: Final = 80
"""Characters of a text that is kept."""
_INDEX: Final = "--index-url"
"""In a requirement that says where the package is to be had: of no use to anybody else."""
_PROSE: Final = frozenset(
    {
        "description", "title", "examples", "example", "help", "json_schema_extra", "summary", "comment",
        "descriptive_name", "deprecated", "serialization_alias", "pattern", "openapi_examples",
    }
)  # fmt: skip
"""Keywords whose values tell people something, and a reader of types nothing."""
_TYPE_PARTS: Final = (
    ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.BitOr, ast.Tuple, ast.List, ast.Constant, ast.Load,
)  # fmt: skip


class _Brief(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        keywords = [keyword for keyword in node.keywords if keyword.arg not in _PROSE]
        return self.generic_visit(ast.Call(node.func, node.args, keywords))  # type: ignore[return-value]

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        long = isinstance(node.value, str | bytes) and len(node.value) > _LONGEST_TEXT
        return UNKNOWN if long or _INDEX in str(node.value) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        fields = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        # quotes within quotes are something that Python 3.11 cannot read
        quoted = any(isinstance(getattr(n, "value", None), str) for part in fields for n in ast.walk(part))
        return UNKNOWN if quoted or len(ast.unparse(node)) > _LONGEST_TEXT else node


def brief(node: ast.expr) -> ast.expr:
    """The expression without prose; ``UNKNOWN`` in place of long values in it, and for what stays long."""
    shown: ast.expr = _Brief().visit(_copied(node))
    text = ast.unparse(shown)
    return UNKNOWN if "\n" in text or (len(text) > _LONGEST and not _is_type(shown)) else shown


def without_prose(node: ast.expr) -> ast.expr:
    """An expression without prose, however long it is."""
    shown: ast.expr = _Brief().visit(_copied(node))
    return shown


def _is_type(node: ast.expr) -> bool:
    """Whether an expression may be an alias of a type, or a list of names as in ``__all__``."""
    return all(isinstance(part, _TYPE_PARTS) for part in ast.walk(node))


def _copied(node: ast.expr) -> ast.expr:
    """A copy that may be changed."""
    copied: ast.Expression = ast.parse(ast.unparse(node), mode="eval")
    return copied.body
