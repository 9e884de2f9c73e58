"""Every rule has its page and its fixtures, and every fixture shows what the manifest says and no more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.rules.model import Rule
from provider_conformance.run.report import Record
from support.packages import FIXTURES, MANIFEST, records_of

HEADINGS = ("What it does", "Why is this bad", "Example", "How to fix", "Source")
LOADING = [rule for rule in all_rules() if rule.code.startswith("PC1")]
EVERY_RULE = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
EVERY_FIXTURE = pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: Path(entry["path"]).name)
DEFECTIVE = [entry for entry in MANIFEST if "errors" in entry or "warnings" in entry]


def _records(entry: dict[str, Any]) -> tuple[Record, ...]:
    return _judged(entry.get("provider", str(FIXTURES / entry["path"])), entry.get("api"))


@cache
def _judged(argument: str, api: str | None) -> tuple[Record, ...]:
    """A package prints only when it is imported for the first time, so each is loaded once."""
    return records_of(load_provider(argument, api=api, root=FIXTURES))


def _codes(findings: Iterable[Finding], severity: Severity) -> set[str]:
    return {
        f"{finding.code}[{finding.method}]" if finding.method else finding.code
        for finding in findings
        if finding.severity is severity
    }


@EVERY_RULE
def test_a_page_has_all_headings_in_their_order(rule: Rule) -> None:
    headings = re.findall(r"^([A-Z][^\n:]*):$", rule.documentation, re.MULTILINE)
    assert tuple(headings) == HEADINGS


@EVERY_RULE
def test_no_heading_of_a_page_is_empty(rule: Rule) -> None:
    parts = re.split(r"^[A-Z][^\n:]*:$", rule.documentation, flags=re.MULTILINE)
    assert all(part.strip() for part in parts)


@EVERY_RULE
def test_a_name_is_short_and_reads_as_one_word(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert re.fullmatch(r"PC\d{3}", rule.code)


def test_no_two_rules_share_a_code_or_a_name() -> None:
    assert len({rule.code for rule in all_rules()}) == len(all_rules())
    assert len({rule.name for rule in all_rules()}) == len(all_rules())


@pytest.mark.parametrize("rule", LOADING, ids=lambda rule: rule.code)
def test_a_loading_rule_has_a_defective_and_two_conforming_fixtures(rule: Rule) -> None:
    own = [entry for entry in MANIFEST if entry["rule"] == rule.code]
    defective = [e for e in own if rule.code in [*e.get("errors", ()), *e.get("warnings", ())]]
    conforming = [e for e in own if "errors" not in e and "warnings" not in e]
    assert len(defective) >= 1
    assert len(conforming) >= 2


def test_every_fixture_package_is_in_the_manifest() -> None:
    listed = {FIXTURES / entry["path"] for entry in MANIFEST}
    assert set((FIXTURES / "packages").glob("pc[0-9]*")) == listed


@EVERY_FIXTURE
def test_a_fixture_shows_exactly_what_the_manifest_says(entry: dict[str, Any]) -> None:
    records = _records(entry)
    findings = [finding for record in records for finding in record.result.findings]
    assert _codes(findings, Severity.ERROR) == set(entry.get("errors", ()))
    assert _codes(findings, Severity.WARNING) == set(entry.get("warnings", ()))


@EVERY_FIXTURE
def test_only_a_fixture_that_says_so_is_inconclusive(entry: dict[str, Any]) -> None:
    inconclusive = [r.check.id for r in _records(entry) if r.result.outcome is Outcome.INCONCLUSIVE]
    assert bool(inconclusive) == entry.get("inconclusive", False), inconclusive


@pytest.mark.parametrize("entry", DEFECTIVE, ids=lambda entry: Path(entry["path"]).name)
def test_a_finding_says_why_how_to_mend_it_and_where_in_the_package(entry: dict[str, Any]) -> None:
    for record in _records(entry):
        for finding in record.result.findings:
            assert finding.message
            assert finding.why
            assert finding.fix
            assert finding.location is not None
            assert (FIXTURES / "packages") in Path(finding.location.path).parents


@pytest.mark.parametrize("entry", DEFECTIVE, ids=lambda entry: Path(entry["path"]).name)
def test_one_root_cause_is_one_finding(entry: dict[str, Any]) -> None:
    findings = [finding for record in _records(entry) for finding in record.result.findings]
    assert len(findings) == 1
