"""The built-in stack as a host: what a sketch becomes, and what is told about it."""

from __future__ import annotations

import sys

import pytest

from provider_conformance.hosts.builtin import BuiltinHost
from provider_conformance.hosts.model import ProviderSketch, StackSketch
from provider_conformance.stack.errors import CycleError, DependencyCycleError

P = ProviderSketch


@pytest.fixture(scope="module")
def host() -> BuiltinHost:
    return BuiltinHost()


def test_providers_start_after_what_they_need(host: BuiltinHost) -> None:
    sketch = StackSketch(
        (P("agents", "a", "inline::a", needs=("telemetry",)), P("telemetry", "t", "inline::t"))
    )
    assert [s.provider_type for s in host.resolve(sketch).started] == ["inline::t", "inline::a"]


def test_what_a_factory_got_is_told_with_who_is_behind_it(host: BuiltinHost) -> None:
    sketch = StackSketch(
        (
            P("agents", "a", "inline::a", needs=("telemetry", "inference")),
            P("telemetry", "t", "inline::t"),
            P("inference", "i", "inline::i"),
        )
    )
    agents = host.resolve(sketch).started[-1]
    assert dict(agents.received) == {"telemetry": "inline::t", "inference": ""}


def test_everything_is_shut_down_in_reverse(host: BuiltinHost) -> None:
    sketch = StackSketch(
        (P("telemetry", "t", "inline::t"), P("agents", "a", "inline::a", needs=("telemetry",)))
    )
    assert host.resolve(sketch).stopped == ("inline::a", "inline::t")


def test_an_error_is_kept(host: BuiltinHost) -> None:
    sketch = StackSketch((P("agents", "a", "inline::a", needs=("agents",)),))
    assert isinstance(host.resolve(sketch).error, DependencyCycleError)


def test_running_implementations_are_told_by_api(host: BuiltinHost) -> None:
    impls = host.resolve(StackSketch((P("inference", "i", "inline::i"),))).impls
    assert set(impls) == {"models", "inference", "inspect"}


def test_generated_modules_are_gone_afterwards(host: BuiltinHost) -> None:
    host.resolve(StackSketch((P("agents", "a", "inline::a"), P("agents", "b", "inline::a"))))
    assert [name for name in sys.modules if name.startswith("_provider_conformance_")] == []


def test_the_sort_alone_can_be_driven(host: BuiltinHost) -> None:
    assert host.sort({"a": ("b",), "b": ()}).order == ("b", "a")


def test_the_sort_refuses_cycles(host: BuiltinHost) -> None:
    assert isinstance(host.sort({"a": ("a",)}).error, CycleError)
