"""Tools: what they are called with is told by their schemas, but for what agents add of their own."""

from __future__ import annotations

from provider_conformance.laws.model import Guide

_STORE = ["vs-conformance"]

GUIDE = Guide(
    "tool_runtime",
    # A search is offered to the model with a query alone; whoever runs the agent says where to search.
    beside={"vector_store_ids": _STORE, "vector_db_ids": _STORE},
)
