"""Lines of Python that are to be pasted are broken only where Python allows it."""

from __future__ import annotations

import ast

import pytest

from provider_conformance.run.blocks import folded

LINES = (
    "provider.query_chunks(Request(vector_store_id='a, b', query='hello, \\'world', params={'k': 3}))",
    "f([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], {'a': (1, 2, 3), 'b': 'c'})  # one, two, three, four",
    "short()",
)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("width", [20, 40, 200])
def test_what_is_folded_says_the_same(line: str, width: int) -> None:
    parts = list(folded(line, width))
    assert ast.dump(ast.parse("\n".join(parts))) == ast.dump(ast.parse(line))


def test_a_line_that_fits_stays() -> None:
    assert list(folded(LINES[0], 200)) == [LINES[0]]


def test_a_line_that_does_not_is_broken_after_a_comma() -> None:
    first, second, *_ = folded(LINES[1], 40)
    assert first == "f([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,"
    assert second.startswith("    12,")
