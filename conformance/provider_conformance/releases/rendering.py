"""Matrices of providers over releases, as lines for a reader and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from provider_conformance.evidence.fit import Aspect, Fit, Standing, shown
from provider_conformance.findings import Finding
from provider_conformance.releases.matrix import Edge, Matrix, summary

_COLUMNS: Final = ("API", "imports", "methods")
_CELLS: Final = {Standing.OK: "ok", Standing.BROKEN: "NO", Standing.UNSEEN: "?", Standing.SKIPPED: "-"}
_MOST: Final = 4


def lines(matrix: Matrix) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A matrix line by line, each with its markup: the table, what broke at the edges, the verdict."""
    width = max(len(shown(fit.release)) for fit in matrix.fits)
    yield f"{matrix.provider}, releases", ("bold",)
    yield f"    {'':{width}}  {'  '.join(_COLUMNS)}", ()
    for fit in matrix.fits:
        cells = (f"{_CELLS[a.standing]:{len(name)}}" for a, name in zip(fit.aspects, _COLUMNS, strict=True))
        yield f"    {shown(fit.release):{width}}  {'  '.join(cells)}".rstrip(), _markup(fit)
    for edge in matrix.edges:
        yield from _edge(edge)
    if not matrix.spans and len(matrix.fits) > 1:
        yield from _nowhere(matrix)
    yield from ((f"    {line}", ("yellow",)) for line in _unseen(matrix.fits))
    yield from verdict_lines(matrix)


def verdict_lines(matrix: Matrix) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The one line that says which releases fit."""
    colour = "green" if len(matrix.spans) == 1 else "yellow" if matrix.spans else "red"
    yield f"{matrix.provider} {summary(matrix)}", (colour, "bold")


def _markup(fit: Fit) -> tuple[str, ...]:
    return ("green",) if fit.fits and fit.is_seen else ("yellow",) if fit.fits else ("red",)


def _edge(edge: Edge) -> Iterator[tuple[str, tuple[str, ...]]]:
    when = "does not fit yet" if edge.opens else "does not fit any more"
    yield f"    {shown(edge.broken)} {when}:", ()
    yield from _told(edge.findings)


def _nowhere(matrix: Matrix) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is broken where least is, when no release fits."""
    nearest = min(reversed(matrix.fits), key=_distance)
    yield f"    nearest is {shown(nearest.release)}:", ()
    yield from _told(nearest.findings)


def _distance(fit: Fit) -> tuple[bool, int, int]:
    """How far a release is from fitting: are names missing, how many aspects are bad, how much is broken."""
    bad = sum(aspect.standing is not Standing.OK for aspect in fit.aspects)
    return fit.imports.standing is Standing.BROKEN, bad, len(fit.findings)


def _told(findings: Iterable[Finding]) -> Iterator[tuple[str, tuple[str, ...]]]:
    found = [*findings]
    for finding in found[:_MOST]:
        place = f"{finding.location}: " if finding.location else ""
        yield f"        {place}{finding.message}", ()
    if len(found) > _MOST:
        yield f"        and {len(found) - _MOST} more", ()


def _unseen(fits: Iterable[Fit]) -> Iterator[str]:
    """What could not be seen, each reason once with the releases that it is about."""
    reasons: dict[str, list[str]] = {}
    for fit in fits:
        for aspect in fit.aspects:
            if aspect.standing is Standing.UNSEEN:
                reasons.setdefault(aspect.reason, []).append(shown(fit.release))
    for reason, releases in reasons.items():
        where = releases[0] if len(releases) == 1 else f"{releases[0]} and {len(releases) - 1} more"
        yield f"not seen on {where}: {reason}"


def as_data(matrix: Matrix) -> dict[str, Any]:
    """A matrix as plain data."""
    return {
        "provider": matrix.provider,
        "fits": [{"first": _release(span.first), "last": _release(span.last)} for span in matrix.spans],
        "releases": [_fit(fit) for fit in matrix.fits],
        "edges": [
            {
                "broken": _release(edge.broken),
                "fitting": _release(edge.fitting),
                "opens": edge.opens,
                "findings": [finding.key for finding in edge.findings],
                "messages": [str(finding) for finding in edge.findings],
            }
            for edge in matrix.edges
        ],
    }


def _release(release: Any) -> dict[str, str]:
    return {"name": release.stack, "release": release.release}


def _fit(fit: Fit) -> dict[str, Any]:
    api, imports, methods = map(_aspect, fit.aspects)
    return {**_release(fit.release), "fits": fit.fits, "api": api, "imports": imports, "methods": methods}


def _aspect(aspect: Aspect) -> dict[str, Any]:
    return {
        "standing": aspect.standing.value,
        "reason": aspect.reason,
        "messages": [str(finding) for finding in aspect.findings],
    }
