"""What converts documents: docling-serve under ``/v1/convert``, and Unstructured's partition API.

Nothing is converted. A text stays the text that it is; of anything else the text tells name and size.

Sources: https://github.com/docling-project/docling-serve/blob/main/docs/usage.md,
https://docs.unstructured.io/api-reference/partition/overview.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from provider_conformance.backends.model import Answer, Request, answer_json
from provider_conformance.backends.multipart import Part, parts

HOSTS: Final = ("api.unstructuredapp.io", "platform.unstructuredapp.io", "api.unstructured.io")
"""The hosts that are answered for."""
_PARTITION: Final = "/general/v0/general"
_MOST: Final = 64
"""Conversions that are kept for who comes back for them."""


def partitioning(request: Request) -> Answer | None:
    """Answer Unstructured's call: a list of elements, one a paragraph."""
    if (request.method, request.path) != ("POST", _PARTITION):
        return None
    files = [part for part in parts(request) if part.filename]
    if not files:
        return answer_json({"detail": "files is missing"}, 422)
    return answer_json([element for file in files for element in _elements(file)])


def _elements(file: Part) -> list[Mapping[str, Any]]:
    metadata = {"filename": file.filename, "filetype": "text/plain", "languages": ["eng"], "page_number": 1}
    return [
        {
            "type": "NarrativeText",
            "element_id": hashlib.sha256(f"{file.filename}{number}{text}".encode()).hexdigest()[:32],
            "text": text,
            "metadata": metadata,
        }
        for number, text in enumerate(_paragraphs(file))
    ]


class Conversions:
    """A route that answers like docling-serve, at once and for who polls; it keeps what it has converted."""

    def __init__(self) -> None:
        self._done: dict[str, Answer] = {}
        self._numbers = itertools.count(1)

    def __call__(self, request: Request) -> Answer | None:
        """Answer a request of a client of docling-serve."""
        match request.method, request.path:
            case "POST", "/v1/convert/file":
                return _converted(request)
            case "POST", "/v1/convert/file/async":
                return self._begun(request)
        for place, answer in (("/v1/status/poll/", self._status), ("/v1/result/", self._result)):
            name = request.path.removeprefix(place)
            if request.method == "GET" and name != request.path:
                return answer(name) if name in self._done else answer_json({"detail": "Task not found."}, 404)
        return None

    def _begun(self, request: Request) -> Answer:
        answer = _converted(request)
        if answer.status >= 400:
            return answer
        name = f"task-{next(self._numbers)}"
        self._done[name] = answer
        while len(self._done) > _MOST:
            self._done.pop(next(iter(self._done)), None)
        return self._status(name)

    def _status(self, name: str) -> Answer:
        return answer_json({"task_id": name, "task_type": "convert", "task_status": "success"})

    def _result(self, name: str) -> Answer:
        return self._done[name]


def _converted(request: Request) -> Answer:
    """The document in the forms of an answer, or its chunks in an archive where they are asked for."""
    form = parts(request)
    file = next((part for part in form if part.filename), None)
    if file is None:
        return answer_json({"detail": [{"loc": ["body", "files"], "msg": "Field required"}]}, 422)
    told = {(part.name, part.text) for part in form if not part.filename}
    if ("target_type", "presigned_url") in told:
        # As a server without a store for artifacts says it; its client then asks for the document itself.
        return answer_json({"detail": "presigned_url needs artifact storage to be configured"}, 400)
    if ("to_formats", "chunks") in told:
        return _archive(file)
    return answer_json(
        {
            "document": _document(file),
            "status": "success",
            "errors": [],
            "processing_time": 0.1,
            "timings": {},
        }
    )


def _document(file: Part) -> Mapping[str, Any]:
    texts = _paragraphs(file)
    return {
        "filename": file.filename,
        "md_content": "\n\n".join(texts),
        "json_content": _docling(file.filename, texts),
        "html_content": None,
        "text_content": "\n".join(texts),
        "doctags_content": None,
    }


def _docling(filename: str, texts: Sequence[str]) -> Mapping[str, Any]:
    """A ``DoclingDocument`` of paragraphs."""
    inner = {"children": [], "content_layer": "body"}
    body = {**inner, "self_ref": "#/body", "name": "_root_", "label": "unspecified"}
    return {
        "schema_name": "DoclingDocument",
        "version": "1.0.0",
        "name": filename,
        "body": {**body, "children": [{"$ref": f"#/texts/{index}"} for index, _ in enumerate(texts)]},
        "texts": [
            {
                **inner,
                "self_ref": f"#/texts/{index}",
                "parent": {"$ref": "#/body"},
                "label": "text",
                "prov": [],
                "orig": text,
                "text": text,
            }
            for index, text in enumerate(texts)
        ],
    }


def _archive(file: Part) -> Answer:
    lines = [
        json.dumps(
            {
                "filename": file.filename,
                "chunk_index": index,
                "text": text,
                "num_tokens": len(text.split()),
                "headings": [],
                "doc_items": [f"#/texts/{index}"],
                "page_numbers": [1],
            }
        )
        for index, text in enumerate(_paragraphs(file))
    ]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{file.filename}.chunks.jsonl", "\n".join(lines))
    named = 'attachment; filename="converted_docs.zip"'
    return Answer(200, made.getvalue(), {"content-type": "application/zip", "content-disposition": named})


def _paragraphs(file: Part) -> list[str]:
    """The paragraphs of a text; one that tells name and size of what is none."""
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        text = ""
    found = [stripped for part in text.split("\n\n") if (stripped := part.strip())]
    is_text = found and "\0" not in text and not text.startswith("%PDF")
    return found if is_text else [f"{file.filename}, {len(file.content)} bytes"]
