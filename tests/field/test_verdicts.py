"""What a run says of published providers; each verdict was confirmed by reading the provider's source."""

from __future__ import annotations

from typing import Any

import pytest

from support.field import ENVIRONMENT, only
from support.judging import Run, judged_in_a_process

PUBLISHED = {
    "provider-csoai": "llama_stack_provider_csoai",
    "provider-lmeval": "llama_stack_provider_lmeval",
    "provider-ramalama": "ramalama_stack",
}
REGISTRY = {"ls0042": "llama_stack.providers.registry", "ogx150": "ogx.providers.registry"}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Judge a provider as its author would, in a process and a folder of its own."""

    def run(*providers: str) -> Run:
        return judged_in_a_process(tmp_path_factory.mktemp("run"), *providers)

    return run


@pytest.fixture(scope="module")
def verdict(judge: Any) -> Run:
    """The verdict on the provider or on the in-tree inference providers of this environment."""
    if ENVIRONMENT in PUBLISHED:
        return judge(PUBLISHED[ENVIRONMENT])
    registry = REGISTRY[ENVIRONMENT.removeprefix("stack-")]
    return judge(f"{registry}.inference")


@only("provider-csoai")
def test_csoai_does_not_start_without_the_document_that_its_sample_names(verdict: Run) -> None:
    assert verdict.exit_code == 1, verdict.output
    assert verdict.found("error") == {"remote::csoai PC501"}
    assert verdict.found("warning") == {"remote::csoai PC304 register_benchmark"}
    assert verdict.report["stack"] == {"name": "llama-stack", "release": "0.7.3"}


@only("provider-ramalama")
def test_ramalama_calls_a_method_of_its_own_that_it_does_not_have(verdict: Run) -> None:
    assert verdict.exit_code == 1, verdict.output
    assert verdict.found("error") == {"remote::ramalama PC660 embeddings"}
    assert verdict.found("warning") == {"remote::ramalama PC204 chat_completion"}


@only("provider-lmeval")
def test_lmeval_starts_and_keeps_its_protocols_but_for_what_none_declares(verdict: Run) -> None:
    assert verdict.exit_code == 1, verdict.output
    assert verdict.found("error") == {"remote::trustyai_lmeval PC310 unregister_benchmark"}
    assert verdict.found("warning") == {"remote::trustyai_lmeval PC105", "remote::trustyai_lmeval PC109"}


@only("provider-csoai")
def test_csoai_is_told_which_document_it_misses(verdict: Run) -> None:
    (found,) = [finding for finding in verdict.report["findings"] if finding["code"] == "PC501"]
    assert "No such file or directory: './did.json'" in found["message"]
    assert verdict.outcomes("inconclusive") == set()


@only("provider-lmeval")
def test_only_what_needs_a_cluster_of_lmeval_is_left_unseen(verdict: Run) -> None:
    assert verdict.outcomes("inconclusive")
    assert all("kube-config" in reason for reason in verdict.outcomes("inconclusive"))
    assert verdict.report["summary"]["passed"] > 50


@only("provider-ramalama")
def test_ramalama_is_left_unseen_where_it_serves_no_model_of_a_made_up_name(verdict: Run) -> None:
    assert any("not being served by Ramalama" in reason for reason in verdict.outcomes("inconclusive"))
    assert verdict.report["summary"]["passed"] > 100


@only("stack-ogx150")
def test_the_inference_providers_of_ogx_keep_their_protocols(verdict: Run) -> None:
    assert {text.split()[1] for text in verdict.found("error")} == {"PC660"}, verdict.output
    assert len(verdict.report["providers"][0]["specs"]) == 26


@only("stack-ogx150")
def test_watsonx_makes_a_request_that_its_own_class_refuses(verdict: Run) -> None:
    (told,) = [f for f in verdict.report["findings"] if f["severity"] == "error"]
    assert told["provider_type"] == "remote::watsonx"
    assert "dimensions cannot be null" in told["message"]


@only("stack-ogx150")
def test_what_only_the_protocol_has_is_missing_where_it_is_not_inherited(verdict: Run) -> None:
    warned = verdict.found("warning")
    assert {text.split()[1] for text in warned} == {
        "PC208",
        "PC710",  # two settings of azure's, see docs/field-results.md
        "PC831",  # no dimension is listed
    }
    assert "remote::groq PC208 rerank" in warned
    assert "remote::vllm PC208 rerank" not in warned  # writes it


@only("stack-ogx150", "stack-ls0042")
def test_whatever_is_inconclusive_says_why(verdict: Run) -> None:
    assert "" not in verdict.outcomes("inconclusive")


@only("stack-ls0042")
def test_the_samples_of_the_seeds_day_are_stubs(verdict: Run) -> None:
    assert verdict.exit_code == 1, verdict.output
    assert verdict.found("error", "remote::sample") == {"remote::sample PC211"}


@only("stack-ls0042")
def test_the_adapters_that_can_be_imported_conform_but_for_one(verdict: Run) -> None:
    others = {text for text in verdict.found("error") if not text.startswith("remote::sample ")}
    # A plain `def` that yields: the router awaits the result, or iterates with `async for`.
    assert others == {"remote::bedrock PC206 chat_completion"}


@only("stack-ls0042")
def test_an_import_that_the_release_itself_breaks_is_found(judge: Any) -> None:
    safety = judge(f"{REGISTRY['ls0042']}.safety")
    assert "meta-reference/codeshield PC115" in safety.found("error")
