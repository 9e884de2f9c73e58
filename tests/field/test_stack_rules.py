"""The rules about stacks find on each real stack what reading its resolver shows."""

from __future__ import annotations

import pytest

from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts import load_host
from provider_conformance.package.model import Provider
from provider_conformance.rules import rules_of
from provider_conformance.rules.stacks import orders, promises
from provider_conformance.run.engine import judged
from support.field import ENVIRONMENT

EXPECTED = {
    "stack-ls0042": {"PC551", "PC552", "PC553", "PC555", "PC557"},
    "stack-ls0212": {"PC551", "PC552", "PC553", "PC555", "PC557", "PC558"},
    "stack-ls073": {"PC551", "PC552", "PC553", "PC557"},
    "stack-ogx104": {"PC551", "PC552", "PC553", "PC557", "PC558"},
    "stack-ogx150": {"PC553", "PC554", "PC557", "PC558"},
}


@pytest.mark.skipif(ENVIRONMENT not in EXPECTED, reason="nobody has read this stack's resolver")
def test_each_stack_has_the_faults_that_were_read() -> None:
    host = load_host("installed")
    subject = Subject(Provider(host.stack), host=lambda: host)
    found = {
        finding.code for rule in rules_of(orders, promises) for finding in judged(rule, subject).findings
    }
    assert found == EXPECTED[ENVIRONMENT]
