"""The same provider in two views, check by check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from provider_conformance import rules
from provider_conformance.contracts.load import load_contract
from provider_conformance.findings import Outcome
from provider_conformance.providers import views
from provider_conformance.run.checks import Result
from provider_conformance.run.engine import execute
from provider_conformance.run.planning import plan

READ_OFF_SOURCE = ("PC1", "PC2", "PC3")
"""The families that need nothing of a provider to be run."""

Told = frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class Difference:
    """A check that the two views do not judge alike."""

    check: str
    source: Result | None
    live: Result | None

    def __str__(self) -> str:
        return f"{self.check}\n  source: {_shown(self.source)}\n  live: {_shown(self.live)}"

    @property
    def explained(self) -> bool:
        """Whether one of the views says that it cannot tell, or does not do what the check needs.

        What cannot be imported has fewer checks in the live view, or skips them.
        """
        if self.source is None:
            return False
        open_outcomes = (Outcome.INCONCLUSIVE, Outcome.SKIPPED)
        if self.source.outcome in open_outcomes:
            return True
        return self.live is None or self.live.outcome in open_outcomes


def results(
    argument: str, view: str, *, api: str | None = None, root: Path, stack: str = "builtin"
) -> dict[str, Result]:
    """What every check of a provider gives in a view."""
    provider = views.load(argument, view=view, api=api, root=root)
    contract = load_contract(stack)
    wanted = [rule for rule in rules.all_rules() if rule.code.startswith(READ_OFF_SOURCE)]
    checks = plan([provider], {provider.name: contract}, wanted, find=views.finder(view))
    return {check.id: execute(check) for check in checks}


def differences(source: dict[str, Result], live: dict[str, Result]) -> list[Difference]:
    """The checks that are not judged alike; without specs in source there are none about them."""
    unread = any(r.outcome is Outcome.INCONCLUSIVE for name, r in source.items() if name.endswith("::PC102"))
    names = source if unread else dict.fromkeys((*source, *live))
    found = (Difference(name, source.get(name), live.get(name)) for name in names)
    return [difference for difference in found if told(difference.source) != told(difference.live)]


def told(result: Result | None) -> tuple[str, Told] | None:
    """What a result says: its outcome, and the findings with their places."""
    if result is None:
        return None
    found = ((f.code, str(f.severity), f"{f.method} {f.location}") for f in result.findings)
    return str(result.outcome), frozenset(found)


def _shown(result: Result | None) -> str:
    if result is None:
        return "no such check"
    lines: Iterable[str] = map(str, result.findings)
    return f"{result.outcome} {result.reason} {' '.join(lines)}"
