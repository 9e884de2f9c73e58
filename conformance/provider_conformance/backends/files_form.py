"""Files in OpenAI's form: upload, list, look up, read and delete; what was uploaded is kept.

Source: https://platform.openai.com/docs/api-reference/files.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.backends.catalogue import CREATED, refused
from provider_conformance.backends.model import Answer, Request, answer_json
from provider_conformance.backends.multipart import parts

_FILES: Final = "files"
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """An uploaded file: what is told of it, and its bytes."""

    shown: Mapping[str, Any]
    content: bytes


class Files:
    """A route that keeps files for as long as it lives."""

    def __init__(self) -> None:
        self._files: dict[str, _Kept] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer | None:
        """Answer a request for files, under whatever path comes before ``/files``."""
        before, found, after = f"{request.path.rstrip('/')}/".rpartition(f"/{_FILES}/")
        if not found or f"/{_FILES}/" in before:
            return None
        with self._lock:
            match (request.method, *after.strip("/").split("/")):
                case ("POST", ""):
                    return self._upload(request)
                case ("GET", ""):
                    return self._listed(request)
                case ("GET", name):
                    return self._about(name, lambda kept: answer_json(kept.shown))
                case ("GET", name, "content"):
                    return self._about(name, _read)
                case ("DELETE", name):
                    return self._about(name, lambda _kept: self._deleted(name))
        return None

    def _upload(self, request: Request) -> Answer:
        form = {part.name: part for part in parts(request)}
        file, purpose = form.get("file"), form.get("purpose")
        if file is None or purpose is None:
            missing = "file" if file is None else "purpose"
            return refused(f"'{missing}' is a required property", param=missing)
        number = next(self._numbers)
        name = f"file-{number:024d}"
        shown = {
            "id": name,
            "object": "file",
            "bytes": len(file.content),
            "created_at": CREATED + number,  # their order is that of their times
            "expires_at": None,
            "filename": file.filename or "upload",
            "purpose": purpose.text,
            "status": "processed",
            "status_details": None,
        }
        self._files[name] = _Kept(shown, file.content)
        return answer_json(shown)

    def _listed(self, request: Request) -> Answer:
        asked = {name: values[-1] for name, values in request.query.items()}
        limit = asked.get("limit", str(_MOST))
        if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
            return refused(f"limit has to be between 1 and {_MOST}", param="limit")
        shown = [kept.shown for kept in self._files.values()]
        if asked.get("order", "desc") == "desc":
            shown.reverse()
        if "after" in asked:
            names = [file["id"] for file in shown]
            if asked["after"] not in names:
                return _absent(asked["after"])
            shown = shown[names.index(asked["after"]) + 1 :]
        shown = [file for file in shown if asked.get("purpose", file["purpose"]) == file["purpose"]]
        page = shown[: int(limit)]
        ends = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if page else {}
        return answer_json({"object": "list", "data": page, "has_more": len(page) < len(shown), **ends})

    def _deleted(self, name: str) -> Answer:
        del self._files[name]
        return answer_json({"id": name, "object": "file", "deleted": True})

    def _about(self, name: str, answer: Callable[[_Kept], Answer]) -> Answer:
        kept = self._files.get(name)
        return _absent(name) if kept is None else answer(kept)


def _read(kept: _Kept) -> Answer:
    return Answer(200, kept.content, {"content-type": "application/octet-stream"})


def _absent(name: str) -> Answer:
    return refused(f"No such File object: {name}", 404, param="id")
