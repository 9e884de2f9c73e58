"""PC4xx: which outcome follows from what mypy says, and that it is asked once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest

from provider_conformance.contracts.model import ApiContract, Contract, StackCall
from provider_conformance.evidence import typed
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location, Outcome, Severity
from provider_conformance.package.model import Implementation, Provider, Spec, SpecKind
from provider_conformance.protocols.members import read_protocol
from provider_conformance.rules import rules_of
from provider_conformance.rules.fits import public as public_rules
from provider_conformance.rules.fits import typing as rules
from provider_conformance.run.planning import run
from provider_conformance.run.report import Record
from provider_conformance.types import checking, mypy_runner
from provider_conformance.types.mypy_runner import MypyError

SOURCE = """\
from __future__ import annotations

from typing import Any, Protocol

from pydantic import BaseModel


class Store(Protocol): ...


class Public(Protocol):
    NAME: str = "x"
    object_store: Store

    async def ask(self, question: str, depth: int = 1) -> str: ...
    async def untyped(self, anything): ...
    async def close(self) -> None: ...


class Private(Protocol):
    async def register(self, thing: str) -> str: ...
    async def list_things(self) -> list[str]: ...


class Good:
    async def ask(self, question: str, depth: int = 1) -> str:
        return question

    async def untyped(self, anything):
        return 1

    async def close(self) -> None:
        pass

    async def register(self, thing: str) -> str:
        return thing

    async def list_things(self) -> list[str]:
        return []


class Bad(Good):
    NAME = 3

    async def ask(self, question: bytes, depth: int = 1) -> str:
        return ""

    async def register(self, other: str) -> int:
        return 1


class Partial:
    async def close(self) -> None:
        pass


class Trains(Protocol):
    async def train(self, config: Setup, model: str | None = None) -> str: ...


class Setup(BaseModel):
    rate: float


class TakesADict:
    async def train(self, config: dict[str, Any], model: str | None = None) -> str:
        return ""


class DemandsTheModel:
    async def train(self, config: bytes, model: str) -> str:
        return ""
