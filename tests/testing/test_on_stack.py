"""A test of an author's own is given a provider that runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.stack.apis.messages import UserMessage
from provider_conformance.testing import OnStack, ProviderNotTriedError, on_stack, run_on_stack

REFERENCES = Path(__file__).resolve().parents[2] / "reference_providers"
OPENAI = str(REFERENCES / "openai")
MEMORY = str(REFERENCES / "memory")
FACTORY = """
from provider_conformance.stack.specs import Api, InlineProviderSpec

class Config:
    pass

def get_provider_spec():
    return [
        InlineProviderSpec(api=Api.safety, provider_type=name, module="{module}", config_class="")
        for name in ({names})
    ]

async def get_provider_impl(config, deps):
    raise RuntimeError("no disk")
"""


@pytest.fixture
def word() -> str:
    return "hello"


@on_stack(OPENAI)
async def test_a_fixture_comes_beside_the_provider(provider: OnStack, word: str) -> None:
    assert (type(provider.instance).__name__, word) == ("OpenAICompatibleInference", "hello")


@on_stack(OPENAI)
@pytest.mark.parametrize("number", [1, 2])
async def test_a_parameter_comes_beside_the_provider(provider: OnStack, number: int) -> None:
    assert provider.table is not None
    assert number in (1, 2)


@on_stack(OPENAI)
async def test_the_back_end_tells_what_it_was_asked(provider: OnStack) -> None:
    (model,) = await provider.objects()
    before = len(provider.requests)
    await provider.router.chat_completion(model.identifier, [UserMessage(content="hello")])
    assert [one.path for one in provider.requests[before:]] == ["/v1/chat/completions"]


def test_without_the_stand_in_nothing_stands_for_the_server() -> None:
    async def work(provider: OnStack) -> Any:
        return provider.backend, provider.requests

    assert run_on_stack(work, OPENAI, standin=False) == (None, ())


def test_settings_of_the_test_are_what_it_starts_with() -> None:
    async def work(provider: OnStack) -> Any:
        return [one.identifier for one in await provider.objects()]

    models = [{"identifier": "mine", "llama_model": "tiny-chat"}]
    assert run_on_stack(work, OPENAI, config={"models": models}) == ["mine"]


def test_what_the_work_returns_comes_back(provider_on_stack: Callable[..., Any]) -> None:
    async def work(provider: OnStack) -> str:
        return type(provider.instance).__name__

    assert provider_on_stack(work, MEMORY) == "ReferenceMemory"


def test_what_the_work_raises_fails_the_test_with_its_place() -> None:
    async def work(provider: OnStack) -> None:
        assert provider.table is None, "there is one"

    with pytest.raises(AssertionError, match="there is one") as caught:
        run_on_stack(work, MEMORY)
    assert "work" in [entry.name for entry in caught.traceback]


def test_what_it_prints_is_not_lost(capsys: pytest.CaptureFixture[str]) -> None:
    async def work(_provider: OnStack) -> None:
        print("printed on the way")

    run_on_stack(work, MEMORY)
    assert "printed on the way" in capsys.readouterr().out


def test_pytest_is_not_asked_for_the_provider() -> None:
    async def test(provider: OnStack, word: str) -> None: ...

    assert [*inspect.signature(on_stack(MEMORY)(test)).parameters] == ["word"]


def test_a_provider_that_cannot_start_is_told_with_its_own_error(tmp_path: Path) -> None:
    package = _package(tmp_path, "one_dead", "'inline::dead',")
    with pytest.raises(ProviderNotTriedError, match=r"does not start.*no disk") as caught:
        run_on_stack(_nothing, package)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_which_of_several_specs_is_meant_has_to_be_said(tmp_path: Path) -> None:
    package = _package(tmp_path, "two_dead", "'inline::a', 'inline::b'")
    with pytest.raises(UsageError, match=r"has several specs.*inline::a, inline::b"):
        run_on_stack(_nothing, package)


def test_a_type_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"no provider type 'inline::x'; there is: reference"):
        run_on_stack(_nothing, MEMORY, type="inline::x")


async def _nothing(_provider: OnStack) -> None: ...


def _package(folder: Path, name: str, names: str) -> str:
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text(FACTORY.format(module=name, names=names), encoding="utf-8")
    return str(package)
