"""Mypy judges types, and nothing but types; one run for all pairs of the corpus."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_conformance import check_protocol, check_typing

HERE = Path(__file__).parent
PROMISES = "typing_corpus.promises"


def _load(name: str) -> Any:
    sys.path.insert(0, str(HERE))
    try:
        return __import__(f"typing_corpus.{name}", fromlist=["CASES"])
    finally:
        sys.path.remove(str(HERE))


Pair = tuple[str, str]


def _cases(*modules: str) -> dict[str, tuple[Pair, set[str]]]:
    """Of each class its pair and the findings that are expected."""
    found: dict[str, tuple[Pair, set[str]]] = {}
    for module in modules:
        for name, case in _load(module).CASES.items():
            protocol, *expected = [case] if isinstance(case, str) else case
            pair = (f"typing_corpus.{module}:{name}", f"{PROMISES}:{protocol}")
            found[f"{module}.{name}"] = (pair, set(expected))
    return found


DEFECTS = _cases("defects_parameters", "defects_results", "defects_attributes")
CONFORMING = _cases("conforming", "conforming_others")
SHAPES = _cases("shapes")


@pytest.fixture(scope="module")
def judged() -> Iterator[Any]:
    pairs = [pair for pair, _ in (DEFECTS | CONFORMING | SHAPES).values()]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        yield check_typing(pairs)


def _found(judged: Any, pair: Pair) -> set[str]:
    return {f"{f.code} {f.method}{f':{f.detail}' if f.detail else ''}" for f in judged[pair]}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_type_that_does_not_fit_is_found_and_nothing_else(judged: Any, name: str) -> None:
    pair, expected = DEFECTS[name]
    assert expected
    assert _found(judged, pair) == expected


@pytest.mark.parametrize("name", CONFORMING)
def test_types_that_fit_give_no_finding(judged: Any, name: str) -> None:
    assert _found(judged, CONFORMING[name][0]) == set()


@pytest.mark.parametrize("name", SHAPES)
def test_a_defect_of_shape_alone_gives_no_finding(judged: Any, name: str) -> None:
    assert _found(judged, SHAPES[name][0]) == set()


@pytest.mark.parametrize("name", SHAPES)
def test_the_defect_of_shape_is_told_by_the_comparison(name: str) -> None:
    protocol = SHAPES[name][0][1].rpartition(":")[2]
    found = check_protocol(
        getattr(_load("shapes"), name.rpartition(".")[2]), getattr(_load("promises"), protocol)
    )
    assert found


def test_every_pair_of_the_corpus_could_be_judged(judged: Any) -> None:
    assert judged.inconclusive == {}


def test_the_corpus_has_its_size() -> None:
    assert len(DEFECTS) >= 40
    assert len(CONFORMING) >= 40
