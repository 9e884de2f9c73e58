"""Optional methods of ogx 1.5.0: of 7 public methods of inference 3 are demanded, 4 need not be there."""

from __future__ import annotations

import pytest

from support.field import only
from support.judging import Run
from support.packages import write
from support.small import errors, judged, last, rows, said, section

pytestmark = only("stack-ogx150")

SPEC = """
from ogx_api import Api, InlineProviderSpec

def get_provider_spec():
    return InlineProviderSpec(
        api=Api.inference, provider_type="inline::{name}", module="{name}", pip_packages=[],
        config_class="reference_ogx.inference.config.ReferenceOgxInferenceConfig",
    )
"""
SOURCE = """
from typing import Any
from ogx_api.inference.models import RerankData, RerankRequest, RerankResponse
from reference_ogx.inference.inference import ReferenceOgxInference

def ranked(request: RerankRequest) -> list[RerankData]:
    most = request.max_num_results or len(request.items)
    return [RerankData(index=n, relevance_score=1.0 / (n + 1)) for n in range(len(request.items))][:most]

class Chats(ReferenceOgxInference):
    {method}

async def get_provider_impl(config: Any, deps: Any) -> Chats:
    impl = Chats(config)
    await impl.initialize()
    return impl
"""
RERANK = "async def rerank(self, request: RerankRequest) -> RerankResponse: "
METHODS = {
    "plain": "pass",
    "offers": f"{RERANK}return RerankResponse(data=ranked(request))",
    "stumbles": f'{RERANK}raise KeyError("oh")',
}
DEMANDED = dict.fromkeys(
    ("openai_completion", "openai_chat_completion", "openai_embeddings"), ("answered", True)
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    for name, method in METHODS.items():
        texts = {"__init__": SOURCE.format(method=method), "provider": SPEC.format(name=name)}
        write(folder, {f"{name}/{module}.py": text for module, text in texts.items()})
    return judged(folder, *METHODS)


def public(run: Run, name: str) -> dict[str, tuple[str, bool]]:
    registry = {row["method"] for row in run.report["coverage"] if row["kind"] == "registry"}
    return {method: row for method, row in rows(run, name).items() if method not in registry}


def test_what_is_not_offered_is_not_missed(run: Run) -> None:
    assert said(run, "plain") == ("conforms", 5, "keeps")
    assert public(run, "plain") == DEMANDED
    line = "plain on ogx 1.5.0: conforms, level 5 of 5 (keeps); 3 of 3 methods answered"
    assert line in section(run)


def test_what_is_offered_is_shown_and_not_counted(run: Run) -> None:
    assert said(run, "offers") == ("conforms", 5, "keeps")
    assert public(run, "offers") == {**DEMANDED, "rerank": ("answered", False)}


def test_what_is_offered_and_crashes_is_an_error(run: Run) -> None:
    assert (run.exit_code, run.report["verdict"]) == (1, "fails")
    assert said(run, "stumbles")[0] == "fails"
    assert errors(run, "stumbles") == ["PC660"]
    assert public(run, "stumbles") == {**DEMANDED, "rerank": ("failed", False)}
    assert last(run).startswith("3 providers (3 specs) on ogx 1.5.0: fails")
