"""What the page shows, as plain data: nothing here is markup yet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from provider_conformance.evidence.fit import Standing, shown
from provider_conformance.findings import Finding, Level, Outcome, Severity, Status
from provider_conformance.releases.matrix import Matrix, matrices, summary
from provider_conformance.reports.html.graph import WIDTH, Graph, graph_of
from provider_conformance.run import last_line, verdict
from provider_conformance.run.account import Account, excerpt, is_accepted, worst_first
from provider_conformance.run.overview import reason_of
from provider_conformance.run.report import Record, Report
from provider_conformance.run.verdict import Covered, OfProvider, OfSpec, Verdict, is_only_unseen

_LEVELS: Final = {
    Level.LOADS: "imports, specs, factory",
    Level.FITS: "signatures and types",
    Level.STARTS: "made and initialized",
    Level.SERVES: "every demanded method answers",
    Level.KEEPS: "laws, restart, shutdown",
}
_LOOKS: Final = {
    Verdict.FAILS: "fails",
    Verdict.BROKEN: "fails",
    Verdict.PARTIAL: "incomplete",
    Verdict.INCOMPLETE: "incomplete",
    Verdict.CONFORMS: "conforms",
}
_SLOWEST: Final = 10
_TO_DO: Final = 5
_LETTERS: Final = ("A", "I", "M")


def view_of(report: Report, account: Account) -> dict[str, Any]:
    """All that the page shows.

    Args:
        report: The report.
        account: How the run was made.
    """
    said = verdict.of_report(report)
    short = verdict.shortfalls(report, said)
    word = last_line.final(report, said)
    specs = [(one, spec) for one in said for spec in one.specs]
    level = min((one.level for one in said if not one.is_of_releases), default=Level.NONE)
    alike = _alike(report, account)
    return {
        "word": word.value,
        "looks": _LOOKS[word],
        "looks_of": {word.value: looks for word, looks in _LOOKS.items()},
        "level": level,
        "sentence": last_line.last_line(report, said, strict=report.policy.strict, short=short),
        "not_evaluated": verdict.not_evaluated(report, said),
        "ladder": _ladder(specs, level),
        "counts": Counter(record.result.outcome.value for record in report.records),
        "warnings": report.counts.warnings,
        "account": account,
        "stacks": [contract.title for contract in report.stacks],
        "to_do": [group for group in alike if not group["accepted"]][:_TO_DO],
        "findings": [group for group in alike if not group["accepted"]],
        "accepted": [group for group in alike if group["accepted"]],
        "errors": sum(len(g["members"]) for g in alike if g["error"] and not g["accepted"]),
        "unmatched": [(entry.fault, entry.text) for entry in report.unmatched],
        "notes": [f"{one.subject.provider.name}: {n}" for one in said for n in one.subject.provider.notes],
        "specs": [_spec(one, spec) for one, spec in sorted(specs, key=_worst)],
        "several": len(said) > 1,
        "coverage": _coverage(specs, alike),
        "unanswered": _unanswered(specs),
        "unseen": Counter(reason for record in report.records if (reason := reason_of(record))).most_common(),
        "graphs": _graphs(said),
        "box_width": WIDTH,
        "matrices": [_matrix(matrix) for matrix in matrices(report)],
        "slowest": _slowest(report.records),
        "seconds": sum(record.duration for record in report.records),
        "checks": len(report.records),
        **_fold(account),
    }


def _fold(account: Account) -> dict[str, Any]:
    started = account.started
    return {
        "started": f"{started:%Y-%m-%d %H:%M:%S} UTC" if started else "",
        "machine_time": f"{started:%Y-%m-%dT%H:%M:%SZ}" if started else "",
    }


def _worst(pair: tuple[OfProvider, OfSpec]) -> tuple[int, int, str, str]:
    spec = pair[1]
    return list(Verdict).index(spec.verdict), spec.level, spec.spec.api, spec.label


def _ladder(specs: Sequence[tuple[OfProvider, OfSpec]], reached: Level) -> list[dict[str, Any]]:
    return [
        {
            "title": level.title,
            "what": what,
            "count": (count := sum(spec.level >= level for _, spec in specs)),
            "share": 100 * count / len(specs) if specs else 0,
            "stops": bool(specs) and level == reached + 1,
        }
        for level, what in _LEVELS.items()
    ]


def _alike(report: Report, account: Account) -> list[dict[str, Any]]:
    """The findings, worst first; what several specs have alike is one of them."""
    groups: dict[tuple[Any, ...], list[tuple[Finding, Record]]] = {}
    for finding, record in worst_first(report):
        known = record.result.reason if is_accepted(record) else ""
        like = finding.code, finding.provider, finding.severity, finding.message, finding.why, finding.fix
        groups.setdefault((*like, known), []).append((finding, record))
    return [
        {
            "finding": members[0][0],
            "record": members[0][1],
            "members": members,
            "error": members[0][0].severity is Severity.ERROR,
            "accepted": is_accepted(members[0][1]),
            "id": anchor(members[0][0]),
            "excerpt": excerpt(members[0][0].location, account.source, before=3, after=3),
            "link": account.link(members[0][0].location),
            "again": account.again(members[0][1].check.id),
        }
        for members in groups.values()
    ]


def anchor(finding: Finding) -> str:
    """What a finding is linked by in the page: the same from run to run."""
    digest = hashlib.sha256(finding.key.encode("utf-8", "backslashreplace")).hexdigest()
    return f"f-{finding.code}-{digest[:10]}"


def _spec(one: OfProvider, spec: OfSpec) -> dict[str, Any]:
    demanded = len(spec.demanded)
    return {
        "provider": one.subject.provider.name,
        "spec": spec,
        "looks": _LOOKS[spec.verdict],
        "share": 100 * spec.answered / demanded if demanded else 0,
        "demanded": demanded,
        "passed": spec.count(Outcome.PASSED),
        "failed": sum(not is_only_unseen(record.result) for record in spec.failed),
        "known": spec.count(Outcome.KNOWN),
        "unseen": sum(bool(reason_of(record)) for record in spec.records),
        "missing": spec.stopped.partition("\n")[0],
    }


def _coverage(
    specs: Sequence[tuple[OfProvider, OfSpec]], alike: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A grid an API and stack: its methods by the specs that have rows of it."""
    linked: dict[tuple[str, ...], str] = {
        (f.provider, f.api, f.provider_type, f.method): group["id"]
        for group in alike
        for f, _ in group["members"]
    }
    grids: dict[tuple[str, str], list[tuple[OfProvider, OfSpec]]] = {}
    for one, spec in specs:
        stack = one.subject.contract.title if one.subject.contract else ""
        if spec.rows:
            grids.setdefault((stack, spec.spec.api), []).append((one, spec))
    return [_grid(stack, api, members, linked) for (stack, api), members in sorted(grids.items())]


