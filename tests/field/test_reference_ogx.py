"""The reference providers for ogx on ogx: judged, typed, and started by ogx's own resolver."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pytest

from support import references
from support.field import only
from support.judging import Run, judged_in_a_process

pytestmark = only("stack-ogx150")
T = TypeVar("T")

MODELS = {"own/scripted": "llm", "own/hashed-words": "embedding"}
DIMENSION = 64


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return judged_in_a_process(tmp_path_factory.mktemp("run"), str(references.OGX))


def test_they_conform_to_ogx(verdict: Run) -> None:
    assert verdict.exit_code == 0, verdict.output
    assert verdict.report["stack"] == {"name": "ogx", "release": "1.5.0"}
    assert verdict.report["findings"] == []


def test_only_what_takes_input_that_is_not_made_yet_is_left_unseen(verdict: Run) -> None:
    told = ("no `batch_id` is known", "ValueError: a vector store needs `embedding_model`")
    assert {reason for reason in verdict.outcomes("inconclusive") if not reason.startswith(told)} == set()
    assert verdict.report["summary"]["passed"] > 200


def test_their_types_are_strict(tmp_path: Path) -> None:
    options = ["--config-file=", "--strict", "--follow-untyped-imports", f"--cache-dir={tmp_path}"]
    command = [sys.executable, "-m", "mypy", *options, "-p", "reference_ogx"]
    done = subprocess.run(
        command, cwd=references.OGX, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# -- on the real stack -----------------------------------------------------------------------------


def test_the_routing_table_lists_the_models_under_its_own_identifiers(on_ogx: Any) -> None:
    async def listed(impls: Any) -> list[Any]:
        return list((await impls["models"].list_models()).data)

    models = on_ogx(listed)
    assert {model.identifier: model.model_type for model in models} == MODELS
    assert {model.provider_id for model in models} == {"own"}


def test_refreshing_again_and_again_lists_the_same_models(on_ogx: Any) -> None:
    async def refreshed(impls: Any) -> list[str]:
        for _ in range(3):
            impls["models"].listed_providers.clear()
            await impls["models"].refresh()
        return [model.identifier for model in (await impls["models"].list_models()).data]

    assert sorted(on_ogx(refreshed)) == sorted(MODELS)


def test_a_chat_goes_through_the_router(on_ogx: Any) -> None:
    async def chatted(impls: Any) -> Any:
        return await impls["inference"].openai_chat_completion(chat("Hello there"))

    answer = on_ogx(chatted)
    assert answer.model == "own/scripted"
    assert answer.choices[0].message.content == "Hello! What can I do for you?"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (2, 7)


def test_a_streamed_chat_says_the_same_word_by_word(on_ogx: Any) -> None:
    async def streamed(impls: Any) -> list[Any]:
        options = {"stream": True, "stream_options": {"include_usage": True}, "max_tokens": 3}
        stream = await impls["inference"].openai_chat_completion(chat("Hello", **options))
        return [chunk async for chunk in stream]

    *chunks, last = on_ogx(streamed)
    deltas = [chunk.choices[0].delta.content for chunk in chunks]
    assert deltas == ["", "Hello!", " What", " can", None]
    assert chunks[-1].choices[0].finish_reason == "length"
    assert (last.choices, last.usage.completion_tokens) == ([], 3)


def test_a_model_may_be_registered_under_another_name(on_ogx: Any) -> None:
    async def renamed(impls: Any) -> Any:
        await impls["models"].register_model(model_id="mine", provider_model_id="scripted")
        return await impls["inference"].openai_chat_completion(chat("Hello", model="own/mine"))

    assert on_ogx(renamed).choices[0].message.content == "Hello! What can I do for you?"


def test_a_model_that_is_not_there_is_refused_by_name(on_ogx: Any) -> None:
    async def registered(impls: Any) -> None:
        await impls["models"].register_model(model_id="mine", provider_model_id="llama")

    with pytest.raises(ValueError, match=r"'llama' is not served here; there are scripted, hashed-words"):
        on_ogx(registered)


def test_a_vector_store_is_made_filled_searched_and_deleted(on_ogx: Any) -> None:
    async def used(impls: Any) -> tuple[Any, list[str]]:
        store = await created(impls, "facts")
        await impls["vector_io"].insert_chunks(await chunks(impls, store.id, "cats purr", "dogs bark"))
        page = await impls["vector_io"].openai_search_vector_store(store.id, search("do dogs bark"))
        await impls["vector_io"].openai_delete_vector_store(store.id)
        left = await impls["vector_io"].openai_list_vector_stores()
        return page, [store.id for store in left.data]

    page, left = on_ogx(used)
    assert page.data[0].content[0].text == "dogs bark"
    assert left == []


def test_a_file_that_cannot_be_read_says_so_in_its_record(on_ogx: Any) -> None:
    async def attached(impls: Any) -> Any:
        from ogx_api import OpenAIAttachFileRequest  # noqa: PLC0415 (ogx is in one environment only)

        store = await created(impls, "files")
        request = OpenAIAttachFileRequest(file_id="file-1")
        await impls["vector_io"].openai_attach_file_to_vector_store(store.id, request)
        return await impls["vector_io"].openai_retrieve_vector_store_file(store.id, "file-1")

    file = on_ogx(attached)
    assert file.status == "failed"
    assert "file-1" in file.last_error.message


def test_a_file_that_is_attached_is_found_by_what_it_says(on_ogx: Any) -> None:
    async def attached(impls: Any) -> Any:
        from ogx_api import OpenAIAttachFileRequest  # noqa: PLC0415

        store = await created(impls, "files")
        request = OpenAIAttachFileRequest(file_id=(await upload(impls, b"cats purr", "cats.txt")).id)
        await impls["vector_io"].openai_attach_file_to_vector_store(store.id, request)
        return await impls["vector_io"].openai_search_vector_store(store.id, search("purr"))

    (found,) = on_ogx(attached).data
    assert (found.filename, found.content[0].text) == ("cats.txt", "cats purr")


def test_a_file_is_kept_over_a_restart_and_gone_once_deleted(on_ogx: Any) -> None:
    from ogx_api import DeleteFileRequest, ListFilesRequest, RetrieveFileContentRequest  # noqa: PLC0415

    async def uploaded(impls: Any) -> str:
        return str((await upload(impls, b"cats purr", "cats.txt")).id)

    async def read_and_deleted(impls: Any) -> tuple[bytes, list[Any]]:
        files = impls["files"]
        content = await files.openai_retrieve_file_content(RetrieveFileContentRequest(file_id=kept))
        await files.openai_delete_file(DeleteFileRequest(file_id=kept))
        return content.body, (await files.openai_list_files(ListFilesRequest())).data

    kept = on_ogx(uploaded)
    assert on_ogx(read_and_deleted) == (b"cats purr", [])


def test_pages_of_files_show_each_one_once(on_ogx: Any) -> None:
    from ogx_api import ListFilesRequest  # noqa: PLC0415

    async def listed(impls: Any) -> tuple[set[str], list[str]]:
        made = {(await upload(impls, b"x", f"{number}.txt")).id for number in range(5)}
        pages: list[str] = []
        after, more = None, True
        while more:
            page = await impls["files"].openai_list_files(ListFilesRequest(limit=2, after=after))
            pages += [file.id for file in page.data]
            after, more = page.last_id, page.has_more
        return made, pages

    made, pages = on_ogx(listed)
    assert (set(pages), len(pages)) == (made, 5)


@pytest.mark.parametrize("name", ["file-0", "../own/file-1", ""])
def test_a_file_that_is_not_there_is_refused_by_name(on_ogx: Any, name: str) -> None:
    from ogx_api import OpenAIFileObjectNotFoundError, RetrieveFileRequest  # noqa: PLC0415

    async def retrieved(impls: Any) -> Any:
        return await impls["files"].openai_retrieve_file(RetrieveFileRequest(file_id=name))

    with pytest.raises(OpenAIFileObjectNotFoundError):
        on_ogx(retrieved)


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("add", {"a": 2, "b": 3}, "5"),
        ("count_words", {"text": "cats purr"}, "2"),
        ("days_between", {"start": "2026-01-31", "end": "2026-03-01"}, "29"),
    ],
)
def test_tools_are_called_through_the_router(on_ogx: Any, tool: str, arguments: Any, answer: str) -> None:
    async def invoked(impls: Any) -> Any:
        return await impls["tool_runtime"].invoke_tool(tool, arguments)

    assert on_ogx(invoked).content == answer


def test_arguments_that_do_not_fit_are_an_answer(on_ogx: Any) -> None:
    async def invoked(impls: Any) -> Any:
        return await impls["tool_runtime"].invoke_tool("add", {"a": 2})

    answer = on_ogx(invoked)
    assert (answer.error_code, answer.error_message) == (400, "b: Field required")


def test_the_provider_and_its_router_are_well(on_ogx: Any) -> None:
    async def asked(impls: Any) -> Any:
        return [await impls[api].health() for api in ("inference", "vector_io")]

    assert on_ogx(asked) == [{"own": {"status": "OK"}}, {"own": {"status": "OK"}}]


@pytest.fixture
def on_ogx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], Awaitable[T]]], T]:
    """Does some work on a stack that ogx itself has resolved, and shuts it down."""
    monkeypatch.syspath_prepend(str(references.OGX))

    def run(work: Callable[[Any], Awaitable[T]]) -> T:
        async def worked() -> T:
            async with running(tmp_path) as impls:
                return await work(impls)

        return asyncio.run(worked())

    return run


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[dict[str, Any]]:
    """The implementations by the name of their API."""
    from ogx.core.datatypes import StackConfig  # noqa: PLC0415 (ogx is in one environment only)
    from ogx.core.stack import Stack  # noqa: PLC0415

    stack = Stack(StackConfig(**run_config(folder)))
    await stack.initialize()
    try:
        assert stack.impls is not None
        yield {api.value: impl for api, impl in stack.impls.items()}
    finally:
        await stack.shutdown()


def run_config(folder: Path) -> dict[str, Any]:
    """A run config with all four providers; what ogx itself keeps goes into SQLite files in a folder."""
    own: dict[str, Any] = {"provider_id": "own", "module": "reference_ogx", "config": {}}
    files = {"storage_dir": str(folder / "files")}
    return {
        "version": 2,
        "distro_name": "reference",
        "providers": {
            "inference": [{**own, "provider_type": "inline::reference-inference"}],
            "vector_io": [{**own, "provider_type": "inline::reference-vector-io"}],
            "files": [{**own, "provider_type": "inline::reference-files", "config": files}],
            "tool_runtime": [{**own, "provider_type": "inline::reference-tools"}],
        },
        "storage": {
            "backends": {
                "kv_default": {"type": "kv_sqlite", "db_path": str(folder / "kv.db")},
                "sql_default": {"type": "sql_sqlite", "db_path": str(folder / "sql.db")},
            }
        },
    }


def chat(text: str, model: str = "own/scripted", **options: Any) -> Any:
    from ogx_api import OpenAIChatCompletionRequestWithExtraBody as Request  # noqa: PLC0415

    return Request(model=model, messages=[{"role": "user", "content": text}], **options)


async def upload(impls: Any, content: bytes, name: str) -> Any:
    from fastapi import UploadFile  # noqa: PLC0415 - it comes with ogx
    from ogx_api import UploadFileRequest  # noqa: PLC0415

    request = UploadFileRequest(purpose="user_data")
    return await impls["files"].openai_upload_file(request, UploadFile(BytesIO(content), filename=name))


def search(query: str) -> Any:
    from ogx_api import OpenAISearchVectorStoreRequest as Request  # noqa: PLC0415

    return Request(query=query, max_num_results=1)


async def created(impls: Any, name: str) -> Any:
    from ogx_api import OpenAICreateVectorStoreRequestWithExtraBody as Request  # noqa: PLC0415

    return await impls["vector_io"].openai_create_vector_store(
        Request(name=name, embedding_model="own/hashed-words")
    )


async def chunks(impls: Any, store: str, *texts: str) -> Any:
    import ogx_api  # noqa: PLC0415

    request = ogx_api.OpenAIEmbeddingsRequestWithExtraBody(model="own/hashed-words", input=list(texts))
    vectors = (await impls["inference"].openai_embeddings(request)).data
    embedded = [
        ogx_api.EmbeddedChunk(
            content=text,
            chunk_id=text,
            chunk_metadata=ogx_api.ChunkMetadata(document_id=text),
            embedding=vector.embedding,
            embedding_model="own/hashed-words",
            embedding_dimension=DIMENSION,
        )
        for text, vector in zip(texts, vectors, strict=True)
    ]
    return ogx_api.InsertChunksRequest(vector_store_id=store, chunks=embedded)
