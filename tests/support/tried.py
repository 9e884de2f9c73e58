"""Packages of cases that are tried, and the tests of one: each has a file of its own, and so a worker."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
import yaml

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Outcome
from provider_conformance.providers.limits import DEFAULT, Limits, limited
from provider_conformance.providers.locate import load_provider
from provider_conformance.report import Record
from provider_conformance.rules import all_rules
from provider_conformance.run import run

PACKAGES: Final = Path(__file__).parents[2] / "fixtures" / "packages"
TRIED: Final = ("wired", "registry", "calls", "lifecycle", "hostile")
LIMITS: Final = {"hostile": Limits(seconds=3), "lifecycle": Limits(seconds=10), "calls": Limits(seconds=12)}
"""Cases that do not come back are not waited for as long as usual."""
TRYING: Final = [rule for rule in all_rules() if rule.code.startswith(("PC50", "PC6", "PC7"))]


@cache
def expected(package: str) -> dict[str, dict[str, Any]]:
    """What each case of a package gives."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (PACKAGES / package / "expected.yaml").read_text("utf-8")
    )
    return found


@cache
def _records(package: str) -> tuple[Record, ...]:
    provider = load_provider(str(PACKAGES / package), root=PACKAGES / package)
    assert provider.problem is None
    with limited(LIMITS.get(package, DEFAULT)):
        return run([provider], {provider.name: builtin_contract()}, TRYING).records


@pytest.mark.thorough
class TriedPackage:
    """The rules that try a provider find exactly what is wrong with each case, and nothing else."""

    package: ClassVar[str]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test for each case."""
        metafunc.parametrize("case", expected(self.package))

    def _of_case(self, case: str) -> list[Record]:
        records = _records(self.package)
        return [r for r in records if r.check.subject.spec and r.check.subject.spec.provider_type == case]

    def test_exactly_the_listed_findings(self, case: str) -> None:
        found = {finding.code for record in self._of_case(case) for finding in record.result.findings}
        assert found == set(expected(self.package)[case].get("error", ()))

    def test_the_rule_in_question_had_something_to_judge(self, case: str) -> None:
        code = expected(self.package)[case]["rule"]
        outcomes = {r.result.outcome for r in self._of_case(case) if r.check.code == code}
        assert outcomes & {Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED}

    def test_only_a_case_that_says_so_is_inconclusive(self, case: str) -> None:
        told = {r.check.code for r in self._of_case(case) if r.result.outcome is Outcome.INCONCLUSIVE}
        assert told == set(expected(self.package)[case].get("inconclusive", ()))
