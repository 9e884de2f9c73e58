"""A provider is called with the user's samples: by a hook, by a file, and what wins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.hosts import refusals, trial  # noqa: F401

# Kept, or each inner run imports them anew, beside those that were imported before.
from provider_conformance.session import start  # noqa: F401
from provider_conformance.strategies import objects, stacks  # noqa: F401
from support.running import read_json

PROVIDER = '''\
"""A memory that answers one question, which nobody would guess."""

from pydantic import BaseModel

from provider_conformance.stack.apis.memory import QueryDocumentsResponse
from provider_conformance.stack.specs import Api, InlineProviderSpec


class Config(BaseModel):
    pass


class Guarded:
    def __init__(self) -> None:
        self.banks: dict = {}

    async def list_memory_banks(self) -> list:
        return list(self.banks.values())

    async def register_memory_bank(self, memory_bank) -> None:
        self.banks[memory_bank.identifier] = memory_bank

    async def insert_documents(self, bank_id, documents, ttl_seconds=None) -> None:
        pass

    async def query_documents(self, bank_id, query, params=None) -> QueryDocumentsResponse:
        if query != "sesame":
            raise ValueError("say the word")
        return QueryDocumentsResponse(chunks=[], scores=[])

    async def shutdown(self) -> None:
        pass


async def get_provider_impl(config: Config, deps: dict) -> Guarded:
    return Guarded()


def get_provider_spec():
    return InlineProviderSpec(
        api=Api.memory, provider_type="inline::guarded", module=__name__, config_class=f"{__name__}.Config"
    )
'''
WORD = "inline::guarded: {calls: {query_documents: [{query: sesame}]}}"
HOOK = """\
import pytest

@pytest.hookimpl(optionalhook=True)
def pytest_provider_samples(spec):
    return {"calls": {"query_documents": [{"query": "sesame"}]}}
"""


@pytest.fixture(autouse=True)
def _here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:anyio -p no:cacheprovider")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    package = pytester.mkpydir("guarded")
    (package / "provider.py").write_text(PROVIDER, encoding="utf-8")
    monkeypatch.syspath_prepend(pytester.path)
    yield


def ran(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(
        "--provider=guarded", "--provider-select=PC661", "--provider-report=json:r.json", *arguments
    )


def status() -> str:
    rows: list[dict[str, Any]] = read_json(Path("r.json"))["coverage"]
    (row,) = (row for row in rows if row["method"] == "query_documents")
    return str(row["status"])


def test_what_nobody_can_guess_is_not_answered(pytester: pytest.Pytester) -> None:
    ran(pytester)
    assert status() == "not called"


def test_a_file_tells_it(pytester: pytest.Pytester) -> None:
    Path("s.yaml").write_text(WORD, encoding="utf-8")
    ran(pytester, "--provider-samples=s.yaml")
    assert status() == "answered"


def test_a_process_of_its_own_is_told_too(pytester: pytest.Pytester) -> None:
    Path("s.yaml").write_text(WORD, encoding="utf-8")
    ran(pytester, "--provider-samples=s.yaml", "--provider-isolate")
    assert status() == "answered"


def test_the_environment_and_the_ini_file_name_the_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("s.yaml").write_text(WORD, encoding="utf-8")
    monkeypatch.setenv("PROVIDER_CONFORMANCE_SAMPLES", "s.yaml")
    ran(pytester)
    assert status() == "answered"
    pytester.makeini("[pytest]\nprovider_samples = absent.yaml")
    result = ran(pytester)
    result.stderr.fnmatch_lines(["ERROR: --provider-samples: there is no file *absent.yaml"])


def test_a_hook_tells_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(HOOK)
    ran(pytester)
    assert status() == "answered"


def test_the_hook_goes_before_the_file(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(HOOK)
    Path("s.yaml").write_text(WORD.replace("sesame", "barley"), encoding="utf-8")
    ran(pytester, "--provider-samples=s.yaml")
    assert status() == "answered"


def test_the_hook_does_no_harm_where_the_plugin_is_off(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(HOOK)
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess("-p", "no:provider_conformance")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ('{"calls": {"query_document": []}}', "*there is no method 'query_document'; did you mean query_*"),
        (
            '"sesame"',
            "*pytest_provider_samples returns a str for inline::guarded: a dict or None is*",
        ),
    ],
)
def test_a_hook_that_cannot_be_followed_is_the_user_s_error(
    pytester: pytest.Pytester, told: str, message: str
) -> None:
    pytester.makeconftest(f"def pytest_provider_samples(spec):\n    return {told}\n")
    result = ran(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_a_method_that_is_misspelt_in_the_file_is_the_user_s_error(pytester: pytest.Pytester) -> None:
    Path("s.yaml").write_text(WORD.replace("query_documents", "query_document"), encoding="utf-8")
    result = ran(pytester, "--provider-samples=s.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --provider-samples: *s.yaml: inline::guarded: there is no method 'query_document'; did you*"]
    )


def test_a_hook_cannot_reach_a_process_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(HOOK)
    result = ran(pytester, "--provider-isolate")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*use --provider-samples with --provider-isolate"])
