"""What somebody would write down who reads a JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.neighbours.schemas import likely_of, resolved

NESTED = {
    "type": "object",
    "properties": {"place": {"$ref": "#/$defs/Place"}, "days": {"type": "integer", "minimum": 3}},
    "required": ["place"],
    "$defs": {"Place": {"properties": {"city": {"enum": ["Oslo", "Rome"]}}, "required": ["city"]}},
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "conformance"),
        ({"type": "integer"}, 1),
        ({"type": "number", "minimum": 2.5}, 2.5),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["string", "null"]}, "conformance"),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"type": "string", "default": "day"}, "day"),
        ({"type": "string", "examples": ["week", "day"]}, "week"),
        ({"const": 7}, 7),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
        (NESTED, {"place": {"city": "Oslo"}}),
        ({}, "conformance"),
    ],
    ids=str,
)
def test_a_value_by_the_usual_words(schema: dict[str, Any], value: Any) -> None:
    assert likely_of(schema) == value


def test_everything_that_an_object_may_have() -> None:
    assert likely_of(NESTED, everything=True) == {"place": {"city": "Oslo"}, "days": 3}


def test_a_schema_within_itself_comes_to_an_end() -> None:
    schema: dict[str, Any] = {"properties": {"next": {"$ref": "#"}}, "required": ["next"]}
    assert "next" in likely_of(schema)


@pytest.mark.parametrize("target", ["#/$defs/Nothing", "#/type/deeper"])
def test_a_reference_to_nowhere_stands_for_nothing(target: str) -> None:
    assert resolved({"type": "object"}, {"$ref": target}) is None
