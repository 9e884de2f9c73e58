"""The rules about stored registries find on real stacks what they find on the tests' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from provider_conformance.contracts.installed import installed_contract
from provider_conformance.contracts.probe import FAMILIES, open_stack
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.generated import nothing
from provider_conformance.hosts.installed import InstalledHost, installed_host
from provider_conformance.hosts.installed_specs import inline_spec_class, made
from provider_conformance.hosts.trial import Trial, Witness
from provider_conformance.neighbours.standins import stand_in
from provider_conformance.package.model import Implementation, Provider, Spec, SpecKind
from provider_conformance.rules import rules_of
from provider_conformance.rules.serves import registration
from provider_conformance.run.engine import judged
from support.field import only
from support.stored import EXPECTED, PACKAGE, RULES, case_class

pytestmark = only("stack-ogx150", "stack-ls073", "stack-ls035")


@pytest.fixture(scope="module")
def host() -> InstalledHost:
    return installed_host()


def _class(host: InstalledHost, case: str) -> type:
    """The case as a provider that has the public methods too."""
    public = installed_contract(host.stack).apis["inference"].public
    protocols = [public.live] if public and public.live else []
    return type("Tried", (case_class(case), stand_in("Base", protocols, nothing)), {})


def _trial(host: InstalledHost, cls: type) -> Trial:
    async def factory(config: Any, deps: Mapping[Any, Any]) -> Any:
        return cls()

    resolver: Any = open_stack(FAMILIES[host.stack]).resolver
    spec = made(
        inline_spec_class(resolver),
        api=resolver.Api("inference"),
        provider_type="inline::tried",
        module="nowhere",
        config_class="nowhere.Config",
        pip_packages=[],
        api_dependencies=[],
    )
    return Trial(spec, factory, None, host)


@pytest.mark.parametrize("case", EXPECTED)
def test_exactly_the_listed_findings(host: InstalledHost, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PACKAGE)
    cls = _class(host, case)
    first = Start(_trial(host, cls), Witness(), None)
    monkeypatch.setattr(Start, "collect", lambda: first)
    contract = installed_contract(host.stack)
    spec = Spec("inference", "inline::tried", SpecKind.INLINE, "nowhere", None)
    subject = Subject(
        Provider("stored", (spec,)),
        contract,
        spec,
        contract.apis["inference"],
        implementation=lambda: Implementation(cls),
    )
    rules = [rule for rule in (*RULES, *rules_of(registration)) if rule.applies(subject)]
    judgements = {rule.code: judged(rule, subject) for rule in rules}
    found = {code for code, judgement in judgements.items() if judgement.findings}
    assert found == set(EXPECTED[case].get("error", ()))
