"""When a provider is tried, and what is said where it cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.evidence.resolution import explains
from provider_conformance.evidence.store import Store
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.generated import nothing
from provider_conformance.hosts.trial import WatchedDeps
from provider_conformance.hosts.watching import LookedUp
from provider_conformance.neighbours.standins import stand_in
from provider_conformance.package.model import Implementation, Spec, SpecKind
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import rules_of
from provider_conformance.rules.model import Rule
from provider_conformance.rules.serves import registration
from provider_conformance.rules.starts import resolution
from provider_conformance.run.engine import judged
from provider_conformance.stack.apis.safety import Safety
from provider_conformance.stack.specs import Api, ShieldsProtocolPrivate

WIRED = Path(__file__).parents[2] / "fixtures" / "packages" / "wired"
RULES = rules_of(resolution, registration)


@pytest.fixture(scope="module")
def subject() -> Subject:
    provider = load_provider(str(WIRED), root=WIRED)
    spec = next(spec for spec in provider.specs if spec.provider_type == "serves")
    return Subject(provider, builtin_contract(), spec, builtin_contract().apis["safety"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_on_a_stack_that_is_not_here_nothing_is_tried(subject: Subject, rule: Rule) -> None:
    other = replace(subject, store=Store(), contract=replace(builtin_contract(), stack="ogx", release="9"))
    assert "ogx 9 is not installed here" in judged(rule, other).skipped


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_code_that_is_not_imported_is_not_run(subject: Subject, rule: Rule) -> None:
    unseen = replace(
        subject, store=Store(), provider=replace(subject.provider, not_imported="a requirement is missing")
    )
    assert "a requirement is missing" in judged(rule, unseen).skipped


def test_a_provider_that_needs_what_is_not_here_is_inconclusive(subject: Subject) -> None:
    async def factory(config: object, deps: object) -> object:
        raise ConnectionRefusedError("nobody listens on port 11434")

    conforming = stand_in("Made", [Safety, ShieldsProtocolPrivate], nothing)
    offline = replace(
        subject, store=Store(), implementation=lambda: Implementation(conforming, "given", factory=factory)
    )
    judgements = {rule.code: judged(rule, offline) for rule in RULES if rule.applies(offline)}
    assert all(judgement.inconclusive for judgement in judgements.values() if not judgement.skipped)
    assert not any(judgement.findings for judgement in judgements.values())


def test_what_the_stack_makes_itself_is_not_tried(subject: Subject) -> None:
    assert isinstance(subject.spec, Spec)
    passed_through = replace(subject, store=Store(), spec=replace(subject.spec, kind=SpecKind.PASSTHROUGH))
    assert judged(resolution.not_resolvable, passed_through).skipped


def test_watched_dependencies_tell_every_way_to_look_something_up() -> None:
    undeclared: list[LookedUp] = []
    deps = WatchedDeps({Api.memory: 1}, frozenset({Api.memory}), undeclared)
    assert deps[Api.memory] == 1
    assert deps.get(Api.agents) is None
    assert Api.safety not in deps
    assert deps.pop(Api.telemetry, None) is None
    assert deps.get("memory") is None
    assert [one.name for one in undeclared] == ["Api.agents", "Api.safety", "Api.telemetry", "'memory'"]
    assert {Path(one.place.path).name for one in undeclared} == {Path(__file__).name}
    lines = [one.place.line or 0 for one in undeclared]
    assert lines == [lines[0] + i for i in range(4)]


@pytest.mark.parametrize(
    ("error", "explained"),
    [
        (None, False),
        (KeyError("agents needs memory"), False),
        (ValueError("agents needs something"), False),
        (ValueError("agents needs memory"), True),
    ],
)
def test_an_error_explains_by_naming(error: Exception | None, explained: bool) -> None:
    assert explains(error, "agents", "memory") is explained
