"""Small endpoints that single servers have beside OpenAI's form: health, versions, properties, ranking.

One server can have them all: no client asks for the absence of another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provider_conformance.backends.catalogue import (
    CHAT,
    EMBED,
    RERANK,
    likeness,
    refused,
    refused_model,
    tokens,
)
from provider_conformance.backends.model import Answer, Request, answer_json
from provider_conformance.backends.openai_form import ending

_TOLD: Final[Mapping[str, Any]] = {
    "/health": {"status": "ok"},
    "/api/version": {"version": "0.9.0"},
    "/version": {"version": "0.9.0"},
    "/props": {"total_slots": 1, "model_path": CHAT, "default_generation_settings": {"n_ctx": 4096}},
    "/info": {"model_id": EMBED, "model_type": {"embedding": {"pooling": "mean"}}, "max_input_length": 4096},
}
"""What vLLM, Ollama, llama.cpp and text-embeddings-inference say of themselves."""


def small(request: Request) -> Answer | None:
    """Answer the small endpoints, with or without a version before them."""
    for end, value in _TOLD.items():
        if request.method in ("GET", "HEAD") and ending(request, request.method, end):
            return answer_json(value)
    if ending(request, "POST", "/rerank", "/reranking") or _is_ranking_at_base(request):
        return _ranked(request.fields(), request.served)
    return None


def _is_ranking_at_base(request: Request) -> bool:
    """Whether it is a ranking in NVIDIA's form, which goes to the base URL itself."""
    return request.method == "POST" and "passages" in request.fields()


def _ranked(fields: Mapping[str, Any], served: frozenset[str]) -> Answer:
    found = next((fields[name] for name in ("documents", "texts", "passages") if name in fields), None)
    query = _text(fields.get("query"))
    if not isinstance(found, list) or not found or not query:
        return refused("a query and documents are needed")
    if "texts" not in fields and (no := refused_model(fields.get("model"), RERANK, served)) is not None:
        return no  # text-embeddings-inference has one model, and it is not named
    scores = [(likeness(query, _text(one)), number) for number, one in enumerate(found)]
    best = sorted(scores, key=lambda one: (-one[0], one[1]))[: fields.get("top_n") or None]
    if "passages" in fields:
        return answer_json({"rankings": [{"index": number, "logit": score} for score, number in best]})
    if "texts" in fields:
        return answer_json([{"index": number, "score": score} for score, number in best])
    results = [{"index": number, "relevance_score": score} for score, number in best]
    spent = tokens(query) + tokens(found)
    return answer_json(
        {
            "object": "list",
            "model": RERANK,
            "results": results,
            "usage": {"prompt_tokens": spent, "total_tokens": spent},
        }
    )


def _text(value: Any) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else str(value or "")
