"""Which calls are made on the tools that a provider lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from provider_conformance.calling.asking import asked
from provider_conformance.calling.tools import Place, Tool, calls_on, place_of, tools_in
from provider_conformance.sandbox.limits import limited, limits

QUERY = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
SEARCH = Tool("search", QUERY)
SHELL = Tool("runShell", {"type": "object", "properties": {"line": {"type": "string"}}})


class Runtime(Protocol):
    async def list_runtime_tools(self, tool_group_id: str | None = None) -> Any: ...

    async def invoke_tool(self, tool_name: str, kwargs: dict[str, Any], token: str | None = None) -> Any: ...

    async def query(self, content: str, options: dict[str, Any]) -> Any: ...


def place() -> Place:
    found = place_of(asked(Runtime, "invoke_tool"))
    assert found is not None
    return found


def all_of_them(_schema: Mapping[str, Any], likely: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    return [*likely, {"query": "drawn"}]


@pytest.mark.parametrize("method", ["list_runtime_tools", "query"])
def test_other_methods_call_no_tools(method: str) -> None:
    assert place_of(asked(Runtime, method)) is None


def test_tools_are_read_off_a_listing_by_their_schemas() -> None:
    listing = SimpleNamespace(data=[SimpleNamespace(name="search", input_schema=QUERY)])
    assert tools_in(listing) == [SEARCH]


def test_tools_are_read_off_a_listing_by_their_parameters() -> None:
    query = SimpleNamespace(name="query", parameter_type="string", required=True)
    assert tools_in([SimpleNamespace(name="search", parameters=[query])]) == [SEARCH]


def test_a_tool_may_not_say_what_it_takes() -> None:
    assert tools_in([SimpleNamespace(name="search", input_schema=None)]) == [Tool("search", None)]


@pytest.mark.parametrize(
    "answer", [None, 42, "tools", [1], SimpleNamespace(data=[SimpleNamespace(name="gpt", identifier="gpt")])]
)
def test_other_answers_list_no_tools(answer: Any) -> None:
    assert tools_in(answer) == []


def test_a_tool_is_called_by_its_name_with_what_it_takes() -> None:
    calls, why = calls_on(place(), [SEARCH], all_of_them)
    assert why == ""
    assert calls[0] == ("usual", {("tool_name",): "search", ("kwargs",): {"query": "conformance"}})
    assert calls[-1] == ("generated", {("tool_name",): "search", ("kwargs",): {"query": "drawn"}})


@pytest.mark.parametrize(
    ("tools", "why"),
    [
        ([], "no tool is known: the provider lists none"),
        ([Tool("search", None)], "no tool says what it takes: `search` has no schema"),
        ([SHELL], "`runShell` may act on this machine"),
    ],
)
def test_why_no_tool_is_called(tools: list[Tool], why: str) -> None:
    calls, told = calls_on(place(), tools, all_of_them)
    assert calls == []
    assert told.startswith(why)


def test_in_a_process_of_its_own_every_tool_is_called() -> None:
    with limited(replace(limits(), alone=True)):
        calls, _ = calls_on(place(), [SHELL], all_of_them)
    assert {values["tool_name",] for _, values in calls} == {"runShell"}


def test_a_schema_that_is_none_is_told_with_its_tool() -> None:
    def refuses(_schema: object, _likely: object) -> Sequence[Mapping[str, Any]]:
        raise ValueError("no such type")

    calls, why = calls_on(place(), [SEARCH], refuses)
    assert calls == []
    assert why == "no arguments can be made that fit the schema of `search`: ValueError: no such type"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": 3},
        {"properties": {"q": {}}, "required": True},
        {"properties": {"n": {"type": "integer", "minimum": "one"}}, "required": ["n"]},
    ],
    ids=str,
)
def test_a_schema_that_breaks_the_rules_of_schemas_ends_nothing(schema: dict[str, Any]) -> None:
    calls, why = calls_on(place(), [Tool("odd", schema), SEARCH], all_of_them)
    assert {values["tool_name",] for _, values in calls} == {"search"}
    assert why.startswith("no arguments can be made that fit the schema of `odd`: ")


@pytest.mark.parametrize(
    ("name", "acts"),
    [
        ("file_search", False),
        ("web_search", False),
        ("recode", False),
        ("writer_of_the_month", False),
        ("execute-command", True),
        ("delete_file", True),
        ("code_interpreter", True),
    ],
)
def test_tools_that_may_act_are_known_by_their_words(name: str, acts: bool) -> None:
    assert Tool(name, QUERY).acts is acts
