"""Packages of cases that are tried, and the tests of one: each has a file of its own, and so a worker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
import yaml

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.findings import Outcome, Severity
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.checks import Check
from provider_conformance.run.engine import Engine, Policy
from provider_conformance.run.planning import plan
from provider_conformance.run.report import Record
from provider_conformance.sandbox.limits import DEFAULT, Limits, limited

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


@dataclass(frozen=True)
class Judged:
    """A package that was judged by all rules but those that run mypy; ``records`` are about its conduct."""

    planned: tuple[Check, ...]
    engine: Engine
    records: tuple[Record, ...]

    def without(self, *codes: str) -> Engine:
        """The same with some rules left out of the run; what the others said is not found out again."""
        left = frozenset(check.id for check in self.planned if not check.code.startswith(codes))
        return Engine(self.planned, Policy(), left, self.engine.raw)


@cache
def judged(package: str) -> Judged:
    """Judge a package, once for all tests of it."""
    provider = load_provider(str(PACKAGES / package), root=PACKAGES / package)
    assert provider.problem is None
    rules = [rule for rule in all_rules() if not rule.code.startswith(("PC4", "PC9"))]
    planned = tuple(plan([provider], {provider.name: builtin_contract()}, rules))
    engine = Engine(planned, Policy(), frozenset(check.id for check in planned))
    about = {rule.code for rule in TRYING}
    with limited(LIMITS.get(package, DEFAULT)):
        records = tuple(Record(check, engine.judge(check)) for check in planned if check.code in about)
    return Judged(planned, engine, records)


def _left_to(engine: Engine, check: Check) -> tuple[str, ...]:
    """The rules that a skipped check leaves something to; none where it does not apply."""
    said = engine.raw(check)
    if said.findings:
        return (*(code for finding in said.findings for code in finding.after), *check.rule.after)
    return (*said.see, *engine.reporters(said.cause))


@pytest.mark.thorough
class TriedPackage:
    """The rules that try a provider find exactly what is wrong with each case, and nothing else."""

    package: ClassVar[str]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test for each case."""
        metafunc.parametrize("case", expected(self.package))

    def _of_case(self, case: str) -> list[Record]:
        records = judged(self.package).records
        return [r for r in records if r.check.subject.spec and r.check.subject.spec.provider_type == case]

    def test_exactly_the_listed_findings(self, case: str) -> None:
        found = [finding for record in self._of_case(case) for finding in record.result.findings]
        listed = expected(self.package)[case]
        warned = set(listed.get("warning", ()))
        assert {finding.code for finding in found} == set(listed.get("error", ())) | warned
        assert {f.severity for f in found if f.code in warned} <= {Severity.WARNING}

    def test_the_rule_in_question_had_something_to_judge(self, case: str) -> None:
        code = expected(self.package)[case]["rule"]
        outcomes = {r.result.outcome for r in self._of_case(case) if r.check.code == code}
        assert outcomes & {Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED}

    def test_what_others_tell_better_is_found_where_they_are_left_out(self, case: str) -> None:
        whole, codes = judged(self.package), expected(self.package)[case].get("shadowed", ())
        for check in (r.check for r in self._of_case(case) if r.check.code in codes):
            alone = whole.without(*_left_to(whole.engine, check)).judge(check)
            assert [finding.code for finding in alone.findings] == [check.code]

    def test_nothing_passes_for_want_of_the_rule_that_tells_it(self, case: str) -> None:
        """What a check leaves to others is neither passed nor skipped where those are left out."""
        whole = judged(self.package)
        skipped = [r.check for r in self._of_case(case) if r.result.outcome is Outcome.SKIPPED]
        with limited(LIMITS.get(self.package, DEFAULT)):
            for check in skipped:
                if others := _left_to(whole.engine, check):
                    alone = whole.without(*others).judge(check)
                    assert alone.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE), (check.id, alone)

    def test_only_a_case_that_says_so_is_inconclusive(self, case: str) -> None:
        told = {r.check.code for r in self._of_case(case) if r.result.outcome is Outcome.INCONCLUSIVE}
        listed = set(expected(self.package)[case].get("inconclusive", ()))
        assert told == listed, sorted(told ^ listed)