def _grid(
    stack: str, api: str, members: Sequence[tuple[OfProvider, OfSpec]], linked: dict[tuple[str, ...], str]
) -> dict[str, Any]:
    methods = dict.fromkeys((c.row.kind, c.row.method) for _, spec in members for c in spec.rows)
    cells = [{(c.row.kind, c.row.method): c for c in spec.rows} for _, spec in members]
    rows = []
    for kind, method in sorted(methods, key=lambda pair: pair[0] != "public"):
        found = [
            _cell(by.get((kind, method)), *member, linked) for member, by in zip(members, cells, strict=True)
        ]
        rows.append({"method": method, "kind": kind, "cells": found})
    return {
        "api": api,
        "stack": stack,
        "columns": [(one.subject.provider.name, spec.label) for one, spec in members],
        "rows": rows,
        "answered": sum(spec.answered for _, spec in members),
        "demanded": sum(len(spec.demanded) for _, spec in members),
    }


def _cell(
    covered: Covered | None, one: OfProvider, spec: OfSpec, linked: dict[tuple[str, ...], str]
) -> dict[str, Any] | None:
    if covered is None:
        return None
    row = covered.row
    place = one.subject.provider.name, spec.spec.api, spec.spec.provider_type, row.method
    words = f"{spec.label}.{row.method}: {row.status}{'' if row.demanded else ', optional'}"
    reason = row.reason.partition("\n")[0]
    return {
        "status": row.status.value.replace(" ", "-"),
        "words": f"{words} ({reason})" if reason else words,
        "link": linked.get(place, ""),
        "demanded": row.demanded,
    }


def _unanswered(specs: Iterable[tuple[OfProvider, OfSpec]]) -> list[dict[str, Any]]:
    """The demanded methods without an answer, by status and reason."""
    reasons: dict[tuple[Status, str], list[tuple[str, str]]] = {}
    for _, spec in specs:
        for row in (covered.row for covered in spec.rows):
            if row.demanded and row.status is not Status.ANSWERED:
                key = row.status, row.reason.partition("\n")[0]
                reasons.setdefault(key, []).append((spec.label, row.method))
    ordered = sorted(reasons.items(), key=lambda item: -len(item[1]))
    return [
        {
            "status": status.value,
            "reason": reason,
            "count": len(places),
            "specs": list(dict.fromkeys(label for label, _ in places)),
            "methods": list(dict.fromkeys(method for _, method in places)),
        }
        for (status, reason), places in ordered
    ]


def _graphs(said: Iterable[OfProvider]) -> list[Graph]:
    """A graph a stack, of all specs that it judges."""
    judged: dict[str, tuple[Any, list[Any]]] = {}
    for one in said:
        if (contract := one.subject.contract) is not None:
            judged.setdefault(contract.title, (contract, []))[1].extend(one.subject.provider.specs)
    graphs = (graph_of(contract, specs) for contract, specs in judged.values())
    return [graph for graph in graphs if graph is not None]


def _matrix(matrix: Matrix) -> dict[str, Any]:
    ends = {release for span in matrix.spans for release in (span.first, span.last)}
    return {
        "provider": matrix.provider,
        "summary": summary(matrix),
        "cells": [
            {
                "stack": fit.release.stack,
                "release": fit.release.release,
                "looks": "fit" if fit.fits else "no" if fit.is_broken else "blank",
                "letters": "".join(
                    letter
                    for letter, aspect in zip(_LETTERS, fit.aspects, strict=True)
                    if aspect.standing is Standing.BROKEN
                ),
                "edge": fit.release in ends,
                "words": "; ".join([shown(fit.release), *(f.message for f in fit.findings[:2])]),
            }
            for fit in matrix.fits
        ],
        "edges": [
            {
                "release": shown(edge.broken),
                "when": "does not fit yet" if edge.opens else "does not fit any more",
                "findings": edge.findings[:4],
                "more": max(len(edge.findings) - 4, 0),
            }
            for edge in matrix.edges
        ],
    }


def _slowest(records: Sequence[Record]) -> list[dict[str, Any]]:
    found = sorted(records, key=lambda record: -record.duration)[:_SLOWEST]
    top = found[0].duration if found else 0
    return [{"record": r, "share": 100 * r.duration / top} for r in found if r.duration > 0]
