"""A folder of files: for each one what was uploaded, and beside it what is said of it. Nothing here waits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from ogx_api import OpenAIFileObject

_ID: Final = re.compile(r"file-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Folder:
    """The files in one folder; whoever opens the same folder sees the same files."""

    path: Path

    def make(self) -> None:
        """Make the folder, where it is not there."""
        self.path.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def new_id() -> str:
        """An id that no file has."""
        return f"file-{uuid4().hex}"

    def keep(self, about: OpenAIFileObject, content: bytes) -> None:
        """Keep a file: the content first, since a file is there once something is said of it."""
        self._content(about.id).write_bytes(content)
        # Written beside and moved, so that nobody reads half of it.
        draft = self._about(about.id).with_suffix(".new")
        draft.write_text(about.model_dump_json(), encoding="utf-8")
        draft.replace(self._about(about.id))

    def about(self, file_id: str) -> OpenAIFileObject | None:
        """What is said of a file, None where there is none. An id that is none leads nowhere else."""
        if not _ID.fullmatch(file_id) or not self._about(file_id).is_file():
            return None
        return OpenAIFileObject.model_validate_json(self._about(file_id).read_bytes())

    def content(self, file_id: str) -> bytes:
        """What was uploaded."""
        return self._content(file_id).read_bytes()

    def remove(self, file_id: str) -> None:
        """Let go of a file; of one that is gone already there is nothing to let go."""
        self._about(file_id).unlink(missing_ok=True)
        self._content(file_id).unlink(missing_ok=True)

    def every(self) -> Iterator[OpenAIFileObject]:
        """What is said of all files."""
        for path in self.path.glob("file-*.json"):
            if found := self.about(path.stem):
                yield found

    def _about(self, file_id: str) -> Path:
        return self.path / f"{file_id}.json"

    def _content(self, file_id: str) -> Path:
        return self.path / f"{file_id}.content"
