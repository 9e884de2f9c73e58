"""What the rules about calls tell: where, with which call, and nothing about providers that are right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import core

from provider_conformance.calling.calling import Seen
from provider_conformance.calling.notes import Together
from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.evidence.answers import crashed, differing, is_offline
from provider_conformance.evidence.calls import module_of_method
from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import rules_of
from provider_conformance.rules.serves import calls, streams
from provider_conformance.run.engine import Engine, Policy
from provider_conformance.run.planning import plan
from provider_conformance.run.report import Record

ROOT = Path(__file__).parents[3]
CALLS = ROOT / "fixtures" / "packages" / "calls"
REFERENCES = sorted(
    path.parent
    for path in (ROOT / "reference_providers").glob("*/pyproject.toml")
    if path.parent.name != "ogx"
)


@cache
def records(folder: Path, case: str = "") -> tuple[Record, ...]:
    provider = load_provider(str(folder), root=folder)
    assert provider.problem is None
    checks = plan([provider], {provider.name: builtin_contract()}, rules_of(calls, streams))
    engine = Engine(checks, Policy(), frozenset(check.id for check in checks))
    return tuple(Record(c, engine.judge(c)) for c in checks if case in ("", c.provider_type))


def finding(case: str) -> Finding:
    return next(found for record in records(CALLS, case) for found in record.result.findings)


def line(case: str, text: str) -> int:
    lines = (CALLS / "calls" / f"{case}.py").read_text("utf-8").splitlines()
    return 1 + next(number for number, content in enumerate(lines) if text in content)


@pytest.mark.parametrize(
    ("case", "message", "place"),
    [
        ("answers_with_a_dict", "the answer is a dict, and not RunShieldResponse", "async def run_shield"),
        ("streams_a_list", "with `stream=True` it answers with a list, and not with an iterator", ""),
        ("streams_always", "without `stream` it answers with an asynchronous iterator", ""),
        ("streams_text", "chunk 0 is a str, and not ChatCompletionResponseStreamChunk", ""),
        ("keeps_its_lock", "calling again after a stream was left early hangs", "async with self.lock"),
        ("embeds_a_batch", "the answer has 64 `embeddings` for 100 inputs in `contents`", "async def embed"),
        ("adds_a_message", "it changes its argument `messages`", "async def run_shield"),
        ("wants_a_message", "a valid call raises IndexError: list index out of range", "messages[-1]"),
    ],
)
def test_a_finding_says_what_where_and_how_to_see_it(case: str, message: str, place: str) -> None:
    found = finding(case)
    assert found.message == message
    assert found.location is not None
    if place:
        assert (Path(found.location.path).stem, found.location.line) == (case, line(case, place))
    assert f"provider.{found.method}(" in found.why
    assert found.fix


def test_what_no_router_lets_through_is_a_warning() -> None:
    assert finding("looks_up_a_bank").severity is Severity.WARNING


def test_ids_name_the_method_where_a_rule_is_about_one() -> None:
    ids = {record.check.name for record in records(ROOT / "reference_providers" / "inference")}
    assert "PC652[reference.chat_completion]" in ids
    assert "PC652[reference.embeddings]" not in ids
    assert "PC655[reference.embeddings]" in ids
    assert "PC656[reference]" in ids


def test_a_provider_that_refuses_all_is_not_passed_in_silence() -> None:
    of_embeddings = [
        record.result
        for record in records(ROOT / "reference_providers" / "inference_scripted")
        if record.check.subject.method == "embeddings"
    ]
    assert {result.outcome for result in of_embeddings} == {Outcome.SKIPPED}
    assert {"NotImplementedError" in result.reason for result in of_embeddings} == {True}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("folder", REFERENCES, ids=lambda folder: folder.name)
def test_reference_providers_pass_with_any_seed(
    folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "global_force_seed", seed)
    records.cache_clear()
    told = {record.check.id: record.result.findings for record in records(folder)}
    assert {name: findings for name, findings in told.items() if findings} == {}


def seen(answer: Any = None, error: BaseException | None = None, **more: Any) -> Seen:
    place: Any = SimpleNamespace(path="p.py", line=1)
    values: Mapping[Any, Any] = {}
    return Seen("ask", "alone", "provider.ask()", values, answer, None, error, "called", place, **more)


def together(alone: list[Any], again: list[Any], at_once: list[Any]) -> Together:
    rounds = [
        tuple(one if isinstance(one, Seen) else seen(one) for one in r) for r in (alone, again, at_once)
    ]
    return Together(("ask",), ("1", "2"), *rounds)


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        (together(["a", "b"], ["a", "b"], ["a", "b"]), None),
        (together(["a", "b"], ["a", "c"], ["b", "a"]), None),
        (together([0.1234567], [0.1234567], [0.1234568]), None),
        (together(["a", "b"], ["a", "b"], ["b", "b"]), "the answer of another call"),
        (together(["a", "b"], ["a", "b"], ["c", "b"]), "another answer than alone"),
        (together(["a"], ["a"], [seen(error=ValueError("busy"))]), None),
        (together(["a"], ["a"], [seen(error=KeyError("x"))]), "raises KeyError"),
    ],
)
def test_answers_that_got_mixed_up(calls: Together, told: str | None) -> None:
    found = differing(calls)
    assert (found is None) is (told is None)
    assert found is None or str(told) in found[1]


@pytest.mark.parametrize(
    ("error", "deliberate", "answer"),
    [
        (ValueError("x"), False, False),
        (NotImplementedError(), False, False),
        (RuntimeError("x"), False, True),
        (RuntimeError("x is busy"), True, False),
        (KeyError("x"), False, True),
        (KeyError("x"), True, True),
        (KeyError("there is no x"), True, False),
        (TypeError("text is wanted"), True, False),
        (TypeError("text is wanted"), False, True),
        (SystemExit(1), False, True),
    ],
)
def test_a_crash_is_what_nobody_meant_to_raise(error: BaseException, deliberate: bool, answer: bool) -> None:
    assert crashed(seen(error=error, deliberate=deliberate)) is answer


def test_a_backend_that_is_not_there_shows_in_the_cause() -> None:
    error = RuntimeError("no answer")
    error.__cause__ = ConnectionRefusedError()
    assert is_offline(seen(error=error))
    assert not is_offline(seen(error=RuntimeError("no answer")))


class _OfAStack:
    async def change(self, items: list[int]) -> None:
        items.clear()


_OfAStack.change.__module__ = "ogx.providers.utils.mixin"


class _Inheriting(_OfAStack):
    async def own(self) -> None: ...


@pytest.mark.parametrize(
    ("method", "module"), [("change", "ogx.providers.utils.mixin"), ("own", __name__), ("absent", "")]
)
def test_the_code_of_an_inherited_method_stands_where_its_base_does(method: str, module: str) -> None:
    subject: Any = SimpleNamespace(implementation=lambda: SimpleNamespace(cls=_Inheriting))
    assert module_of_method(subject, method) == module
