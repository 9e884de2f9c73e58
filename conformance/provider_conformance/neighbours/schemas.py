"""A JSON Schema by its usual words: what somebody would write down who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.neighbours.smallest import WORD

Schema = Mapping[str, Any]

_DEPTH: Final = 4
_PLAIN: Final[Mapping[str, Any]] = {
    "string": WORD,
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "null": None,
}


def likely_of(schema: Schema, *, everything: bool = False) -> Any:
    """A value for a schema, going by its usual words: whether the schema allows it is another question.

    Args:
        schema: A JSON Schema; references into itself are followed.
        everything: Whether objects have what they need not have.

    Returns:
        The value; None where none of the words says anything.
    """
    return _likely(schema, schema, everything, _DEPTH)


def resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """What a schema with a reference into ``root`` stands for; any other as it is."""
    target = schema.get("$ref")
    if not isinstance(target, str):
        return schema
    found: Any = root
    for part in target.removeprefix("#").split("/")[1:]:
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found


def _likely(schema: Any, root: Schema, everything: bool, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth < 0:
        return None
    for word in ("const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    for word in ("examples", "enum"):
        if isinstance(schema.get(word), list) and schema[word]:
            return schema[word][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if isinstance(schema.get(word), list) and schema[word]:
            return _likely(schema[word][0], root, everything, depth - 1)
    if "$ref" in schema:
        return _likely(resolved(root, schema), root, everything, depth - 1)
    return _of_type(schema, root, everything, depth)


def _of_type(schema: Schema, root: Schema, everything: bool, depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds[0] if isinstance(kinds, list) and kinds else kinds
    if kind == "array":
        return [_likely(schema.get("items", {}), root, everything, depth - 1)]
    if kind == "object":
        required = schema.get("required") or ()
        chosen = {n: s for n, s in schema.get("properties", {}).items() if everything or n in required}
        return {name: _likely(one, root, everything, depth - 1) for name, one in chosen.items()}
    if kind in ("integer", "number"):
        return max(_PLAIN[kind], schema.get("minimum", 1))
    return _PLAIN.get(kind, WORD)
