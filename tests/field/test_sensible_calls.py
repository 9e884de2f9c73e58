"""Providers on real stacks are called as their clients call them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.field import ENVIRONMENT, only
from support.judging import Run, judged_in_a_process
from support.packages import write

API = "llama_stack_api" if ENVIRONMENT == "stack-ls073" else "ogx_api"
LISTING = """
from {api} import Api, InlineProviderSpec, Model, ModelType, OpenAIChatCompletion
from pydantic import BaseModel


class Config(BaseModel):
    pass


class Listing:
    async def list_models(self):
        about = {{"provider_id": self.__provider_id__, "model_type": ModelType.llm}}
        return [Model(identifier="tiny", provider_resource_id="tiny", **about)]

    async def should_refresh_models(self):
        return False

    async def register_model(self, model):
        return model

    async def unregister_model(self, model_id):
        pass

    async def openai_chat_completion(self, params):
        if params.model != "tiny":
            raise ValueError(f"there is no model {{params.model}}")
        said = {{"role": "assistant", "content": "hello"}}
        choice = {{"index": 0, "message": said, "finish_reason": "stop"}}
        about = {{"id": "1", "object": "chat.completion", "created": 1, "model": params.model}}
        return OpenAIChatCompletion(**about, choices=[choice])

    async def openai_completion(self, params):
        raise NotImplementedError

    async def openai_embeddings(self, params):
        raise NotImplementedError


async def get_provider_impl(config: Config, deps):
    return Listing()


def get_provider_spec():
    return InlineProviderSpec(
        api=Api.inference, provider_type="inline::listing", module=__name__,
        config_class=__name__ + ".Config", pip_packages=[],
    )
"""
ASKING = """
from ogx_api import Api, Chunk, ChunkMetadata, FileProcessors, InlineProviderSpec, ProcessFileResponse
from ogx_api import RetrieveFileContentRequest
from pydantic import BaseModel


class Config(BaseModel):
    pass


class Asking(FileProcessors):
    def __init__(self, files):
        self.files = files

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def process_file(self, request, file=None) -> ProcessFileResponse:
        if file is not None:
            data = await file.read()
        else:
            data = bytes((await self.files.openai_retrieve_file_content({asked})).body)
        chunk = Chunk(content=str(data), chunk_id="c", chunk_metadata=ChunkMetadata(source="s"))
        return ProcessFileResponse(chunks=[chunk], metadata={{}})


async def get_provider_impl(config: Config, deps: dict) -> Asking:
    return Asking(deps[Api.files])


def get_provider_spec():
    return InlineProviderSpec(
        api=Api.file_processors, provider_type="inline::asking", module=__name__,
        config_class=__name__ + ".Config", pip_packages=[], api_dependencies=[Api.files],
    )
"""
ANSWERED = {
    "batches": "inline::reference",
    "files": "inline::localfs",
    "interactions": "inline::builtin",
    "messages": "inline::builtin",
    "responses": "inline::builtin",
    "skills": "inline::builtin",
}


def judged(folder: Path, name: str, source: str) -> Run:
    write(folder, {f"{name}/__init__.py": "", f"{name}/provider.py": source})
    return judged_in_a_process(folder, name, options=("--provider-select=PC65,PC66",))


def rows(run: Run, provider_type: str) -> dict[str, Any]:
    return {r["method"]: r for r in run.report["coverage"] if r["provider_type"] == provider_type}


@only("stack-ls073", "stack-ogx150")
def test_a_model_is_called_by_the_name_that_is_listed(tmp_path: Path) -> None:
    run = judged(tmp_path, "listing", LISTING.format(api=API))
    row = rows(run, "inline::listing")["openai_chat_completion"]
    assert row["status"] == "answered", row["reason"]


@only("stack-ogx150")
@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("RetrieveFileContentRequest(file_id=request.file_id)", ""),
        ("request.file_id", "`request` is a str, and not RetrieveFileContentRequest"),
        ("file_id=request.file_id", "the call does not bind: missing a required argument: 'request'"),
    ],
)
def test_what_is_asked_of_a_dependency_is_judged(tmp_path: Path, asked: str, problem: str) -> None:
    run = judged(tmp_path, "asking", ASKING.format(asked=asked))
    found = [(f["code"], f["message"].partition(" is wrong: ")[2]) for f in run.report["findings"]]
    assert found == ([("PC662", problem)] if problem else []), run.output


@only("stack-ogx150")
@pytest.mark.parametrize(("api", "provider_type"), ANSWERED.items())
def test_every_method_of_an_inline_provider_is_answered(tmp_path: Path, api: str, provider_type: str) -> None:
    registry = f"ogx.providers.registry.{api}"
    run = judged_in_a_process(tmp_path, registry, options=("--provider-select=PC65,PC66",))
    left = {name: r["reason"] for name, r in rows(run, provider_type).items() if r["status"] != "answered"}
    assert left == {}
    found = [f for f in run.report["findings"] if f["provider_type"] == provider_type]
    assert found == []
