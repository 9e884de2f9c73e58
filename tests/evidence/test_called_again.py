"""Who calls a method of the life cycle once more: read off the contract, and off specs that want a worker."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from provider_conformance.contracts.load import load_contract
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.trials.called_again import called_again
from provider_conformance.hosts.builtin import BuiltinHost
from provider_conformance.hosts.installed_specs import built_in_workers
from provider_conformance.package.model import Provider, Spec, SpecKind


def _subject(release: str, api: str) -> Subject:
    contract = load_contract(release)
    spec = Spec(api, "inline::mine", SpecKind.INLINE, None, None)
    return Subject(Provider("mine", (spec,)), contract, spec, contract.apis[api])


def _first(host: Any) -> Any:
    return SimpleNamespace(trial=SimpleNamespace(host=host))


@pytest.mark.parametrize("api", ["agents", "inference"])
def test_the_first_server_shuts_all_down_in_two_places(api: str) -> None:
    callers = called_again(_subject("llama-stack==0.0.42", api), _first(BuiltinHost()), "shutdown")
    assert "handle_sigint" in callers
    assert "lifespan" in callers


@pytest.mark.parametrize(
    ("release", "api"),
    [
        ("builtin", "inference"),
        ("builtin", "agents"),
        ("llama-stack==0.7.3", "files"),
        ("llama-stack==0.7.3", "scoring"),
        ("ogx==1.5.0", "vector_io"),
    ],
)
def test_other_releases_shut_each_provider_down_once(release: str, api: str) -> None:
    assert called_again(_subject(release, api), _first(BuiltinHost()), "shutdown") == ""


def test_what_no_table_shuts_down_is_called_by_nobody() -> None:
    assert (
        called_again(_subject("llama-stack==0.1.9", "tool_runtime"), _first(BuiltinHost()), "shutdown") == ""
    )


class _Workers(BuiltinHost):
    def rebuilt(self, _specs: Any) -> frozenset[str]:
        return frozenset({"files"})


@pytest.mark.parametrize(("api", "again"), [("files", True), ("vector_io", False)])
def test_a_worker_initializes_what_the_factory_has_initialized(api: str, again: bool) -> None:
    assert bool(called_again(_subject("ogx==1.5.0", api), _first(_Workers()), "initialize")) is again


def test_a_stack_without_workers_initializes_nothing_again() -> None:
    assert called_again(_subject("builtin", "memory"), _first(BuiltinHost()), "initialize") == ""


def _spec(api: str, mode: str | None, *needs: str) -> Any:
    asked = {} if mode is None else {"execution_mode": mode}
    named = [SimpleNamespace(value=name) for name in needs]
    return SimpleNamespace(
        api=SimpleNamespace(value=api), api_dependencies=named, optional_api_dependencies=[], **asked
    )


def test_a_worker_builds_who_asks_for_it_and_what_that_needs() -> None:
    specs = [_spec("file_processors", "worker", "files"), _spec("batches", "inline", "inference")]
    assert built_in_workers([*specs, _spec("safety", None, "shields")]) == {"file_processors", "files"}
