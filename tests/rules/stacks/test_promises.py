"""The rules about stacks: green on ours, and each finds its fault in a stack that has it."""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.hosts import builtin
from provider_conformance.hosts.builtin import BuiltinHost
from provider_conformance.hosts.model import Resolution, Sorting, StackSketch, Started
from provider_conformance.package.model import Provider
from provider_conformance.rules import rules_of
from provider_conformance.rules.model import Rule
from provider_conformance.rules.stacks import orders, promises
from provider_conformance.run.engine import judged

Graph = Mapping[str, Sequence[str]]


class Faulty(BuiltinHost):
    """Our stack, with one thing wrong with it."""

    def __init__(
        self,
        sort: Callable[[Graph], Any] | None = None,
        change: Callable[[StackSketch, Resolution], Resolution] | None = None,
    ) -> None:
        super().__init__()
        self._sort = sort
        self._change = change

    def sort(self, graph: Graph) -> Sorting:
        if self._sort is None:
            return super().sort(graph)
        try:
            return Sorting(tuple(self._sort(graph)))
        except Exception as error:
            return Sorting(error=error)

    def resolve(self, sketch: StackSketch) -> Resolution:
        resolution = super().resolve(sketch)
        return self._change(sketch, resolution) if self._change else resolution


def judge(rule: Rule, host: BuiltinHost) -> tuple[Finding, ...]:
    return judged(rule, Subject(Provider("builtin"), host=lambda: host)).findings


def recursive(graph: Graph) -> list[str]:
    """Sort as a first attempt would: recursively, and without a look at cycles."""
    order: dict[str, None] = {}
    visited: set[str] = set()

    def visit(node: str) -> None:
        visited.add(node)
        for needed in graph[node]:
            if needed not in visited:
                visit(needed)
        order[node] = None

    for node in graph:
        if node not in visited:
            visit(node)
    return list(order)


@pytest.mark.parametrize("rule", rules_of(orders, promises), ids=lambda rule: rule.name)
def test_our_own_stack_is_green(rule: Rule) -> None:
    assert judge(rule, BuiltinHost()) == ()


def test_a_silent_cycle_is_found_and_shrinks_to_one_node() -> None:
    (finding,) = judge(orders.cycle_unreported, Faulty(sort=recursive))
    assert "n0 -> n0" in finding.message
    assert "sort({'n0': ('n0',)})" in finding.why


def test_a_cycle_that_only_the_resolver_overlooks_is_found() -> None:
    def overlook(_sketch: StackSketch, resolution: Resolution) -> Resolution:
        return replace(resolution, error=None)

    (finding,) = judge(orders.cycle_unreported, Faulty(change=overlook))
    assert "agents -> agents" in finding.message


def test_a_sort_that_recurses_is_found_with_the_length() -> None:
    (finding,) = judge(orders.recursion_limit, Faulty(sort=recursive))
    assert "raises RecursionError" in finding.message


def test_a_lost_duplicate_is_found() -> None:
    def lose(sketch: StackSketch, resolution: Resolution) -> Resolution:
        return replace(resolution, error=None, started=(Started("agents", "inline::agents-y"),))

    (finding,) = judge(promises.duplicate_lost, Faulty(change=lose))
    assert "1 of 2 declared providers" in finding.message


@pytest.mark.parametrize("error", [KeyError("telemetry"), ValueError("a dependency is missing")])
def test_an_error_that_does_not_say_who_needs_what_is_found(error: Exception) -> None:
    def bare(_sketch: StackSketch, resolution: Resolution) -> Resolution:
        return replace(resolution, error=error) if resolution.error else resolution

    findings = judge(promises.missing_dependency_unexplained, Faulty(change=bare))
    assert {finding.detail for finding in findings} == {"missing dependency", "needed API left out of apis"}


def test_an_unnamed_type_is_found() -> None:
    def bare(_sketch: StackSketch, resolution: Resolution) -> Resolution:
        return replace(resolution, error=ValueError("bad config")) if resolution.error else resolution

    (finding,) = judge(promises.unknown_name_unexplained, Faulty(change=bare))
    assert finding.detail == "unknown provider_type"


def test_a_router_over_nothing_is_a_warning() -> None:
    def empty(_sketch: StackSketch, resolution: Resolution) -> Resolution:
        return replace(resolution, error=None, empty_tables=("models",))

    (finding,) = judge(promises.router_over_nothing, Faulty(change=empty))
    assert finding.severity is Severity.WARNING


def test_a_wrong_order_is_found() -> None:
    def backwards(_sketch: StackSketch, resolution: Resolution) -> Resolution:
        return replace(resolution, started=resolution.started[::-1])

    (finding,) = judge(promises.wiring, Faulty(change=backwards))
    assert "is built before" in finding.message


def test_an_order_that_depends_on_hashes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Varying:
        def __init__(self, stack: str) -> None:
            self.stack = stack

        def __enter__(self) -> Varying:
            return self

        def __exit__(self, *_error: object) -> None:
            pass

        def orders(self, graph: Graph) -> dict[int, tuple[str, ...]]:
            order = tuple(graphlib.TopologicalSorter(graph).static_order())
            free = [node for node, needs in graph.items() if not needs]
            return {1: order, 2: order[::-1] if len(free) > 1 else order}

    monkeypatch.setattr("provider_conformance.hosts.seeds.SeededSorts", Varying)
    (finding,) = judge(orders.order_varies, BuiltinHost())
    assert "depends on the hash seed" in finding.message


def test_a_finding_can_be_seen_again_from_its_text() -> None:
    (finding,) = judge(orders.cycle_unreported, Faulty(sort=recursive))
    call = finding.why.splitlines()[-1].strip()
    scope = {"load_host": lambda _name: Faulty(sort=recursive), **vars(builtin)}
    assert eval(call, scope).order == ("n0",)  # noqa: S307 - text of ours


def test_without_a_stack_there_is_nothing_to_judge() -> None:
    assert judged(promises.wiring, Subject(Provider("x"))).skipped
