"""How a recorded call binds, and what the calls of a method say together."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from provider_conformance.contracts.model import ApiContract, StackCall
from provider_conformance.findings import Location
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import Calls, ProtocolMethod


class Rows(Protocol):
    async def rows(self, request: Any) -> None: ...

    async def tools(self, group: str, endpoint: str, authorization: str | None = None) -> None: ...


class RowsPrivate(Protocol):
    async def register_table(self, table: str) -> None: ...


ROWS = read_protocol(Rows)
UNPACKED = StackCall("rows", 2, text="p.rows(request.table, limit)", caller="Router.rows")
MIXED = StackCall("tools", 2, ("authorization",), text="p.tools(g.id, g.url, authorization=a)")


def contract(*calls: StackCall) -> ApiContract:
    by_method = {call.method: tuple(c for c in calls if c.method == call.method) for call in calls}
    return ApiContract("rows", public=ROWS, private=read_protocol(RowsPrivate), calls=by_method)


def method(name: str) -> ProtocolMethod:
    return ROWS.methods[name]


def test_arguments_passed_by_position_have_the_names_of_the_protocol() -> None:
    assert str(MIXED.shape(method("tools"))) == "(group, endpoint, authorization=...)"


def test_a_call_that_the_protocol_does_not_take_is_named_by_what_is_passed() -> None:
    assert str(UNPACKED.shape(method("rows"))) == "(table, limit)"


@pytest.mark.parametrize("text", ["p.rows(a.b(), 1)", ""])
def test_what_has_no_name_is_numbered(text: str) -> None:
    call = StackCall("rows", 2, text=text)
    assert str(call.shape(method("rows"))) == "(argument_1, argument_2)"


def test_a_call_says_who_makes_it_and_where() -> None:
    assert UNPACKED.by == "Router.rows"
    assert StackCall("rows", 1).by == "the stack"
    placed = StackCall("rows", 1, caller="Router.rows", location=Location("a.py", 3))
    assert placed.by == "Router.rows (a.py:3)"
    assert (placed.shape().by, UNPACKED.shape().text) == (placed.by, UNPACKED.text)


@pytest.mark.parametrize(
    ("calls", "style"),
    [
        ((), Calls.KEYWORD),
        ((StackCall("tools", 2),), Calls.POSITIONAL),
        ((StackCall("tools", 0, ("group", "endpoint")),), Calls.KEYWORD),
        ((MIXED,), Calls.KEYWORD),
        ((MIXED, StackCall("tools", 2)), Calls.POSITIONAL),
        ((StackCall("tools", 2), StackCall("tools", 0, ("group", "endpoint"))), Calls.BOTH),
        ((StackCall("tools", 2), StackCall("tools", 0, spread=True)), Calls.KEYWORD),
    ],
)
def test_who_knows_only_the_protocol_calls_as_the_stack_does(
    calls: tuple[StackCall, ...], style: Calls
) -> None:
    assert contract(*calls).how_called("tools") is style


def test_a_method_of_the_registry_is_called_by_position() -> None:
    assert contract().how_called("register_table") is Calls.POSITIONAL


def test_calls_whose_arguments_are_not_shown_are_not_seen() -> None:
    callers = contract(MIXED, StackCall("tools", 0, spread=True)).callers(method("tools"))
    assert [shape.text for shape in callers.seen] == [MIXED.text]
    assert (callers.unseen, callers.all_seen) == (True, False)


def test_a_result_is_ignored_if_no_call_reads_it() -> None:
    thrown_away, read = StackCall("rows", 1, ignored=True), StackCall("rows", 1)
    assert contract(thrown_away).callers(method("rows")).ignored
    assert not contract(thrown_away, read).callers(method("rows")).ignored
    assert not contract().callers(method("rows")).ignored


def test_only_calls_that_the_protocol_refuses_are_against_it() -> None:
    api = contract(UNPACKED, StackCall("rows", 1), MIXED)
    assert [shape.text for shape in api.against(method("rows"))] == [UNPACKED.text]
    assert api.against(method("tools")) == ()


def test_a_method_is_undeclared_where_somebody_calls_it_without_asking() -> None:
    asked = StackCall("health", 0, guarded=True)
    caught = StackCall("drop", 0, guarded=True, caught=True)
    assert contract(asked, caught, StackCall("end", 0), MIXED).undeclared() == ("drop", "end")
