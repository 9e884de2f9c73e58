"""An OpenAI-compatible endpoint on loopback that says what it was told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse

MODEL = "my-model"
"""The model that the sample configuration of the reference provider asks for."""

app = FastAPI()


@app.get("/v1/models")
async def models() -> dict[str, Any]:
    return {"object": "list", "data": [{"id": MODEL, "object": "model"}]}


@app.post("/v1/completions")
async def completions(request: Request) -> Any:
    body = await _known(request)
    words = _words(body["prompt"], body.get("max_tokens"))
    return _answer(body, words, lambda text: {"text": text}, {"text": "".join(words)})


@app.post("/v1/chat/completions")
async def chat_completions(request: Request) -> Any:
    body = await _known(request)
    words = _words(_text(body["messages"][-1]["content"]), body.get("max_tokens"))
    message = {"role": "assistant", "content": "".join(words)}
    return _answer(body, words, lambda text: {"delta": {"content": text}}, {"message": message})


@app.post("/v1/embeddings")
async def embeddings(request: Request) -> dict[str, Any]:
    body = await _known(request)
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vectors = [[float(len(text)), float(text.count(" ")), 1.0] for text in texts]
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
    return {"object": "list", "model": body["model"], "data": data}


async def _known(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = await request.json()
    if body["model"] != MODEL:
        raise HTTPException(404, f"there is no {body['model']!r}")
    return body


def _words(text: str, limit: int | None) -> list[str]:
    words = text.split(" ")
    return [word if index == 0 else f" {word}" for index, word in enumerate(words)][:limit]


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content)
    return content or ""


def _answer(body: dict[str, Any], words: list[str], piece: Any, whole: dict[str, Any]) -> Any:
    if not body.get("stream"):
        return {"model": body["model"], "choices": [{"index": 0, "finish_reason": "stop", **whole}]}
    return StreamingResponse(_events(words, piece), media_type="text/event-stream")


def _events(words: list[str], piece: Any) -> Iterator[str]:
    choices = [{"index": 0, "finish_reason": None, **piece(word)} for word in words]
    for choice in [*choices, {"index": 0, "finish_reason": "stop", **piece("")}]:
        yield f"data: {json.dumps({'choices': [choice]})}\n\n"
    yield "data: [DONE]\n\n"
