"""A stack's own providers, judged by its snapshot and by the installed stack: the findings are the same.

The providers' own modules are read where they are installed; everything else of the stack, and the
contract, comes from the snapshot, and what the stack itself needs is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from provider_conformance import rules
from provider_conformance.contracts.installed import installed_contract
from provider_conformance.contracts.model import Contract
from provider_conformance.contracts.probe import FAMILIES
from provider_conformance.contracts.snapshots import Release, load
from provider_conformance.findings import Outcome
from provider_conformance.providers import source_view
from provider_conformance.run.checks import Result
from provider_conformance.run.engine import execute
from provider_conformance.run.planning import plan
from provider_conformance.source.reading import environment
from provider_conformance.source.texts import Finder, Found
from support.field import only
from support.views import READ_OFF_SOURCE

OWN = ("inline", "remote", "impls", "adapters", "registry")
"""Where a stack has the providers that come with it."""

EXPLAINED = {
    # In llama-stack 0.0.42 the protocol's default is an object, `SamplingParams()`. The snapshot has its
    # text; that the default `...` of a provider is something else is certain only beside the object.
    ("llama-stack 0.0.42", "PC205", "inference", "vllm", "completion"),
}

Key = tuple[str, str, str, str, str]


def judged(package: str, contract: Contract, root: Path, finders: Sequence[Finder]) -> dict[str, Result]:
    provider = source_view.source_provider(f"{package}.providers.registry", root=root, finders=finders)
    wanted = [rule for rule in rules.all_rules() if rule.code.startswith(READ_OFF_SOURCE)]
    checks = plan([provider], {provider.name: contract}, wanted, find=source_view.source_implementation)
    return {check.id: execute(check) for check in checks}


def findings(title: str, results: dict[str, Result]) -> set[Key]:
    return {
        (title, finding.code, str(finding.api), str(finding.provider_type), str(finding.method))
        for result in results.values()
        for finding in result.findings
    }


def undecided(results: dict[str, Result]) -> set[str]:
    return {name for name, result in results.items() if result.outcome is Outcome.INCONCLUSIVE}


def of_installed_providers(package: str) -> Finder:
    """Answers for the modules of the providers that come with a stack, and for no others."""
    places = tuple(f"{package}.providers.{folder}" for folder in OWN)
    everything = environment()

    def find(name: str) -> Found | None:
        if not any(name == place or name.startswith(f"{place}.") for place in places):
            return None
        return next((found for finder in everything if (found := finder(name)) is not None), None)

    return find


@only("stack-*")
def test_a_snapshot_judges_the_stacks_own_providers_as_the_stack_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = installed_contract()
    snapshot = load(Release(contract.stack, contract.release))
    package = FAMILIES[contract.stack].package
    real = judged(package, contract, tmp_path, ())
    monkeypatch.setattr(source_view, "environment", lambda _extra: ())  # not even pydantic is there
    kept = judged(package, snapshot.contract, tmp_path, (of_installed_providers(package), snapshot.finder))
    assert [*kept] == [*real]
    assert not [result.reason for result in kept.values() if result.broken]
    expected, found = findings(contract.title, real), findings(contract.title, kept)
    assert expected ^ found <= EXPLAINED
    assert expected
    assert len(undecided(kept) - undecided(real)) == len(
        expected - found
    )  # open instead of found, nothing else