"""


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    folder = tmp_path_factory.mktemp("typed")
    (folder / "typing_rules_subject.py").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module("typing_rules_subject")
    del sys.modules["typing_rules_subject"]


def _run(
    subject: object, *classes: str | type | Implementation, calls: tuple[StackCall, ...] = ()
) -> tuple[Record, ...]:
    public, private = (read_protocol(getattr(subject, name)) for name in ("Public", "Private"))
    made = {call.method: (call,) for call in calls}
    api = ApiContract("asking", public=public, private=private, calls=made)
    contract = Contract("fake", "1", {"asking": api})
    found = {f"remote::{i}": _implementation(subject, cls) for i, cls in enumerate(classes)}
    specs = tuple(Spec("asking", name, SpecKind.REMOTE, "x", None) for name in found)
    provider = Provider("typed", specs, "fake", package="typing_rules_subject")
    contracts = {"typed": contract}
    return run(
        [provider], contracts, rules_of(rules), find=lambda spec, *_: found[spec.provider_type]
    ).records


def _implementation(subject: object, cls: str | type | Implementation) -> Implementation:
    if isinstance(cls, Implementation):
        return cls
    return Implementation(getattr(subject, cls) if isinstance(cls, str) else cls)


def _outcome(records: tuple[Record, ...], address: str) -> Outcome:
    return next(r.result.outcome for r in records if r.check.id.endswith(address))


@pytest.fixture(scope="module")
def good_and_bad(subject: object) -> tuple[Record, ...]:
    return _run(subject, "Good", "Bad")


def test_types_that_fit_pass(good_and_bad: tuple[Record, ...]) -> None:
    outcomes = {r.result.outcome for r in good_and_bad if "remote::0" in r.check.id}
    assert outcomes == {Outcome.PASSED}


def test_each_defect_fails_its_own_check_and_no_other(good_and_bad: tuple[Record, ...]) -> None:
    failed = [
        (r.check.code, r.check.subject.method) for r in good_and_bad if r.result.outcome is Outcome.FAILED
    ]
    assert sorted(failed) == [("PC401", "ask"), ("PC402", "register"), ("PC403", "NAME")]


@pytest.mark.parametrize(("ignored", "outcome"), [(True, Outcome.PASSED), (False, Outcome.FAILED)])
def test_the_type_of_what_a_registry_throws_away_is_nobodys_matter(
    subject: object, ignored: bool, outcome: Outcome
) -> None:
    records = _run(subject, "Bad", calls=(StackCall("register", 1, ignored=ignored),))
    assert _outcome(records, "PC402[remote::0.register]") is outcome


_ROUTE = StackCall(
    "train", 0, spread=True, text="func(**kwargs)", location=Location("stack/server/server.py", 250)
)


def _trained(subject: object, name: str, *calls: StackCall) -> list[tuple[str, str]]:
    """Code and parameter of what is found in a class that trains."""
    public = read_protocol(subject.Trains)  # type: ignore[attr-defined]
    api = ApiContract("training", public=public, calls={"train": calls})
    spec = Spec("training", "remote::0", SpecKind.REMOTE, "x", None)
    provider = Provider("typed", (spec,), "fake", package="typing_rules_subject")
    found = _implementation(subject, name)
    contract = Contract("fake", "1", {"training": api})
    judged = rules_of(rules, public_rules)
    records = run([provider], {"typed": contract}, judged, find=lambda *_: found).records
    return [(f.code, f.detail) for r in records for f in r.result.findings if f.severity is Severity.ERROR]


def test_a_route_made_of_the_methods_own_signature_hands_it_what_that_says(subject: object) -> None:
    assert _trained(subject, "TakesADict", _ROUTE) == []


def test_another_caller_hands_over_what_the_protocol_says(subject: object) -> None:
    direct = StackCall("train", 0, ("config",), text="p.train(config=c)", location=Location("agents.py", 1))
    assert _trained(subject, "TakesADict", _ROUTE, direct) == [("PC401", "config")]


def test_a_parameter_that_is_demanded_is_told_once_and_the_others_are_told(subject: object) -> None:
    assert _trained(subject, "DemandsTheModel", _ROUTE) == [("PC203", ""), ("PC401", "config")]


def test_where_the_stack_contradicts_its_protocol_the_types_of_arguments_are_not_judged(
    subject: object,
) -> None:
    records = _run(subject, "Bad", calls=(StackCall("ask", 0, ("text",), text="p.ask(text=t)"),))
    assert _outcome(records, "PC401[remote::0.ask]") is Outcome.SKIPPED


def test_the_finding_points_at_the_method(good_and_bad: tuple[Record, ...], subject: object) -> None:
    (finding,) = next(
        r.result.findings for r in good_and_bad if r.result.findings and r.check.code == "PC401"
    )
    line = SOURCE.splitlines().index("    async def ask(self, question: bytes, depth: int = 1) -> str:") + 1
    assert finding.location == Location(str(subject.__file__), line)  # type: ignore[attr-defined]


def test_both_protocols_are_judged(good_and_bad: tuple[Record, ...]) -> None:
    judged = {r.check.subject.method for r in good_and_bad}
    assert judged >= {"ask", "register", "list_things"}


def test_a_method_without_parameters_has_no_check_of_parameters(good_and_bad: tuple[Record, ...]) -> None:
    assert not [r for r in good_and_bad if r.check.code == "PC401" and r.check.subject.method == "close"]


def test_a_method_that_promises_no_result_type_has_no_check_of_it(good_and_bad: tuple[Record, ...]) -> None:
    assert not [r for r in good_and_bad if r.check.code == "PC402" and r.check.subject.method == "untyped"]


def test_a_method_that_is_not_there_is_skipped(subject: object) -> None:
    records = _run(subject, "Partial")
    assert _outcome(records, "PC402[remote::0.ask]") is Outcome.SKIPPED
    assert _outcome(records, "PC402[remote::0.close]") is Outcome.PASSED


def test_mypy_runs_once_for_all_specs(subject: object, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    def counted(text: str, setup: mypy_runner.Setup) -> list[mypy_runner.Message]:
        runs.append(text)
        return mypy_runner.run_mypy(text, setup)

    monkeypatch.setattr(checking, "run_mypy", counted)
    _run(subject, "Good", "Bad", "Partial")
    assert len(runs) == 1


def test_a_run_of_another_provider_does_not_reuse_the_answer(subject: object) -> None:
    assert _outcome(_run(subject, "Good"), "PC401[remote::0.ask]") is Outcome.PASSED
    assert _outcome(_run(subject, "Bad"), "PC401[remote::0.ask]") is Outcome.FAILED


def test_where_mypy_cannot_run_all_is_inconclusive(subject: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(text: str, setup: mypy_runner.Setup) -> list[mypy_runner.Message]:
        raise MypyError("no mypy today")

    monkeypatch.setattr(checking, "run_mypy", stopped)
    records = _run(subject, "Good")
    assert {(r.result.outcome, r.result.reason) for r in records} == {(Outcome.INCONCLUSIVE, "no mypy today")}


def test_every_class_that_a_factory_chooses_from_is_judged(subject: object) -> None:
    both = Implementation(subject.Good, alternatives=(subject.Bad,))  # type: ignore[attr-defined]
    assert _outcome(_run(subject, both), "PC401[remote::0.ask]") is Outcome.FAILED


def test_a_spec_whose_class_is_unknown_does_not_keep_the_others_from_being_judged(subject: object) -> None:
    records = _run(subject, Implementation(unseen="hidden"), "Bad")
    assert _outcome(records, "PC401[remote::0.ask]") is Outcome.INCONCLUSIVE
    assert _outcome(records, "PC401[remote::1.ask]") is Outcome.FAILED


def test_a_class_made_at_run_time_is_inconclusive(subject: object) -> None:
    made = type("Made", (subject.Good,), {})  # type: ignore[attr-defined]
    records = _run(subject, made)
    assert _outcome(records, "PC401[remote::0.ask]") is Outcome.INCONCLUSIVE


def test_what_the_stack_itself_defines_is_skipped_in_a_provider_of_somebody_else(
    subject: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed, "_STACKS", frozenset({"some_stack"}))
    monkeypatch.setattr(subject.Bad, "__module__", "some_stack.mixins")  # type: ignore[attr-defined]
    mine = type("Mine", (subject.Bad,), {"__module__": "typing_rules_subject"})  # type: ignore[attr-defined]
    monkeypatch.setattr(subject, "Mine", mine, raising=False)
    assert _outcome(_run(subject, mine), "PC401[remote::0.ask]") is Outcome.SKIPPED


def test_every_rule_of_the_family_has_a_code_of_its_own() -> None:
    assert [rule.code for rule in rules_of(rules)] == ["PC401", "PC402", "PC403"]


class _Seed:
    """A protocol as in 2024: what is returned depends on ``stream``, and the annotation lists values."""

    def chat(self, stream: bool = False) -> int | str:
        raise NotImplementedError


def test_an_annotation_that_only_lists_values_promises_no_result_type() -> None:
    api = ApiContract("inference", public=read_protocol(_Seed))
    subject = Subject(Provider("seed"), api=api, method="chat")
    assert not rules.return_type.applies(subject)
    assert rules.parameter_type.applies(subject)
