"""The provider: ogx's files protocol over a folder."""

from __future__ import annotations

import asyncio
import time
from typing import Final
from urllib.parse import quote

from fastapi import Response, UploadFile
from ogx_api import (
    DeleteFileRequest,
    Files,
    ListFilesRequest,
    ListOpenAIFileResponse,
    OpenAIFileDeleteResponse,
    OpenAIFileObject,
    OpenAIFileObjectNotFoundError,
    OpenAIFilePurpose,
    RetrieveFileContentRequest,
    RetrieveFileRequest,
    UploadFileRequest,
)

from reference_ogx.files.config import ReferenceOgxFilesConfig
from reference_ogx.files.folder import Folder
from reference_ogx.paging import page

_UNNAMED: Final = "uploaded_file"


class ReferenceOgxFiles(Files):
    """Keeps files in a folder. Whatever reads or writes does so in a thread, and the loop goes on."""

    def __init__(self, config: ReferenceOgxFilesConfig) -> None:
        self._folder = Folder(config.storage_dir)

    async def initialize(self) -> None:
        """Make the folder; a second call changes nothing."""
        await asyncio.to_thread(self._folder.make)

    async def shutdown(self) -> None:
        """Nothing is open between two calls; files stay where they are."""

    async def openai_upload_file(self, request: UploadFileRequest, file: UploadFile) -> OpenAIFileObject:
        """Keep a file, for as long as the request says."""
        content, now, expires = await file.read(), int(time.time()), request.expires_after
        about = OpenAIFileObject(
            id=self._folder.new_id(),
            bytes=len(content),
            created_at=now,
            expires_at=now + expires.seconds if expires else None,
            filename=file.filename or _UNNAMED,
            purpose=OpenAIFilePurpose(request.purpose.value),
            status="processed",
        )
        await asyncio.to_thread(self._folder.keep, about, content)
        return about

    async def openai_list_files(self, request: ListFilesRequest) -> ListOpenAIFileResponse:
        """A page of the files, the newest first unless asked otherwise."""
        found = await asyncio.to_thread(lambda: [*self._folder.every()])
        wanted = [about for about in found if _is_there(about) and request.purpose in (None, about.purpose)]
        # Files of one second have an order, too: without one a page could repeat what another has shown.
        wanted.sort(key=lambda about: (about.created_at, about.id))
        order = request.order.value if request.order else None
        data, more, ends = page(wanted, request.limit, order, request.after, None)
        return ListOpenAIFileResponse(data=data, has_more=more, first_id=ends[0], last_id=ends[1])

    async def openai_retrieve_file(self, request: RetrieveFileRequest) -> OpenAIFileObject:
        """What is said of a file.

        Raises:
            OpenAIFileObjectNotFoundError: There is no such file, or it has expired.
        """
        return await self._about(request.file_id)

    async def openai_delete_file(self, request: DeleteFileRequest) -> OpenAIFileDeleteResponse:
        """Let go of a file.

        Raises:
            OpenAIFileObjectNotFoundError: There is no such file, or it has expired.
        """
        about = await self._about(request.file_id)
        await asyncio.to_thread(self._folder.remove, about.id)
        return OpenAIFileDeleteResponse(id=about.id, deleted=True)

    async def openai_retrieve_file_content(self, request: RetrieveFileContentRequest) -> Response:
        """The bytes that were uploaded.

        Raises:
            OpenAIFileObjectNotFoundError: There is no such file, or it has expired.
        """
        about = await self._about(request.file_id)
        content = await asyncio.to_thread(self._folder.content, about.id)
        # The name is the client's own word: quoted, it can end no header.
        attached = f"attachment; filename*=UTF-8''{quote(about.filename, safe='')}"
        headers = {"Content-Disposition": attached}
        return Response(content=content, media_type="application/octet-stream", headers=headers)

    async def _about(self, file_id: str) -> OpenAIFileObject:
        about = await asyncio.to_thread(self._folder.about, file_id)
        if about is None:
            raise OpenAIFileObjectNotFoundError(file_id)
        if not _is_there(about):
            await asyncio.to_thread(self._folder.remove, file_id)
            raise OpenAIFileObjectNotFoundError(file_id)
        return about


def _is_there(about: OpenAIFileObject) -> bool:
    return about.expires_at is None or about.expires_at > time.time()
