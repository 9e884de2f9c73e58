"""Which remote inference providers of a stack get all answers over the stand-in, each by its name."""

from __future__ import annotations

from typing import Any

import pytest

from support.field import ENVIRONMENT, only
from support.judging import Run, judged_in_a_process

REGISTRY = {
    "stack-ls073": "llama_stack.providers.registry.inference",
    "stack-ogx150": "ogx.providers.registry.inference",
}
_BOTH = (
    *("azure", "cerebras", "fireworks", "groq", "llama-cpp-server", "llama-openai-compat", "openai"),
    *("runpod", "sambanova", "vllm"),
)
SERVED = {
    "stack-ls073": (*_BOTH, "nvidia"),
    "stack-ogx150": (
        *_BOTH,
        *("deepseek", "meta", "mistral", "ollama", "passthrough", "text-embeddings-inference"),
    ),
}
"""Those whose every demanded method is answered or not supported, with what the environment has installed."""


@pytest.fixture(scope="module")
def coverage(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The coverage of the in-tree inference providers."""
    folder = tmp_path_factory.mktemp("run")
    return judged_in_a_process(folder, REGISTRY[ENVIRONMENT], options=("--provider-select=PC615,PC661",))


def _demanded(run: Run, provider_type: str) -> list[dict[str, Any]]:
    rows = [row for row in run.report["coverage"] if row["provider_type"] == provider_type]
    return [row for row in rows if row["demanded"]]


@only(*SERVED)
@pytest.mark.parametrize("name", SERVED.get(ENVIRONMENT, ()))
def test_every_demanded_method_is_answered_over_the_stand_in(coverage: Run, name: str) -> None:
    rows = _demanded(coverage, f"remote::{name}")
    unseen = {r["method"]: r["reason"] for r in rows if r["status"] not in ("answered", "unsupported")}
    assert unseen == {}
    assert all(row["standin"] for row in rows)


@only(*SERVED)
def test_watsonx_fails_at_embeddings_that_leave_out_what_may_be_left_out(coverage: Run) -> None:
    (row,) = [r for r in _demanded(coverage, "remote::watsonx") if r["method"] == "openai_embeddings"]
    assert row["status"] == "failed"
    assert "dimensions cannot be null" in row["reason"]


@only("stack-ls073")
def test_passthrough_makes_no_client_with_the_installed_openai(coverage: Run) -> None:
    (row,) = [r for r in _demanded(coverage, "remote::passthrough") if r["method"] == "list_models"]
    assert "Missing credentials" in row["reason"]
