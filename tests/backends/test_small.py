"""Small endpoints: health, properties and ranking, each as its own clients read it."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.backends.small import small
from support.asking_routes import ask, told

QUERY = "hello world"
TEXTS = ["a car", "hello world", "hello"]


@pytest.mark.parametrize(
    ("path", "key"),
    [("/health", "status"), ("/v1/health", "status"), ("/api/version", "version"), ("/version", "version"),
     ("/props", "total_slots"), ("/info", "model_id")],
)  # fmt: skip
def test_a_server_says_what_it_is(path: str, key: str) -> None:
    assert key in told(ask(small, "GET", path))


@pytest.mark.parametrize("path", ["/rerank", "/v1/rerank", "/ranking/v1/reranking"])
def test_documents_are_ranked_by_their_likeness(path: str) -> None:
    fields = {"model": "tiny-rerank", "query": QUERY, "documents": TEXTS}
    results = told(ask(small, "POST", path, fields))["results"]
    assert results[0]["index"] == 1
    scores = [one["relevance_score"] for one in results]
    assert scores == sorted(scores, reverse=True)


def test_no_more_are_ranked_than_asked_for() -> None:
    fields = {"model": "tiny-rerank", "query": QUERY, "documents": TEXTS, "top_n": 2}
    assert len(told(ask(small, "POST", "/rerank", fields))["results"]) == 2


def test_nvidias_ranking_goes_to_the_base_url_and_gives_logits() -> None:
    passages = [{"text": text} for text in TEXTS]
    fields = {"model": "tiny-rerank", "query": {"text": QUERY}, "passages": passages}
    rankings = told(ask(small, "POST", "/v1", fields))["rankings"]
    assert {"index", "logit"} == set(rankings[0])


def test_a_server_of_one_model_ranks_without_its_name() -> None:
    ranked = told(ask(small, "POST", "/rerank", {"query": QUERY, "texts": TEXTS}))
    assert (ranked[0]["index"], len(ranked)) == (1, 3)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"model": "made-up", "query": QUERY, "documents": TEXTS}, 404), ({"query": QUERY}, 400)],
)
def test_a_ranking_that_cannot_be_made_is_refused(fields: dict[str, Any], status: int) -> None:
    refused = ask(small, "POST", "/rerank", fields)
    assert refused is not None
    assert refused.status == status
