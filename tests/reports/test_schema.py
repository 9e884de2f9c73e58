"""The published schema describes what is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.findings import Status
from provider_conformance.reports.json import SCHEMA_VERSION, as_data
from provider_conformance.run.planning import run
from support import fake_stack, levels
from support.fake_stack import spec

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / f"report-{SCHEMA_VERSION}.json"
TYPES = {
    "boolean": bool,
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
KEYWORDS = {
    "$schema", "$defs", "$ref", "title", "type", "required", "properties", "items", "const", "enum", "pattern"
}  # fmt: skip


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any], place: str = "$") -> Iterator[str]:
    """Where ``value`` is not as ``schema`` says; fields that the schema does not know count as well."""
    assert set(schema) <= KEYWORDS, f"this test does not know {set(schema) - KEYWORDS}"
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if not fits(value, schema):
        yield f"{place} is {value!r}"
    if isinstance(value, dict):
        if not set(value) == set(schema["required"]) == set(schema["properties"]):
            yield f"{place} has {sorted(value)}"
        for name, part in value.items():
            yield from violations(part, schema["properties"].get(name, {}), root, f"{place}.{name}")
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from violations(part, schema["items"], root, f"{place}[{number}]")


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether ``value``, without its parts, is what ``schema`` allows."""
    kinds = schema.get("type", [])
    allowed = tuple(TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
    return (
        (not kinds or isinstance(value, allowed))
        and ("const" not in schema or value == schema["const"])
        and ("enum" not in schema or value in schema["enum"])
        and ("pattern" not in schema or re.search(schema["pattern"], value) is not None)
    )


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return found


@pytest.mark.parametrize("names", [("good",), ("bad", "unseen", "skipped", "crashing", "broken"), ()])
def test_a_report_is_as_the_schema_says(schema: dict[str, Any], names: tuple[str, ...]) -> None:
    providers = [fake_stack.load_provider(name, root=Path()) for name in names]
    contracts = {p.name: None if p.problem else fake_stack.contract() for p in providers}
    data = json.loads(json.dumps(as_data(run(providers, contracts, fake_stack.RULES))))
    assert list(violations(data, schema, schema)) == []


def test_the_coverage_is_as_the_schema_says(schema: dict[str, Any]) -> None:
    said = {
        "PC661.chat": levels.row("chat", Status.REFUSED, "set MY_KEY"),
        "PC661.complete": levels.row("complete", Status.UNSUPPORTED, "not offered"),
        "PC661.embed": levels.UNSEEN,
    }
    data = json.loads(
        json.dumps(as_data(levels.report_of(said, specs=(spec(), spec("safety", "inline::bar")))))
    )
    assert {row["status"] for row in data["coverage"]} == {"refused", "unsupported", "not called", "answered"}
    assert list(violations(data, schema, schema)) == []


def test_the_check_of_the_schema_finds_what_is_wrong(schema: dict[str, Any]) -> None:
    data = as_data(run([], {}, ()))
    data["summary"]["passed"] = "none"
    data["extra"] = 1
    assert list(violations(data, schema, schema)) == [
        f"$ has {sorted(data)}",
        "$.summary.passed is 'none'",
    ]
