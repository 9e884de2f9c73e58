"""Values that a JSON Schema allows, for the vocabulary in which tools say what they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from provider_conformance.neighbours.schemas import resolved

_DEPTH: Final = 5
_TEXT: Final = 40
_SIZE: Final = 3
_KINDS: Final = ("string", "integer", "number", "boolean", "null")
_ANY: Final = st.none() | st.booleans() | st.integers() | st.text(max_size=_TEXT)
_EITHER: Final = ("anyOf", "oneOf")


def of_schema(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema allows, as far as its usual words tell; others may be among them.

    Args:
        schema: A JSON Schema; references into itself are followed.
    """
    return _values(schema, schema, _DEPTH)


def _values(schema: Any, root: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if not isinstance(schema, Mapping) or depth < 0:
        return _ANY
    if "$ref" in schema:
        return _values(resolved(root, schema), root, depth - 1)
    if "const" in schema:
        return st.just(schema["const"])
    if isinstance(schema.get("enum"), list):
        return st.sampled_from(schema["enum"])
    for word in _EITHER:
        if isinstance(schema.get(word), list):
            return st.one_of([_values(one, root, depth - 1) for one in schema[word]])
    if isinstance(schema.get("allOf"), list):
        together = {key: value for one in schema["allOf"] for key, value in resolved(root, one).items()}
        return _values(together, root, depth - 1)
    kinds = schema.get("type", "object" if "properties" in schema else _KINDS)
    return st.one_of(
        [_of(kind, schema, root, depth) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    )


def _of(kind: str, schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    """Values of one of the types that a schema allows."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind == "string":
        if isinstance(pattern := schema.get("pattern"), str):
            return st.from_regex(pattern)
        least = schema.get("minLength", 0)
        return st.text(min_size=least, max_size=min(schema.get("maxLength", least + _TEXT), least + _TEXT))
    if kind == "integer":
        return st.integers(low, high)
    if kind == "number":
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", least + _SIZE), least + _SIZE)
        return st.lists(_values(schema.get("items", {}), root, depth - 1), min_size=least, max_size=most)
    if kind == "object":
        inner = {n: _values(one, root, depth - 1) for n, one in schema.get("properties", {}).items()}
        required = set(schema.get("required") or ())
        return st.fixed_dictionaries(
            {name: inner.get(name, _ANY) for name in sorted(required)},
            optional={name: one for name, one in inner.items() if name not in required},
        )
    return st.none()
