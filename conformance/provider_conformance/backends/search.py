"""What search engines answer: each in its own form, two results that quote the query.

Sources: https://api-dashboard.search.brave.com/app/documentation, Bing's Web Search API v7,
https://docs.tavily.com, https://docs.exa.ai, https://docs.nimbleway.com, https://serply.io/docs,
https://products.wolframalpha.com/api/documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.backends.model import Answer, Request, answer_json

_NUMBERS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class _Engine:
    """A search engine.

    Attributes:
        method: How it is asked.
        path: Where.
        asked: The parameter with the query; of the body, where it is asked by POST.
        form: What it answers to a query.
    """

    method: str
    path: str
    asked: str
    form: Callable[[str], Mapping[str, Any]]

    def query(self, request: Request) -> str:
        """What is searched for, "" where nothing is."""
        if self.method == "GET":
            return request.query.get(self.asked, ("",))[-1]
        value = request.fields().get(self.asked)
        return value if isinstance(value, str) else ""


def _title(query: str, number: int) -> str:
    return f"{query}, result {number}"


def _text(query: str, number: int) -> str:
    return f"What page {number} says of {query}."


def _url(number: int) -> str:
    return f"https://example.com/{number}"


def _brave(query: str) -> Mapping[str, Any]:
    results = [
        {"type": "search_result", "title": _title(query, n), "url": _url(n), "description": _text(query, n)}
        for n in _NUMBERS
    ]
    main = [{"type": "web", "index": index, "all": False} for index, _ in enumerate(results)]
    return {
        "type": "search",
        "query": {"original": query, "more_results_available": False},
        "mixed": {"type": "mixed", "main": main, "top": [], "side": []},
        "web": {"type": "search", "results": results},
    }


def _bing(query: str) -> Mapping[str, Any]:
    pages = [
        {"id": f"#{n}", "name": _title(query, n), "url": _url(n), "snippet": _text(query, n)}
        for n in _NUMBERS
    ]
    return {
        "_type": "SearchResponse",
        "queryContext": {"originalQuery": query},
        "webPages": {"totalEstimatedMatches": len(pages), "value": pages},
    }


def _tavily(query: str) -> Mapping[str, Any]:
    results = [
        {"title": _title(query, n), "url": _url(n), "content": _text(query, n), "score": 1 / n}
        for n in _NUMBERS
    ]
    return {"query": query, "answer": None, "images": [], "results": results, "response_time": 0.1}


def _exa(query: str) -> Mapping[str, Any]:
    results = [
        {
            "id": _url(n),
            "title": _title(query, n),
            "url": _url(n),
            "publishedDate": "2024-01-01T00:00:00.000Z",
            "author": "",
            "highlights": [_text(query, n)],
            "highlightScores": [1 / n],
        }
        for n in _NUMBERS
    ]
    return {"requestId": "0", "resolvedSearchType": "neural", "results": results}


def _nimble(query: str) -> Mapping[str, Any]:
    results = [
        {"title": _title(query, n), "url": _url(n), "description": _text(query, n), "content": ""}
        for n in _NUMBERS
    ]
    return {"request_id": "0", "total_results": len(results), "results": results}


def _serply(query: str) -> Mapping[str, Any]:
    results = [
        {"title": _title(query, n), "link": _url(n), "description": _text(query, n), "position": n}
        for n in _NUMBERS
    ]
    return {"results": results, "total": len(results), "answer": None}


def _wolfram(query: str) -> Mapping[str, Any]:
    said = {"Input interpretation": query, "Result": _text(query, 1)}
    pods = [
        {
            "title": title,
            "scanner": "Identity",
            "id": title.partition(" ")[0],
            "position": 100 * number,
            "error": False,
            "numsubpods": 1,
            "subpods": [{"title": "", "plaintext": text}],
        }
        for number, (title, text) in enumerate(said.items(), start=1)
    ]
    return {"queryresult": {"success": True, "error": False, "numpods": len(pods), "pods": pods}}


_ENGINES: Final = {
    "api.search.brave.com": _Engine("GET", "/res/v1/web/search", "q", _brave),
    "api.bing.microsoft.com": _Engine("GET", "/v7.0/search", "q", _bing),
    "api.tavily.com": _Engine("POST", "/search", "query", _tavily),
    "api.exa.ai": _Engine("POST", "/search", "query", _exa),
    "sdk.nimbleway.com": _Engine("POST", "/v1/search", "query", _nimble),
    "api.serply.io": _Engine("GET", "/v1/search", "q", _serply),
    "api.wolframalpha.com": _Engine("GET", "/v2/query", "input", _wolfram),
}

HOSTS: Final = tuple(_ENGINES)
"""The hosts that are answered for."""


def searching(request: Request) -> Answer | None:
    """Answer a search; a request without a query is refused."""
    engine = _ENGINES.get(request.host)
    if engine is None or (request.method, request.path) != (engine.method, engine.path):
        return None
    query = engine.query(request)
    if not query:
        return answer_json({"error": f"the parameter `{engine.asked}` is missing"}, 400)
    return answer_json(engine.form(query))
