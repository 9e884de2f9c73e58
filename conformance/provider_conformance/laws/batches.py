"""Batches: a file of requests, and what becomes of them."""

from __future__ import annotations

from provider_conformance.laws.model import Guide, Making, Way
from provider_conformance.laws.uploaded import CHAT, COMPLETIONS, EMBEDDINGS, requests

_OTHERS = (
    {"endpoint": COMPLETIONS, "input_file_id": requests(COMPLETIONS)},
    {"endpoint": EMBEDDINGS, "input_file_id": requests(EMBEDDINGS)},
    {"metadata": {"purpose": "conformance"}},
)

GUIDE = Guide(
    "batches",
    ways=(
        Way(
            "create_batch",
            {"input_file_id": requests(CHAT), "endpoint": CHAT, "completion_window": "24h"},
            _OTHERS,
        ),
        Way("list_batches", others=({"limit": 1},)),
        Way("retrieve_batch"),
        Way("cancel_batch", uses_up=("batch_id",)),
    ),
    makes=(Making("batch_id", "create_batch"),),
    listings=("list_batches",),
)
