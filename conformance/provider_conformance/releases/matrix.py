"""From the fits of a provider to what its author wants to know: from where to where, and what broke there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from provider_conformance.contracts.snapshots import Release
from provider_conformance.evidence.fit import Aspect, Fit, Standing, shown
from provider_conformance.findings import Finding, Outcome
from provider_conformance.releases.wording import APIS, IMPORTS, METHODS
from provider_conformance.rules.model import Scope
from provider_conformance.run.checks import Result
from provider_conformance.run.report import Record, Report

_LEFT_OUT: Final = Aspect(Standing.SKIPPED, reason="left out of the run")


@dataclass(frozen=True, slots=True)
class Span:
    """Releases in a row that a provider fits."""

    first: Release
    last: Release

    def __str__(self) -> str:
        first, last = shown(self.first), shown(self.last)
        return first if self.first == self.last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Edge:
    """Where fitting begins or ends: ``broken`` does not fit, and ``fitting`` beside it does.

    ``opens``: the older one is what does not fit. ``findings`` tell what is broken there.
    """

    broken: Release
    fitting: Release
    opens: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A provider over releases, oldest first."""

    provider: str
    fits: tuple[Fit, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The rows of releases that the provider fits, oldest first."""
        return spans(self.fits)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Where fitting begins and ends, oldest first."""
        return edges(self.fits)


def spans(fits: Sequence[Fit]) -> tuple[Span, ...]:
    """The rows of releases that fit, as long as they can be."""
    found: list[Span] = []
    before = False
    for fit in fits:
        if fit.fits:
            first = found.pop().first if before else fit.release
            found.append(Span(first, fit.release))
        before = fit.fits
    return tuple(found)


def edges(fits: Sequence[Fit]) -> tuple[Edge, ...]:
    """The neighbours of which one fits and the other does not."""
    return tuple(
        Edge(later.release, earlier.release, opens=False, findings=later.findings)
        if earlier.fits
        else Edge(earlier.release, later.release, opens=True, findings=earlier.findings)
        for earlier, later in pairwise(fits)
        if earlier.fits != later.fits and earlier.is_broken != later.is_broken
    )


def summary(matrix: Matrix) -> str:
    """What a matrix comes to, in words that go on after the provider's name."""
    found, total = matrix.spans, len(matrix.fits)
    if not found:
        known = "none" if all(fit.is_broken for fit in matrix.fits) else "none that was judged"
        only = shown(matrix.fits[0].release)
        return f"fits {known} of {total} releases" if total > 1 else f"does not fit {only}"
    count = sum(fit.fits for fit in matrix.fits)
    unseen = any(fit.fits and not fit.is_seen for fit in matrix.fits)
    share = f"all {total} releases" if count == total and total > 1 else f"{count} of {total} releases"
    text = "fits " + " and ".join(map(str, found))
    if total > 1:
        text += f" ({share})" if len(found) == 1 else f", with gaps ({share})"
    return f"{text}, as far as could be seen" if unseen else text


def is_of_release(record: Record) -> bool:
    """Whether a check is about a release that need not be installed."""
    return record.check.rule.scope is Scope.RELEASE


def matrices(report: Report) -> tuple[Matrix, ...]:
    """The matrices of a report's providers, of what its checks about releases came to."""
    found: dict[str, dict[Release, dict[str, Aspect]]] = {}
    for record in filter(is_of_release, report.records):
        release = record.check.subject.release
        if release is not None:
            releases = found.setdefault(record.check.provider, {})
            releases.setdefault(release, {})[record.check.code] = _aspect(record.result)
    return tuple(
        Matrix(provider, tuple(Fit(release, *_in_order(by_code)) for release, by_code in releases.items()))
        for provider, releases in found.items()
    )


def _in_order(aspects: Mapping[str, Aspect]) -> tuple[Aspect, Aspect, Aspect]:
    api, imports, methods = (aspects.get(code, _LEFT_OUT) for code in (APIS, IMPORTS, METHODS))
    return api, imports, methods


def _aspect(result: Result) -> Aspect:
    """The aspect that a check's result was made of."""
    if result.findings:
        return Aspect(Standing.BROKEN, result.findings)
    if result.outcome is Outcome.PASSED:
        return Aspect()
    skipped = result.outcome is Outcome.SKIPPED
    return Aspect(Standing.SKIPPED if skipped else Standing.UNSEEN, reason=result.reason)
