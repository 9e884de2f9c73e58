"""Codes, known failures and node ids, as text and against checks."""

from __future__ import annotations

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.run.checks import Check
from provider_conformance.run.planning import plan
from provider_conformance.run.selection import (
    KnownFailure,
    addressed,
    did_you_mean,
    near,
    parse_code,
    parse_codes,
    parse_known_failure,
    split_addresses,
    wanted,
)
from support import fake_stack

CODES = ("PC101", "PC110", "PC201", "PC207")
CHAT = "good::inference::PC201[remote::foo.chat]"


@pytest.fixture(scope="module")
def checks() -> dict[str, Check]:
    providers = [fake_stack.provider(name) for name in ("good", "bad")]
    contracts = dict.fromkeys(("good", "bad"), fake_stack.contract())
    return {check.id: check for check in plan(providers, contracts, fake_stack.RULES)}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("PC2", "PC2xx"),
        ("PC2xx", "PC2xx"),
        ("PC20x", "PC20x"),
        ("pc201", "PC201"),
        ("PC", "PCxxx"),
        (" PC201 ", "PC201"),
    ],
)
def test_a_code_or_the_beginning_of_one_is_read(text: str, shown: str) -> None:
    assert str(parse_code(text, CODES, "--option")) == shown


@pytest.mark.parametrize("text", ["", "201", "PC2x", "PC2011", "PCx01", "PC201!", "PC9", "PC202"])
def test_anything_else_is_no_code(text: str) -> None:
    with pytest.raises(UsageError, match="--option"):
        parse_code(text, CODES, "--option")


def test_lists_of_codes_may_have_gaps() -> None:
    assert [str(code) for code in parse_codes(["PC1,,PC207", " "], CODES, "--option")] == ["PC1xx", "PC207"]


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], ["PC101", "PC110", "PC201", "PC207"]),
        (["PC1"], [], ["PC101", "PC110"]),
        ([], ["PC1"], ["PC201", "PC207"]),
        (["PC2"], ["PC207"], ["PC201"]),
        (["PC201"], ["PC2"], []),
    ],
)
def test_to_ignore_wins_over_to_select(select: list[str], ignore: list[str], expected: list[str]) -> None:
    selected, ignored = (parse_codes(texts, CODES, "--option") for texts in (select, ignore))
    assert [code for code in CODES if wanted(code, selected, ignored)] == expected


def test_what_begins_alike_is_nearest() -> None:
    assert near("PC2", CODES) == ["PC201", "PC207"]


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert did_you_mean("zebra", CODES) == ""


def known(text: str) -> KnownFailure:
    return parse_known_failure(text, CODES, "provider_known_failures")


@pytest.mark.parametrize(
    "entry",
    [
        "PC201: why",
        "PC2xx[remote::foo.chat]: why",
        "PC2xx [remote::foo.chat] : why",
        "PC2[*.chat]: why",
        "PC201[remote::*]: why",
        "good::PC201: why",
        "good::inference::PC201[remote::foo.chat]: why",
        "go*::inference::PC2: why",
    ],
)
def test_a_known_failure_matches_its_check(entry: str, checks: dict[str, Check]) -> None:
    assert known(entry).matches(checks[CHAT])


@pytest.mark.parametrize(
    "entry",
    [
        "PC207: why",
        "PC201[remote::foo]: why",
        "PC201[remote::foo.Chat]: why",
        "PC201[chat]: why",
        "bad::PC201: why",
        "good::safety::PC201: why",
        "inference::PC201: why",
    ],
)
def test_a_known_failure_does_not_match_another_check(entry: str, checks: dict[str, Check]) -> None:
    assert not known(entry).matches(checks[CHAT])


def test_a_reason_may_hold_any_text() -> None:
    entry = known("PC2xx[remote::foo.chat]: see https://example.org/1: not [yet], PC201: later")
    assert entry.reason == "see https://example.org/1: not [yet], PC201: later"
    assert entry.target == "remote::foo.chat"


@pytest.mark.parametrize(
    "entry", ["PC201", "PC201:", "PC201[x]", "PC201[x]:   ", "PC201[x] because", "why", ""]
)
def test_a_known_failure_without_a_reason_or_a_code_is_refused(entry: str) -> None:
    with pytest.raises(UsageError, match="why it is accepted"):
        known(entry)


def test_addresses_are_told_from_paths() -> None:
    names = {"pkg": "pkg", "../pkg": "pkg"}
    ours, others = split_addresses(
        ["pkg::inference", "tests/x.py::test_x[a::b]", "../pkg::PC101", "pkg2"], names
    )
    assert ours == ("pkg::inference", "pkg::PC101")
    assert others == ("tests/x.py::test_x[a::b]", "pkg2")


def test_an_address_never_stands_for_the_middle_of_a_name(checks: dict[str, Check]) -> None:
    with pytest.raises(UsageError, match="no check is called"):
        addressed(["good::inf"], list(checks.values()), [])


def test_addresses_add_up(checks: dict[str, Check]) -> None:
    assert addressed(["good::PC101", CHAT], list(checks.values()), []) == {"good::PC101", CHAT}
