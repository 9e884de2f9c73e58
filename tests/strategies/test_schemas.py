"""Values of a JSON Schema: nearly all that are drawn are allowed by it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from provider_conformance.strategies.schemas import of_schema
from provider_conformance.strategies.search import drawn

SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "minLength": 3, "maxLength": 5},
    {"type": "string", "pattern": "^[a-c]{2}$"},
    {"type": "integer", "minimum": 4, "maximum": 6},
    {"type": "number", "maximum": 0},
    {"type": ["integer", "null"]},
    {"enum": ["a", 1, None]},
    {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    {"allOf": [{"type": "object"}, {"properties": {"a": {"type": "integer"}}, "required": ["a"]}]},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "limit": {"$ref": "#/$defs/Limit"}},
        "required": ["query", "limit"],
        "additionalProperties": False,
        "$defs": {"Limit": {"type": "integer", "minimum": 1}},
    },
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_drawn_is_allowed(schema: dict[str, Any]) -> None:
    examples = drawn(of_schema(schema), examples=20)
    assert examples
    assert all(jsonschema.validators.validator_for(schema)(schema).is_valid(one) for one in examples)


def test_what_need_not_be_there_sometimes_is() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert {len(one) for one in drawn(of_schema(schema), examples=20)} == {0, 1}
