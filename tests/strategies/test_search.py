"""Looking for examples: the smallest, always the same, and never more often than needed."""

from __future__ import annotations

import pytest
from hypothesis import core
from hypothesis import strategies as st

from provider_conformance.strategies.search import shortest, smallest


def test_the_smallest_violation_is_found() -> None:
    assert smallest(st.integers(), lambda n: n > 6, examples=100) == 7


def test_none_where_there_is_no_violation() -> None:
    assert smallest(st.integers(), lambda n: n != n, examples=20) is None


def test_no_example_is_tried_twice() -> None:
    tried: list[int] = []

    def violates(number: int) -> bool:
        tried.append(number)
        return number > 3

    smallest(st.integers(0, 10), violates, examples=50)
    assert len(tried) == len(set(tried))


def test_a_run_is_repeatable() -> None:
    def run() -> list[int]:
        tried: list[int] = []
        smallest(st.integers(), lambda n: bool(tried.append(n)), examples=10)
        return tried

    assert run() == run()


def test_the_users_seed_gives_other_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> list[int]:
        tried: list[int] = []
        smallest(st.integers(), lambda n: bool(tried.append(n)), examples=10)
        return tried

    usual = run()
    monkeypatch.setattr(core, "global_force_seed", 7)
    assert run() != usual


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (2, 2), (37, 37), (64, 64), (100, 100), (101, None)])
def test_the_shortest_length_is_found(limit: int, expected: int | None) -> None:
    assert shortest(lambda length: length >= limit, most=100) == expected
