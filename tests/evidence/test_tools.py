"""Arguments for a tool."""

from __future__ import annotations

import jsonschema
import pytest

from provider_conformance.evidence.tools import draw

SUM = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
}


def test_likely_arguments_come_first_and_drawn_ones_follow() -> None:
    first, *others = draw(SUM, [{"a": 1, "b": 2}])
    assert first == {"a": 1, "b": 2}
    assert others
    assert all(isinstance(one["a"], int) and isinstance(one["b"], int) for one in others)


def test_what_the_schema_does_not_allow_is_left_out() -> None:
    assert {"a": "one"} not in draw(SUM, [{"a": "one"}, None])


def test_none_come_twice() -> None:
    made = draw({"type": "object", "properties": {"on": {"const": True}}, "required": ["on"]}, [{"on": True}])
    assert made == [{"on": True}]


def test_what_is_no_schema_is_told() -> None:
    with pytest.raises(jsonschema.SchemaError):
        draw({"type": "text"}, [])
