"""PC826 and PC827: file processors: the text of a file comes out, in chunks that can be kept apart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from provider_conformance.calling.client import Broken, Client, UnansweredError, meaning
from provider_conformance.laws import contents
from provider_conformance.laws.model import TEXT, Upload
from provider_conformance.laws.uploaded import id_of
from provider_conformance.package.exceptions import Nature
from provider_conformance.rules.keeps.laws.law import law
from provider_conformance.rules.keeps.laws.stores import content

_PROCESS: Final = "process_file"
_PDF: Final = Upload(contents.pdf(TEXT), "hello.pdf")
_FILES: Final = (
    Upload(TEXT.encode(), "hello.txt"),
    Upload(f"# {TEXT}\n\n{TEXT}\n".encode(), "hello.md"),
    _PDF,
)
_SIZE: Final = 400
_STATIC: Final = {"type": "static", "static": {"max_chunk_size_tokens": _SIZE, "chunk_overlap_tokens": 100}}
_NUMBERS: Final = " ".join(f"hello w{number}" for number in range(contents.WORDS))


def _words(chunks: list[Any]) -> set[str]:
    return {word for chunk in chunks for word in content(chunk.content).split()}


@law(
    "PC826",
    "text-comes-out",
    "file_processors",
    _PROCESS,
    why="What a processor leaves out of a file is never found in a vector store.",
    fix="give a chunk for each part of the text, and refuse files of kinds that cannot be read",
)
async def text_comes_out(client: Client) -> AsyncIterator[Broken]:
    """Check that a file processor gives the text of files that it takes, uploaded or by identifier.

    What it does:
        Processes a small text, Markdown and PDF file: each is refused (any 4xx error) or gives chunks that
        hold the words of its text. Taking a PDF for text is a warning where text files come out. The same
        file by its identifier in `files` gives the same text, in chunks whose document is that file or is
        not set. Neither file nor identifier, and an unknown identifier: refused.

    Why is this bad:
        A file that comes out empty is attached as completed, and nothing in it is ever found.

    Example:
        ```python
        text = data.decode("latin-1")  # of a PDF
        ```

    How to fix:
        Read by the kind that the name says; raise a `ValueError` where a file cannot be read.

    Source:
        `FileProcessors.process_file`; the vector stores, which embed what comes out.
    """
    client.own_answers()
    taken, read = "", False
    for file in _FILES:
        own = client.apart()
        answer = await own.taken(_PROCESS, file=file)
        if answer is None:
            continue
        taken = taken or file.name
        if lost := {*TEXT.split()} - _words(answer.chunks):
            message = f"the chunks of {file.name!r} do not have its words {', '.join(sorted(lost))}"
            remark = f"{len(answer.chunks)} chunks"
            yield own.broken(_PROCESS, message, remark=remark, warning=file is _PDF and read)
        else:
            read = True
    if client.has(_PROCESS, "file_id"):
        for told in (_by_identifier(client, taken), _refusing(client)):
            async for broken in told:
                yield broken


async def _by_identifier(client: Client, taken: str) -> AsyncIterator[Broken]:
    """Process a file by the identifier that it has in `files`."""
    kind = "text" if taken != "hello.pdf" else "pdf"
    own, file_id = client.apart(), id_of(kind, "law")
    answer = await own.taken(_PROCESS, file_id=file_id)
    if answer is not None:
        if lost := {*TEXT.split()} - _words(answer.chunks):
            message = f"by its identifier a file gives chunks without its words {', '.join(sorted(lost))}"
            yield own.broken(_PROCESS, message, remark=f"{len(answer.chunks)} chunks")
        others = {getattr(one.chunk_metadata, "document_id", None) for one in answer.chunks} - {None, file_id}
        if others:
            message = f"chunks of the file {file_id!r} name another document"  # an identifier may be drawn
            fix = "set `chunk_metadata.document_id` to the file's identifier"
            yield own.broken(_PROCESS, message, remark=f"document_id={others.pop()!r}", fix=fix)


async def _refusing(client: Client) -> AsyncIterator[Broken]:
    """Ask for what there is not."""
    for given in ({}, {"file_id": "file-that-nobody-uploaded"}):
        own = client.apart()
        seen = await own.ask(_PROCESS, **given)
        if seen.late or meaning(seen) is Nature.CRASH:
            raise UnansweredError(seen, own.script)
        if seen.answered:
            what = "an identifier that nobody knows" if given else "neither a file nor an identifier"
            message = f"with {what} it answers with {len(seen.answer.chunks)} chunks"
            yield own.broken(_PROCESS, message, remark="answered", fix="raise a ValueError")


@law(
    "PC827",
    "chunks-are-apart",
    "file_processors",
    _PROCESS,
    why="A vector store keeps chunks by their identifiers: equal ones overwrite each other.",
    fix="make each chunk's identifier of the document and of the chunk's place in it",
    after=("PC826",),
)
async def chunks_are_apart(client: Client) -> AsyncIterator[Broken]:
    """Check that a long file comes out in chunks of the asked-for size, each with an identifier of its own.

    What it does:
        Processes a text of 1,200 words as it is, and in chunks of 400 tokens that overlap by 100: then
        there are several, no two with one identifier, and every word is in one. Processed again by the same
        identifier of a file, the chunks have the same identifiers. Where `content_token_count` is given it
        is within the size. One chunk for all of it is a warning: nothing is lost.

    Why is this bad:
        Chunks with one identifier replace each other in the store: all but one are lost.

    Example:
        ```python
        chunk_id = hashlib.sha256(document_id.encode()).hexdigest()  # the same for all chunks
        ```

    How to fix:
        Take the number of the chunk, or its text, into the identifier.

    Source:
        `FileProcessors.process_file`; `VectorIO.insert_chunks`, which upserts by `chunk_id`.
    """
    client.own_answers()
    file = Upload(_NUMBERS.encode(), "long.txt")
    seen = await client.ask(_PROCESS, file=file)
    if not seen.answered:
        file = Upload(contents.pdf(_NUMBERS[:400]), "long.pdf")
        await client.answer(_PROCESS, file=file)
    own = client.apart()
    chunks = (await own.answer(_PROCESS, file=file, chunking_strategy=_STATIC)).chunks
    names = [one.chunk_id for one in chunks]
    if len({*names}) < len(names):
        message = f"{len(names)} chunks of one file have {len({*names})} identifiers"
        yield own.broken(_PROCESS, message, remark=f"{len({*names})} different `chunk_id`")
        return
    if seen.answered:
        for broken in _cut(own, chunks):
            yield broken
    if client.has(_PROCESS, "file_id"):
        async for one in _steady(client.apart()):
            yield one


def _cut(own: Client, chunks: list[Any]) -> Iterator[Broken]:
    """What is wrong with the chunks of a long text."""
    said = _words(chunks)
    if lost := {*_NUMBERS.split()} - said:
        message = f"{len(lost)} words of a long text are in none of its {len(chunks)} chunks"
        yield own.broken(_PROCESS, message, remark=f"without {min(lost)!r}", fix="cut without leaving out")
    if len(chunks) == 1:
        message = "chunks of 400 tokens are asked for, and a text of 1,200 words comes in one"
        fix = "look at `chunking_strategy`"
        yield own.broken(_PROCESS, message, remark="1 chunk", fix=fix, warning=True)  # nothing is lost by it
    counts = [getattr(one.chunk_metadata, "content_token_count", None) for one in chunks]
    if large := [count for count in counts if count is not None and count > _SIZE]:
        message = f"chunks of 400 tokens are asked for, and one has {max(large)}"
        yield own.broken(_PROCESS, message, remark=f"content_token_count={max(large)}")


async def _steady(own: Client) -> AsyncIterator[Broken]:
    """Process a file twice."""
    given = {"file_id": id_of("long", "law"), "chunking_strategy": _STATIC}
    both = [await own.taken(_PROCESS, **given) for _ in range(2)]
    if None not in both:
        first, second = ({one.chunk_id for one in answer.chunks} for answer in both)
        if first != second:
            message = "the same file gives chunks with other identifiers the second time"
            remark = f"{len(first & second)} of {len(first)} the same"
            yield own.broken(_PROCESS, message, remark=remark, warning=True)
