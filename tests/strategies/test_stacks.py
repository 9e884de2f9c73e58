"""Run configs realise graphs: sound ones are sound, faulty ones have the fault that comes with them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from provider_conformance.evidence.resolution import broken_promise
from provider_conformance.hosts.builtin import BuiltinHost
from provider_conformance.hosts.model import ProviderSketch, StackSketch, Vocabulary
from provider_conformance.hosts.vocabulary import BUILTIN
from provider_conformance.stack import errors
from provider_conformance.strategies.faults import FaultKind
from provider_conformance.strategies.search import smallest
from provider_conformance.strategies.stacks import faulty_stacks, stacks

QUICK = settings(max_examples=25, deadline=None, database=None, derandomize=True)
HOST = BuiltinHost()

ERRORS = {
    FaultKind.CYCLE: errors.DependencyCycleError,
    FaultKind.SELF_DEPENDENCY: errors.DependencyCycleError,
    FaultKind.MISSING_DEPENDENCY: errors.MissingDependencyError,
    FaultKind.DUPLICATE_ID: errors.DuplicateProviderIdError,
    FaultKind.UNKNOWN_TYPE: errors.UnknownProviderTypeError,
    FaultKind.TABLE_OVERRIDE: errors.ProviderNotAllowedError,
    FaultKind.API_LEFT_OUT: errors.ApiLeftOutError,
    FaultKind.EMPTY_ROUTER: errors.NothingProvidesApiError,
}


@given(stacks())
@QUICK
def test_sound_run_configs_resolve_as_they_say(sketch: StackSketch) -> None:
    assert broken_promise(sketch, HOST.resolve(sketch), BUILTIN) == ""


@pytest.mark.parametrize("kind", FaultKind)
def test_each_fault_gives_its_own_error(kind: FaultKind) -> None:
    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(faulty_stacks(kind))
    def check(planted: object) -> None:
        if planted.fault.nodes:  # type: ignore[attr-defined]
            assert isinstance(HOST.resolve(planted.subject).error, ERRORS[kind])  # type: ignore[attr-defined]

    check()


@pytest.mark.parametrize("kind", FaultKind)
def test_each_fault_shrinks_to_those_that_have_a_part_in_it(kind: FaultKind) -> None:
    found = smallest(faulty_stacks(kind), lambda planted: bool(planted.fault.nodes), examples=50)
    assert found is not None
    assert len(found.subject.providers) == {
        FaultKind.CYCLE: 2,
        FaultKind.DUPLICATE_ID: 2,
        FaultKind.API_LEFT_OUT: 2,
        FaultKind.EMPTY_ROUTER: 0,
    }.get(kind, 1)


def test_only_some_of_several_providers_may_declare_dependencies() -> None:
    def mixed(sketch: StackSketch) -> bool:
        return any(
            len({bool(provider.needs) for provider in several}) > 1 for several in sketch.by_api().values()
        )

    assert smallest(stacks(), mixed, examples=500)


def test_dependencies_on_routing_tables_come_up() -> None:
    tables = set(BUILTIN.routed.values())

    def by_table(sketch: StackSketch) -> bool:
        return any(tables & set(provider.needs) for provider in sketch.providers)

    assert smallest(stacks(), by_table, examples=500)


@given(stacks(vocabulary=Vocabulary(("a", "b"), {"c": "cs"}, optional=False)))
@QUICK
def test_another_vocabulary_is_kept_to(sketch: StackSketch) -> None:
    assert set(sketch.by_api()) <= {"a", "b", "c"}
    assert not any(provider.may_use for provider in sketch.providers)


def test_a_sketch_is_shown_as_it_is_written() -> None:
    sketch = StackSketch((ProviderSketch("agents", "a", "inline::a", needs=("memory",)),), apis=("agents",))
    names = {"StackSketch": StackSketch, "ProviderSketch": ProviderSketch}
    assert eval(repr(sketch), names) == sketch  # noqa: S307 - its own text
    assert "known" not in repr(sketch)
