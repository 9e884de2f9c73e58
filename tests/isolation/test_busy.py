"""What was given up on a busy machine is no finding, in whichever process it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Outcome
from provider_conformance.isolation import remote
from provider_conformance.isolation.parent import TIME, Asked, Death
from provider_conformance.package import loading
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.checks import Check
from provider_conformance.run.engine import execute
from provider_conformance.sandbox.containment import Attempt
from provider_conformance.sandbox.limits import Limits
from provider_conformance.sandbox.progress import TooBusyError
from support.packages import FIXTURES, fixture

BUSY = Death(TIME, str(TooBusyError(30)), None, "import", unsure=True)
ASKED = Asked("a_provider", Path(), "auto", None, "auto", Limits())


def check() -> Check:
    rule = next(rule for rule in all_rules() if rule.code == "PC101")
    return Check("hostile_good::PC101", rule, Subject(fixture("hostile_good"), None))


def test_an_import_that_was_given_up_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "import_module", lambda _name: Attempt(error=TooBusyError(30)))
    provider = load_provider(str(FIXTURES / "packages" / "hostile_good"), root=FIXTURES)
    assert provider.problem is None
    assert "too busy" in provider.unseen


def test_nor_is_one_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote.Remote, "_started", lambda _self: BUSY)
    provider = remote.Remote(ASKED).load()
    assert provider.problem is None
    assert "too busy" in provider.unseen


def test_a_check_that_was_given_up_is_inconclusive() -> None:
    def rule() -> Iterator[Finding]:
        raise TooBusyError(30)

    before = check()
    result = execute(replace(before, rule=replace(before.rule, check=rule)))
    assert (result.outcome, result.broken) == (Outcome.INCONCLUSIVE, False)


def test_so_is_one_whose_process_was() -> None:
    assert remote._finding(check(), BUSY) == Judgement(inconclusive=BUSY.message)
