"""The verdict in words: a line for each provider, and the last line of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from provider_conformance.findings import Level
from provider_conformance.run.report import Record, Report
from provider_conformance.run.verdict import (
    OfProvider,
    Shortfall,
    Verdict,
    is_failure,
    is_only_unseen,
    many,
    overall,
    shortfalls,
)


def line(one: OfProvider, *, strict: bool = False, short: Sequence[Shortfall] = ()) -> str:
    """The verdict on a provider in one line.

    Args:
        one: What is said of it.
        strict: Whether what is only not seen fails the run.
        short: What is below a level that is required.
    """
    provider, contract = one.subject.provider, one.subject.contract
    if one.is_a_stack and contract is not None:
        return f"{contract.title} itself: {one.verdict}; {_counted(len(one.records), one.left_out)}"
    on = f" on {contract.title}" if contract is not None else ""
    if one.is_of_releases:
        return f"{provider.name}: judged by releases alone{_below(short)}"
    if one.verdict is Verdict.PARTIAL:
        words = _partial(one.records, one.left_out)
    else:
        words = _words(one.records, one.verdict, one.level, one.answered, by_source=one.by_source)
    return f"{provider.name}{on}: {words}{_marked(one.records, strict)}{_below(short)}"


def last_line(
    report: Report, said: Sequence[OfProvider], *, strict: bool = False, short: Sequence[Shortfall] = ()
) -> str:
    """The verdict on all providers of a run together, in one line."""
    judged = [one for one in said if not one.is_of_releases and not one.is_a_stack]
    word = Verdict.FAILS if report.unmatched else overall(said)
    if len(said) == 1:
        return line(replace(said[0], verdict=word), strict=strict, short=short)
    specs = many(sum(len(one.specs) for one in judged), "spec")
    on = " and ".join(contract.title for contract in report.stacks)
    answered = (sum(one.answered[0] for one in judged), sum(one.answered[1] for one in judged))
    level = min((one.level for one in judged), default=Level.NONE)
    by_source = bool(judged) and all(one.by_source for one in judged)
    if word is Verdict.PARTIAL:
        words = _partial([r for one in judged for r in one.records], sum(one.left_out for one in judged))
    else:
        words = _words(report.records, word, level, answered, by_source=by_source)
    who = f"{many(len(judged), 'provider')} ({specs}) on {on}"
    return f"{who}: {words}{_marked(report.records, strict)}{_below(short)}"


def _words(
    records: Sequence[Record], verdict: Verdict, level: Level, answered: tuple[int, int], *, by_source: bool
) -> str:
    if verdict is Verdict.BROKEN:
        broken = sum(record.result.broken for record in records)
        return f"broken: {many(broken, 'check')} not judged to the end"
    word = f"{verdict}{' by source' if by_source else ''}"
    if level is Level.NONE:
        return f"{word}, level 0 of 5 (not loaded)"
    reached = f"{word}, level {level.value} of 5 ({level.name.lower()})"
    return f"{reached}; {answered[0]} of {answered[1]} methods answered"


def _partial(records: Sequence[Record], left_out: int) -> str:
    failed = sum(is_failure(record.result) for record in records)
    return f"{Verdict.PARTIAL}: {_counted(len(records), left_out)}, {failed} failed; no verdict"


def _counted(ran: int, left_out: int) -> str:
    return f"{ran} of {many(ran + left_out, 'check')}" if left_out else many(ran, "check")


def _marked(records: Iterable[Record], strict: bool) -> str:
    """That the run fails for what is only not seen."""
    return " (strict)" if strict and any(is_only_unseen(record.result) for record in records) else ""


def _below(short: Sequence[Shortfall]) -> str:
    if not short:
        return ""
    level = max(one.required for one in short)
    return f", below the required level {level.value} ({level.name.lower()})"


def final(report: Report, said: Sequence[OfProvider]) -> Verdict:
    """The word for a run: what is stale or below a required level fails it as well."""
    return Verdict.FAILS if report.unmatched or shortfalls(report, said) else overall(said)


def in_short(report: Report, said: Sequence[OfProvider]) -> tuple[str, str]:
    """What a badge says: the stacks, and the word with the level that all have reached."""
    left = ", ".join(contract.title for contract in report.stacks) or "conformance"
    judged = [one for one in said if not one.is_of_releases]
    word, level = final(report, said), min((one.level for one in judged), default=Level.NONE)
    return left, f"{word} · {level.value}/{max(Level).value}" if judged else f"{word}"
