"""The source view of a whole stack's own providers, against the live one where that can import them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from provider_conformance.findings import Outcome
from provider_conformance.providers import views
from provider_conformance.run.checks import Result
from support.field import only
from support.views import Difference, differences, results

REGISTRY = "ogx.providers.registry"


@only("stack-ogx150")
def test_every_provider_of_the_stack_gets_a_verdict_from_source(tmp_path: Path) -> None:
    provider = views.load(REGISTRY, view="source", root=tmp_path)
    judged = results(REGISTRY, "source", root=tmp_path, stack="ogx")
    assert len(provider.specs) == 64
    assert not [result.reason for result in judged.values() if result.broken]
    outcomes = Counter(result.outcome for result in judged.values())
    assert outcomes[Outcome.PASSED] > 4_000
    assert [result.reason for result in judged.values() if result.outcome is Outcome.INCONCLUSIVE] == []


@only("stack-ogx150")
def test_source_contradicts_the_live_view_nowhere(tmp_path: Path) -> None:
    source = results(REGISTRY, "source", root=tmp_path, stack="ogx")
    live = results(REGISTRY, "live", root=tmp_path, stack="ogx")
    assert not [str(one) for one in differences(source, live) if not one.explained]
    assert both_decide(source, live) > 1_500


def both_decide(source: dict[str, Result], live: dict[str, Result]) -> int:
    decided = (Outcome.PASSED, Outcome.FAILED)
    pairs = (Difference(name, source[name], live.get(name)) for name in source)
    return sum(
        one.live is not None and one.live.outcome in decided and source[one.check].outcome in decided
        for one in pairs
    )
