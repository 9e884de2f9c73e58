"""One defect in a reference provider fails exactly the check that is about it, at its file and line."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.protocols.model import Calls
from provider_conformance.run.report import Report
from support import mutants

PROVIDERS = {
    "inference": "ReferenceInference",
    "safety": "ReferenceSafety",
    "memory": "ReferenceMemory",
}
judged = contextmanager(mutants.judged)


def _cases() -> list[tuple[str, str]]:
    cases = []
    for api, class_name in PROVIDERS.items():
        contract = builtin_contract().apis[api]
        assert contract.public is not None
        assert contract.private is not None
        promised = {*contract.public.methods, *contract.private.methods}
        folder = mutants.ROOT / "reference_providers" / api
        cases += [(api, m.name) for m in mutants.methods(folder, class_name) if m.name in promised]
    return cases


CASES = _cases()
ASYNC = [
    (api, method)
    for api, method in CASES
    if any(
        m.name == method and isinstance(m, ast.AsyncFunctionDef)
        for m in mutants.methods(mutants.ROOT / "reference_providers" / api, PROVIDERS[api])
    )
]
WITH_PARAMETERS = [(api, method) for api, method in CASES if not method.startswith("list_")]


def _family(api: str, method: str) -> str:
    private = builtin_contract().apis[api].private
    return "PC3" if private is not None and method in private.methods else "PC2"


def _planted(tmp_path: Path, api: str, method: str, mutation: mutants.Mutation) -> tuple[Report, Path, str]:
    copy = tmp_path / "project"
    original = mutants.ROOT / "reference_providers" / api
    path, text = mutants.plant(original, copy, PROVIDERS[api], method, mutation)
    with judged(copy, f"reference_{api}") as report:
        return report, path, text


def _failed(report: Report) -> list[Finding]:
    """What failed, each finding with its check; warnings apart."""
    assert not [r for r in report.records if r.result.outcome is Outcome.INCONCLUSIVE]
    return [
        finding
        for record in report.records
        for finding in record.result.findings
        if finding.severity is Severity.ERROR
    ]


def _line(text: str, start: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


def _expect(report: Report, code: str, method: str, path: Path, line: int) -> None:
    found = _failed(report)
    assert [(f.code, f.method) for f in found] == [(code, method)]
    assert found[0].location is not None
    assert Path(found[0].location.path).name == path.name
    assert found[0].location.line == line


@pytest.mark.parametrize(("api", "method"), CASES)
def test_a_deleted_method_leaves_the_protocols_stub(tmp_path: Path, api: str, method: str) -> None:
    report, path, text = _planted(tmp_path, api, method, mutants.delete)
    line = _line(text, f"class {PROVIDERS[api]}")
    _expect(report, f"{_family(api, method)}02", method, path, line)


@pytest.mark.parametrize(("api", "method"), WITH_PARAMETERS)
def test_a_renamed_parameter_breaks_calls_by_keyword(tmp_path: Path, api: str, method: str) -> None:
    report, path, text = _planted(tmp_path, api, method, mutants.rename_first_parameter)
    if builtin_contract().apis[api].how_called(method) is Calls.POSITIONAL:
        warned = [f for r in report.records for f in r.result.findings]
        assert [(f.code, f.method, f.severity) for f in warned] == [("PC304", method, Severity.WARNING)]
    else:
        _expect(report, f"{_family(api, method)}03", method, path, _definition(text, method))


@pytest.mark.parametrize(("api", "method"), ASYNC)
def test_a_method_made_sync_gives_the_wrong_kind_of_result(tmp_path: Path, api: str, method: str) -> None:
    report, path, text = _planted(tmp_path, api, method, mutants.make_sync)
    _expect(report, f"{_family(api, method)}06", method, path, _definition(text, method))


@pytest.mark.parametrize(("api", "method"), CASES)
def test_a_further_required_parameter_breaks_every_call(tmp_path: Path, api: str, method: str) -> None:
    report, path, text = _planted(tmp_path, api, method, mutants.add_required_parameter)
    _expect(report, f"{_family(api, method)}03", method, path, _definition(text, method))


def _definition(text: str, method: str) -> int:
    for keyword in ("async def", "def"):
        if f"{keyword} {method}(" in text:
            return _line(text, f"{keyword} {method}(")
    raise LookupError(method)
