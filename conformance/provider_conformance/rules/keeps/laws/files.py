"""PC821 to PC823: files: what is uploaded is read again, deleted, and listed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, UnansweredError, meaning
from provider_conformance.laws.model import Upload
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.pages import MADE, turned

_BYTES: Final = b"hello \x00\xff\n"
_UPLOAD: Final = "openai_upload_file"
_RETRIEVE: Final = "openai_retrieve_file"
_CONTENT: Final = "openai_retrieve_file_content"
_DELETE: Final = "openai_delete_file"
_LIST: Final = "openai_list_files"


@dataclass(frozen=True, slots=True)
class Bare:
    """A file as other providers upload one: it has a name and can be read, and nothing else.

    Attributes:
        data: Its bytes.
        filename: Its name.
    """

    data: bytes
    filename: str

    async def read(self) -> bytes:
        """All of it."""
        return self.data

    def pasted(self) -> str:
        """The same for somebody who has not this class."""
        read = f"__import__('unittest.mock').mock.AsyncMock(return_value={self.data!r})"
        return f"__import__('types').SimpleNamespace(filename={self.filename!r}, read={read})"


async def bytes_of(response: Any) -> bytes | None:
    """What a response holds, None where other providers cannot read it."""
    if (body := getattr(response, "body", None)) is not None:
        return bytes(body)
    if (parts := getattr(response, "body_iterator", None)) is None:
        return None
    return b"".join([part.encode() if isinstance(part, str) else bytes(part) async for part in parts])


@law(
    "PC821",
    "uploaded-comes-back",
    "files",
    _UPLOAD,
    _CONTENT,
    why="Vector stores, batches and file processors read files through this API.",
    fix="read the upload with `await file.read()`, keep its bytes, and answer with a `Response` of them",
)
async def uploaded_comes_back(client: Client) -> AsyncIterator[Broken]:
    """Check that the bytes of an uploaded file come back, whoever uploads it and however often it is read.

    What it does:
        Uploads a file that is no text, and an empty one: `bytes` and `purpose` are right, the name keeps
        its extension, and the content that is read, twice, are the same bytes. Uploads one through an
        object that has only `read()` and `filename`, as the batches provider does. The content is a
        `Response` with a `body`, or a `StreamingResponse`.

    Why is this bad:
        A file that comes back changed is a document that nobody wrote.

    Example:
        ```python
        content = (await file.read()).decode("utf-8", "ignore")  # and what was no text is lost
        ```

    How to fix:
        Keep bytes. Use nothing of the upload but `await file.read()` and `file.filename`: not `size`, not
        `content_type`. Do not answer with a `FileResponse`, which only a server can read.

    Source:
        OpenAI's reference of files; ogx's batches, which upload an object of their own; `response.body` in
        its vector stores and file processors.
    """
    for data, name in ((_BYTES, "a.bin"), (b"", "empty.txt")):
        own = client.apart()
        made = await own.answer(_UPLOAD, purpose="assistants", file=Upload(data, name))
        purpose = getattr(made.purpose, "value", made.purpose)
        if (made.bytes, purpose) != (len(data), "assistants"):
            message = f"a file of {len(data)} bytes is answered with bytes={made.bytes}, purpose={purpose!r}"
            yield own.broken(_UPLOAD, message, remark=f"bytes={made.bytes}, purpose={purpose!r}")
        if made.filename.rpartition(".")[2] != name.rpartition(".")[2]:
            message = f"the file {name!r} is kept as {made.filename!r}, which loses what kind it is"
            yield own.broken(_UPLOAD, message, remark=f"filename={made.filename!r}")
        for turn in ("", " when it is read a second time"):
            async for broken in _reads(own, made.id, data, turn):
                yield broken
                return
    own = client.apart()
    made = await own.answer(_UPLOAD, purpose="assistants", file=Bare(_BYTES, "bare.bin"))
    async for broken in _reads(own, made.id, _BYTES, ""):
        yield broken


async def _reads(client: Client, file_id: str, data: bytes, turn: str) -> AsyncIterator[Broken]:
    response = await client.answer(_CONTENT, file_id=file_id)
    read = await bytes_of(response)
    if read is None:
        kind = type(response).__name__
        message = f"the content is a {kind}, which other providers cannot read"
        yield client.broken(_CONTENT, message, remark=kind, fix="answer with `Response(content=...)`")
    elif read != data:
        message = f"a file of {len(data)} bytes comes back with other ones{turn}"
        yield client.broken(_CONTENT, message, remark=f"{read[:20]!r}")


@law(
    "PC822",
    "file-lives-and-goes",
    "files",
    _UPLOAD,
    _RETRIEVE,
    _DELETE,
    _LIST,
    why="A client keeps the identifier and comes back for the file, or has it deleted for good.",
    fix="let all methods work on one and the same record, and delete it with the content",
    after=("PC821",),
)
async def file_lives_and_goes(client: Client) -> AsyncIterator[Broken]:
    """Check that a file is retrieved and listed as it was uploaded until it is deleted, and then gone.

    What it does:
        Uploads two files of the same name: they are two. One is retrieved with the identifier, size, name
        and time that it was uploaded with, and listed. It is deleted: the answer says so; then it is
        refused by retrieve and content, and not listed, while the other one is still there. With
        `expires_after`, `expires_at` is that much after the upload (that it is None is a warning).

    Why is this bad:
        What somebody deletes, because they had to, can still be read.

    Example:
        ```python
        async def openai_delete_file(self, request):
            return OpenAIFileDeleteResponse(id=request.file_id, deleted=True)
        ```

    How to fix:
        Remove record and content, then answer; raise `ResourceNotFoundError` where there is no record.

    Source:
        OpenAI's reference of files.
    """
    made = await client.answer(_UPLOAD, purpose="assistants", file=Upload(b"hello", "hello.txt"))
    other = await client.answer(_UPLOAD, purpose="assistants", file=Upload(b"hello too", "hello.txt"))
    if made.id == other.id:
        message = "a second file of the same name takes the place of the first"
        yield client.broken(
            _UPLOAD, message, remark=f"id={other.id!r} again", fix="make an identifier for each"
        )
        return
    told = await client.answer(_RETRIEVE, file_id=made.id)
    for name in ("id", "bytes", "filename", "created_at"):
        if (was := getattr(made, name)) != (now := getattr(told, name)):
            message = f"a file is uploaded with {name}={was!r} and retrieved with {now!r}"
            yield client.broken(_RETRIEVE, message, remark=f"{name}={now!r}")
            return
    client.lines.pop()
    if made.id not in await _listed(client):
        yield client.broken(_LIST, "a file that was uploaded is not listed", remark="is not in `data`")
        return
    client.lines.pop()
    async for broken in _goes(client, made.id, other.id):
        yield broken
    async for broken in _expires(client.apart()):
        yield broken


async def _goes(client: Client, made: str, other: str) -> AsyncIterator[Broken]:
    """Delete one of two files."""
    gone = await client.answer(_DELETE, file_id=made)
    if gone.id != made or gone.deleted is not True:
        message = f"a deletion is answered with id={gone.id!r}, deleted={gone.deleted!r}"
        yield client.broken(_DELETE, message, remark=f"deleted={gone.deleted!r}")
    for method in (_RETRIEVE, _CONTENT):
        seen = await client.ask(method, file_id=made)
        if seen.answered:
            message = f"`{method}` answers for a file that was deleted"
            yield client.broken(_DELETE, message, remark="answered")
            return
        if seen.late or meaning(seen) is Nature.CRASH:
            raise UnansweredError(seen, client.script)
        client.lines.pop()
    left = await _listed(client)
    if made in left:
        yield client.broken(_DELETE, "a file that was deleted is listed", remark="is in `data`")
    elif other not in left:
        yield client.broken(
            _DELETE, "with one file another one of the same name is deleted", remark="not listed"
        )


async def _listed(client: Client) -> list[str]:
    return [one.id for one in (await client.answer(_LIST)).data]


async def _expires(client: Client) -> AsyncIterator[Broken]:
    if not client.has(_UPLOAD, "expires_after"):
        return
    after = {"anchor": "created_at", "seconds": 3600}
    file = Upload(b"hello", "hello.txt")
    made = await client.taken(_UPLOAD, purpose="assistants", file=file, expires_after=after)
    if made is None:
        return
    if made.expires_at is None:
        message = "a file that is to expire has no `expires_at`"
        yield client.broken(_UPLOAD, message, remark="expires_at=None", warning=True)
    elif made.expires_at != made.created_at + 3600:
        message = f"a file that is to expire in 3,600 seconds does in {made.expires_at - made.created_at}"
        fix = "take `expires_after.seconds` as it is"
        yield client.broken(_UPLOAD, message, remark=f"expires_at={made.expires_at}", fix=fix)


@law(
    "PC823",
    "files-listed-in-pages",
    "files",
    _UPLOAD,
    _LIST,
    why="A client that lists its files follows `after` until `has_more` is false.",
    fix="give at most `limit` from behind `after` on, and say whether there are more",
    after=("PC821", "PC822"),
)
async def files_listed_in_pages(client: Client) -> AsyncIterator[Broken]:
    """Check that whoever turns the pages of the listing of files gets each one once, by purpose too.

    What it does:
        Uploads five files and lists them two at a time, following `after`, in both orders: no page has
        more, `first_id` and `last_id` are its ends, none comes twice, it ends, and all five were there.
        Uploads one for batches: a listing by that purpose has it and none of the others.

    Why is this bad:
        A listing that ignores `after` never ends for a client that follows it.

    Example:
        ```python
        files = await self.store.fetch_all(limit=request.limit)  # and `after`, and `purpose`?
        ```

    How to fix:
        Filter, sort, begin behind `after`, cut to `limit`, and set `has_more` by what is left.

    Source:
        The fields of `ListFilesRequest`; OpenAI's reference of files.
    """
    made = [
        (await client.answer(_UPLOAD, purpose="assistants", file=Upload(b"hello", f"{number}.txt"))).id
        for number in range(MADE)
    ]
    async for broken in turned(client.joined(), _LIST, made):
        yield broken
        return
    if not client.has(_LIST, "purpose"):
        return
    file = Upload(b"{}", "requests.jsonl")
    batch = await client.taken(_UPLOAD, purpose="batch", file=file)
    if batch is None:
        return
    page = await client.answer(_LIST, purpose="batch")
    names = [one.id for one in page.data]
    if batch.id not in names or {*names} & {*made}:
        message = "a listing by purpose has files of another one, or lacks one of it"
        yield client.broken(_LIST, message, remark=f"{len(names)} files", fix="look at `purpose`")
