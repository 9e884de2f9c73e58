"""Every rule that tries a provider has cases, and every package of cases is tried."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from provider_conformance.rules import all_rules
from support.defects.laws import LAWS
from support.stored import EXPECTED as STORED
from support.tried import PACKAGES, TRIED, TRYING, expected


def test_every_rule_has_a_defective_and_two_conforming_cases() -> None:
    defective: Counter[str] = Counter()
    conforming: Counter[str] = Counter()
    # What only a stack that stores what is registered asks for is tried in tests/rules/serves/test_stored.py.
    entries = [entry for package in TRIED for entry in expected(package).values()]
    for entry in (*entries, *STORED.values()):
        found = [code for kind in ("error", "warning", "shadowed") for code in entry.get(kind, ())]
        (defective if entry["rule"] in found else conforming)[entry["rule"]] += 1
    assert {rule.code for rule in TRYING if defective[rule.code] < 1} == set()
    assert {rule.code for rule in TRYING if conforming[rule.code] < 2} == set()


def test_every_law_of_the_built_in_stack_has_a_planted_defect() -> None:
    laws = {rule.code for rule in all_rules() if rule.code.startswith("PC88")}
    assert {defect.code for defect in LAWS} == laws


def test_every_package_with_such_cases_is_tried() -> None:
    listed = {path.parent.name for path in PACKAGES.glob("*/expected.yaml")} - {
        "shapes",
        "stored",
        "ogx_laws",
    }  # judged elsewhere
    tests = Path(__file__).parents[1] / "tried"
    assert listed == set(TRIED) == {path.stem.removeprefix("test_") for path in tests.glob("test_*.py")}
