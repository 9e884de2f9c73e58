"""One defect of behaviour in a reference provider is found by the rule that is about it, and by no other."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from provider_conformance.rules import all_rules
from provider_conformance.run.report import Report
from provider_conformance.sandbox.limits import Limits
from support import mutants
from support.defects.all_defects import DEFECTS
from support.defects.model import Defect

pytestmark = pytest.mark.thorough

TRYING = [rule for rule in all_rules() if rule.code.startswith(("PC50", "PC6", "PC7"))]
LAWS = [rule for rule in all_rules() if rule.code.startswith("PC8")]
judged = contextmanager(mutants.judged)


def _codes(report: Report) -> set[str]:
    return {finding.code for record in report.records for finding in record.result.findings}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code}-{defect.name}")
def test_a_planted_defect_is_found_by_its_rule_and_by_no_other(tmp_path: Path, defect: Defect) -> None:
    project = defect.plant(tmp_path)
    # A defect of single calls breaks many laws as well: what tells it better is tried by itself.
    rules = [*TRYING, *LAWS] if defect.code.startswith("PC8") else TRYING
    with judged(project, defect.package, rules, Limits(seconds=defect.patience)) as report:
        shutil.rmtree(project)
        assert _codes(report) == {defect.code}


def test_at_least_thirty_kinds_are_planted() -> None:
    assert len(DEFECTS) >= 60
    assert len({defect.code for defect in DEFECTS} & {rule.code for rule in TRYING}) >= 30


def test_no_two_defects_are_the_same() -> None:
    assert set(Counter(defect.name for defect in DEFECTS).values()) == {1}
    assert set(Counter(defect.edits for defect in DEFECTS).values()) == {1}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code}-{defect.name}")
def test_a_defect_is_in_its_copy_and_still_python(tmp_path: Path, defect: Defect) -> None:
    for path in defect.plant(tmp_path).rglob("*.py"):
        compile(path.read_text("utf-8"), str(path), "exec")
