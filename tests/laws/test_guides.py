"""The guides name what there is, and lead to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from provider_conformance.contracts.load import load_contract
from provider_conformance.contracts.model import Contract
from provider_conformance.laws.guides import GUIDES, guide_of
from provider_conformance.laws.model import Guide
from provider_conformance.laws.vector_io import chunk, vector


@pytest.fixture(scope="module")
def contracts() -> Sequence[Contract]:
    """Releases that have all the APIs between them: ogx gave some up."""
    return [load_contract(name) for name in ("ogx==1.5.0", "llama-stack==0.7.3")]


def methods(contracts: Sequence[Contract], guide: Guide) -> Mapping[str, object]:
    found = next(contract.apis[guide.api] for contract in contracts if guide.api in contract.apis)
    assert found.public is not None
    return found.public.methods


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.api)
def test_every_method_that_a_guide_names_is_one_of_the_api(
    contracts: Sequence[Contract], guide: Guide
) -> None:
    named = {
        *(way.method for way in guide.ways),
        *(making.method for making in guide.makes),
        *(way.until.method for way in guide.ways if way.until is not None),
        *guide.listings,
    }
    assert named - set(methods(contracts, guide)) == set()


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.api)
def test_what_is_used_up_can_be_made_again(guide: Guide) -> None:
    used_up = {name for way in guide.ways for name in way.uses_up}
    assert used_up <= {making.name for making in guide.makes}


@pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.api)
def test_what_makes_something_comes_before_what_uses_it_up(guide: Guide) -> None:
    for way in guide.ways:
        for name in way.uses_up:
            making = guide.making(name)
            assert making is not None
            assert guide.place(making.method) < guide.place(way.method)  # type: ignore[operator]


def test_an_api_that_nobody_has_written_down_has_an_empty_guide() -> None:
    assert guide_of("telepathy") == Guide("telepathy")
    assert guide_of("telepathy").way("think").usual == {}


def test_texts_that_share_words_are_nearer_than_others() -> None:
    def near(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(vector(one), vector(other), strict=True))

    assert near("hello world", "hello world") == pytest.approx(1)
    assert near("hello world", "hello there") > near("hello world", "quite different")


def test_a_chunk_has_the_vector_that_it_says() -> None:
    made = chunk("c1", "hello", 5, year=2020)
    assert len(made["embedding"]) == made["embedding_dimension"] == 5
    assert made["metadata"] == {"document_id": "document-of-c1", "year": 2020}
