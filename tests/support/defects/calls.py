"""Defects in what a provider does when it is called."""

from __future__ import annotations

from typing import Final

from support.defects.model import Defect, Edit

_STREAM_COMPLETION: Final = "return _completion_chunks(answer) if stream else _completion(answer)"
_STREAM_CHAT: Final = "return _chat_chunks(answer) if stream else _chat(answer)"
_WHOLE_MODULE: Final = "async def _completion(answer: _Answer) -> CompletionResponse:\n"
_EMBEDDED: Final = (
    "            embeddings=[embed(text, self._config.embedding_dimension) for text in texts]\n"
)

RESULTS: Final = (
    Defect(
        "answers with a dictionary where a response is promised",
        "PC651",
        "inference",
        (
            Edit(
                "inference.py",
                "        return EmbeddingsResponse(\n" + _EMBEDDED + "        )\n",
                "        return dict(\n" + _EMBEDDED + "        )\n",
            ),
        ),
    ),
    Defect(
        "answers with nothing where no shield objects",
        "PC651",
        "safety",
        (Edit("safety.py", "        return RunShieldResponse()\n", "        return None\n"),),
    ),
    Defect(
        "has only a part of its result",
        "PC651",
        "memory",
        (
            Edit(
                "memory.py",
                "        return QueryDocumentsResponse(\n",
                "        return QueryDocumentsResponse.model_construct(\n",
            ),
            Edit("memory.py", "            scores=[p.score for p in found],\n", ""),
        ),
    ),
    Defect(
        "answers at once where a stream is wanted",
        "PC652",
        "inference",
        (Edit("inference.py", _STREAM_COMPLETION, "return _completion(answer)"),),
    ),
    Defect(
        "gives a list of chunks for a stream",
        "PC652",
        "inference",
        (
            Edit("inference.py", _STREAM_CHAT, "return _collected(answer) if stream else _chat(answer)"),
            Edit(
                "inference.py",
                _WHOLE_MODULE,
                "async def _collected(answer: _Answer) -> list[ChatCompletionResponseStreamChunk]:\n"
                "    return [chunk async for chunk in _chat_chunks(answer)]\n\n\n" + _WHOLE_MODULE,
            ),
        ),
    ),
    Defect(
        "streams always",
        "PC653",
        "inference_scripted",
        (Edit("inference.py", _STREAM_CHAT, "return _chat_chunks(answer)"),),
    ),
    Defect(
        "tells the end even to those who have left",
        "PC654",
        "inference_scripted",
        (
            Edit(
                "inference.py",
                "    for word in answer.words:\n        yield CompletionResponseStreamChunk(delta=word)\n"
                "        await asyncio.sleep(0)\n"
                '    yield CompletionResponseStreamChunk(delta="", stop_reason=answer.stop_reason)\n',
                "    try:\n        for word in answer.words:\n"
                "            yield CompletionResponseStreamChunk(delta=word)\n"
                "            await asyncio.sleep(0)\n    finally:\n"
                '        yield CompletionResponseStreamChunk(delta="", stop_reason=answer.stop_reason)\n',
            ),
        ),
    ),
    Defect(
        "streams plain words",
        "PC654",
        "inference_scripted",
        (
            Edit(
                "inference.py",
                "        yield CompletionResponseStreamChunk(delta=word)\n",
                "        yield word\n",
            ),
        ),
    ),
    Defect(
        "has a score less than chunks",
        "PC655",
        "memory",
        (Edit("memory.py", "scores=[p.score for p in found],", "scores=[p.score for p in found[1:]],"),),
    ),
    Defect(
        "embeds what is said twice only once",
        "PC655",
        "inference",
        (
            Edit(
                "inference.py",
                "        texts = map(interleaved_text_media_as_str, contents)\n",
                "        texts = dict.fromkeys(map(interleaved_text_media_as_str, contents))\n",
            ),
        ),
    ),
)

CONDUCT: Final = (
    Defect(
        "sleeps on the event loop",
        "PC656",
        "memory_volatile",
        (
            Edit(
                "memory.py",
                "        wanted = _params(params)\n",
                "        time.sleep(0.8)\n        wanted = _params(params)\n",
            ),
        ),
    ),
    Defect(
        "computes on the event loop",
        "PC656",
        "inference_scripted",
        (
            Edit(
                "inference.py",
                "    return ChatCompletionResponse(completion_message=answer.message())\n",
                "    import time\n    until = time.monotonic() + 0.8\n"
                "    while time.monotonic() < until:\n        pass\n"
                "    return ChatCompletionResponse(completion_message=answer.message())\n",
            ),
        ),
    ),
    Defect(
        "keeps the answer of the moment on itself",
        "PC657",
        "inference",
        (
            Edit(
                "inference.py",
                _STREAM_COMPLETION,
                "self._current = answer\n"
                "        return _completion_chunks(answer) if stream else self._complete()",
            ),
            Edit(
                "inference.py",
                "    def _engine(self, model: str) -> Engine:\n",
                "    async def _complete(self) -> CompletionResponse:\n        await asyncio.sleep(0)\n"
                "        return await _completion(self._current)\n\n"
                "    def _engine(self, model: str) -> Engine:\n",
            ),
        ),
    ),
    Defect(
        "puts its instructions into the conversation that it is given",
        "PC658",
        "inference_scripted",
        (
            Edit(
                "inference.py",
                "        offered = {_name(tool.tool_name) for tool in tools or ()}\n",
                "        messages.insert(0, messages[-1])\n"
                "        offered = {_name(tool.tool_name) for tool in tools or ()}\n",
            ),
        ),
    ),
    Defect(
        "uses up the documents that it is given",
        "PC658",
        "memory",
        (
            Edit(
                "memory.py",
                "for document in documents]\n        await self._in_bank(",
                "for document in documents]\n        documents.clear()\n        await self._in_bank(",
            ),
        ),
    ),
    Defect(
        "waits for itself",
        "PC659",
        "inference",
        (
            Edit(
                "inference.py",
                "        self._engine(model)\n",
                "        lock = asyncio.Lock()\n        await lock.acquire()\n        async with lock:\n"
                "            self._engine(model)\n",
            ),
        ),
    ),
    Defect(
        "does not expect a query without words",
        "PC660",
        "memory",
        (Edit("store.py", "        if not words:\n            return []\n", "        _first = words[0]\n"),),
    ),
    Defect(
        "does not expect a chat without tools",
        "PC660",
        "inference_scripted",
        (Edit("inference.py", "for tool in tools or ()}", "for tool in tools}"),),
    ),
    Defect(
        "does not expect a shield without messages",
        "PC660",
        "safety",
        (
            Edit(
                "safety.py",
                "        for index, message in enumerate(messages):\n",
                "        _last = messages[-1]\n        for index, message in enumerate(messages):\n",
            ),
        ),
    ),
)
