"""A method is judged by the calls that are known to be made, then by what the protocol promises."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from provider_conformance.findings import Finding, Severity
from provider_conformance.protocols.calls import Callers, CallShape
from provider_conformance.protocols.compare import PRIVATE, PUBLIC, Family, compare_member
from provider_conformance.protocols.live import View
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import Calls


class Store(Protocol):
    async def rows(self, request: Any) -> list[Any]: ...

    async def tools(self, group: str, endpoint: str, authorization: str | None = None) -> list[Any]: ...

    async def register_table(self, table: str) -> str: ...


ROWS = CallShape((), ("table", "limit"), "p.rows(table=r.table, limit=r.limit)", "Router.rows (router.py:7)")
TOOLS = CallShape(
    ("group", "endpoint"), ("authorization",), "p.tools(g.id, g.url, authorization=a)", "Table.tools"
)
REGISTER = CallShape(("table",), (), "p.register_table(table)", "Table.register")


def judged(
    cls: type,
    name: str,
    *seen: CallShape,
    unseen: bool = False,
    ignored: bool = False,
    family: Family = PUBLIC,
) -> list[Finding]:
    style = Calls.POSITIONAL if family is PRIVATE else Calls.KEYWORD
    callers = Callers(style, seen, unseen=unseen, ignored=ignored)
    return [*compare_member(View(cls), name, read_protocol(Store), callers, family).findings]


class AsCalled:
    async def rows(self, table: str, limit: int = 0) -> list[Any]:
        return []


class AsPromised:
    async def rows(self, request: Any) -> list[Any]:
        return []


class TakesBoth:
    async def rows(self, request: Any = None, **fields: Any) -> list[Any]:
        return []


def test_the_protocols_signature_does_not_excuse_that_the_call_fails() -> None:
    (finding,) = judged(AsPromised, "rows", ROWS)
    assert (finding.code, finding.severity) == ("PC203", Severity.ERROR)
    assert finding.message == (
        "`rows(request)` does not take `table` and `limit`; demands `request`, which the call does not pass"
    )
    assert finding.why == f"called by Router.rows (router.py:7): the call `{ROWS.text}` raises TypeError"
    assert "`async def rows(self, table, limit)`" in finding.fix
    assert "contradicts its own protocol" in finding.fix


def test_who_follows_the_router_is_only_warned_of_the_protocol() -> None:
    (finding,) = judged(AsCalled, "rows", ROWS)
    assert (finding.code, finding.severity) == ("PC203", Severity.WARNING)
    assert ROWS.text in finding.why
    assert "`rows(request=...)`" in finding.why
    assert "keep what its call needs" in finding.fix


def test_who_takes_both_is_told_nothing() -> None:
    assert judged(TakesBoth, "rows", ROWS) == []


def test_without_a_known_call_the_protocol_is_all_there_is() -> None:
    (finding,) = judged(AsCalled, "rows")
    assert (finding.severity, finding.why) == (
        Severity.ERROR,
        "the call `rows(request=...)` raises TypeError",
    )


def test_a_known_call_among_others_that_are_not_excuses_nothing() -> None:
    (finding,) = judged(AsCalled, "rows", ROWS, unseen=True)
    assert finding.severity is Severity.ERROR


class KeywordOnly:
    async def tools(self, group: str, endpoint: str, *, authorization: str | None = None) -> list[Any]:
        return []


class Between:
    async def tools(
        self, group: str, endpoint: str, page: int = 0, authorization: str | None = None
    ) -> list[Any]:
        return []


class FurtherName:
    async def tools(self, group_id: str, endpoint: str, authorization: str | None = None) -> list[Any]:
        return []


class MixedUp:
    async def tools(self, endpoint: str, group: str, authorization: str | None = None) -> list[Any]:
        return []


class ByNameOnly:
    async def tools(self, *, group: str, endpoint: str, authorization: str | None = None) -> list[Any]:
        return []


@pytest.mark.parametrize("cls", [KeywordOnly, Between])
def test_a_mixed_call_is_bound_as_it_is(cls: type) -> None:
    assert judged(cls, "tools", TOOLS) == []


def test_what_a_mixed_call_passes_by_position_must_not_be_mixed_up() -> None:
    (finding,) = judged(MixedUp, "tools", TOOLS)
    assert (finding.code, finding.severity) == ("PC204", Severity.ERROR)


def test_what_a_mixed_call_passes_by_position_is_quoted_so() -> None:
    (finding,) = judged(ByNameOnly, "tools", TOOLS)
    assert (finding.code, finding.severity) == ("PC203", Severity.ERROR)
    assert f"`{TOOLS.text}` raises TypeError" in finding.why


def test_another_name_for_it_is_a_warning() -> None:
    (finding,) = judged(FurtherName, "tools", TOOLS)
    assert (finding.code, finding.severity) == ("PC203", Severity.WARNING)
    assert finding.fix.startswith(
        "declare it as `async def tools(self, group: str, endpoint: str, authorization"
    )


class RegistersNothing(Store):
    pass


class WritesNothing:
    async def register_table(self, table: str) -> str: ...


class WritesNothingAtOnce:
    def register_table(self, table: str) -> str: ...


class WritesNothingForNobody:
    async def register_table(self) -> str: ...


class Registers:
    async def register_table(self, table: str) -> str:
        return table


class Hides(Store, Registers):
    pass


@pytest.mark.parametrize("cls", [RegistersNothing, WritesNothing, Registers])
def test_an_empty_body_serves_a_registry_that_reads_nothing(cls: type) -> None:
    assert judged(cls, "register_table", REGISTER, ignored=True, family=PRIVATE) == []


@pytest.mark.parametrize("cls", [RegistersNothing, WritesNothing])
def test_an_empty_body_is_a_stub_where_its_result_is_read(cls: type) -> None:
    assert [f.code for f in judged(cls, "register_table", REGISTER, family=PRIVATE)] == ["PC302"]


@pytest.mark.parametrize(
    ("cls", "code"), [(WritesNothingAtOnce, "PC306"), (WritesNothingForNobody, "PC303"), (Hides, "PC302")]
)
def test_an_empty_body_must_stand_the_call(cls: type, code: str) -> None:
    assert [f.code for f in judged(cls, "register_table", REGISTER, ignored=True, family=PRIVATE)] == [code]


def test_an_empty_public_method_is_a_stub_whoever_reads_it() -> None:
    assert [f.code for f in judged(RegistersNothing, "rows", ROWS, ignored=True)] == ["PC202"]
