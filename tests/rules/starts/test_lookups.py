"""What is looked up in `deps` by the wrong key is told with the right one, at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Finding
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import rules_of
from provider_conformance.rules.starts import lookups
from provider_conformance.run.planning import run

WIRED = Path(__file__).parents[3] / "fixtures" / "packages" / "wired"


@pytest.fixture(scope="module")
def found() -> dict[str, Finding]:
    provider = load_provider(str(WIRED), root=WIRED)
    report = run([provider], {provider.name: builtin_contract()}, rules_of(lookups))
    return {f.provider_type: f for record in report.records for f in record.result.findings}


def test_a_text_that_means_an_api_is_told_with_its_member(found: dict[str, Finding]) -> None:
    told = found["looks_up_a_text"]
    assert told.message == "it looks up the text 'telemetri' in `deps`, whose keys are members of `Api`"
    assert told.fix == (
        "write `deps[Api.telemetry]`, and declare `Api.telemetry` in the spec's `api_dependencies`"
    )


def test_what_is_declared_need_not_be_declared_again(found: dict[str, Finding]) -> None:
    assert found["looks_up_a_text_for_declared"].fix == "write `deps[Api.memory]`"


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("looks_up_a_text", 'provider.telemetry = deps["telemetri"]'),
        ("looks_up_a_text_for_declared", 'provider.memory = deps.get("memory")'),
        ("looks_up_undeclared", "provider.telemetry = deps.get(Api.telemetry)"),
    ],
)
def test_the_line_is_that_of_the_look_up(found: dict[str, Finding], case: str, line: str) -> None:
    place = found[case].location
    assert place is not None
    assert Path(place.path).read_text("utf-8").splitlines()[(place.line or 1) - 1].strip() == line
