"""What a run says of its providers: how far each got, which methods were answered, and the verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from provider_conformance.evidence.demands import PUBLIC, is_demanded, needs, unseen_row
from provider_conformance.findings import Level, Outcome, Row, Status
from provider_conformance.package.model import Spec
from provider_conformance.rules.model import Scope
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.engine import DECLARED, Policy
from provider_conformance.run.report import Record, Report, Subjected

_UNSEEN: Final = (Outcome.INCONCLUSIVE, Outcome.SKIPPED)
_DONE: Final = (Status.ANSWERED, Status.UNSUPPORTED)


class Verdict(StrEnum):
    """The word that a run ends with; the one that says least comes first."""

    FAILS = "fails"
    BROKEN = "broken"
    PARTIAL = "partial"
    INCOMPLETE = "incomplete"
    CONFORMS = "conforms"


@dataclass(frozen=True, slots=True)
class Covered:
    """A row of the coverage, and the check that gives it."""

    row: Row
    check: Check


@dataclass(frozen=True, slots=True)
class OfSpec:
    """What is said of one spec.

    Attributes:
        spec: The spec.
        label: What its checks' ids call it.
        records: Its checks.
        rows: Its coverage.
        level: How far it got.
        stopped: Why it got no further, "" at the last level.
        verdict: The word.
    """

    spec: Spec
    label: str
    records: tuple[Record, ...]
    rows: tuple[Covered, ...]
    level: Level
    stopped: str
    verdict: Verdict

    @property
    def demanded(self) -> list[Row]:
        """The public methods that the stack demands."""
        return [c.row for c in self.rows if c.row.kind == PUBLIC and c.row.demanded]

    @property
    def answered(self) -> int:
        """How many of them were answered."""
        return sum(row.status is Status.ANSWERED for row in self.demanded)

    @property
    def standin(self) -> bool:
        """Whether it was served over the stand-in: what that answers is no proof of the real server."""
        return any(covered.row.standin for covered in self.rows)

    @property
    def failed(self) -> list[Record]:
        """The checks that failed."""
        return [record for record in self.records if record.result.outcome is Outcome.FAILED]

    def count(self, outcome: Outcome) -> int:
        """How many checks came out so."""
        return sum(record.result.outcome is outcome for record in self.records)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A spec, or a provider without any, that is below the level that is required of it."""

    provider: str
    provider_type: str
    required: Level


@dataclass(frozen=True, slots=True)
class OfProvider:
    """What is said of one provider: the least of what is said of its specs.

    Attributes:
        subject: The provider and its contract.
        records: Its checks, but for those by other releases.
        specs: What is said of its specs.
        level: The lowest of its specs' levels.
        verdict: The word.
        left_out: How many of its checks the user has left out: a verdict takes all of them.
    """

    subject: Subjected
    records: tuple[Record, ...]
    specs: tuple[OfSpec, ...]
    level: Level
    verdict: Verdict
    left_out: int = 0

    @property
    def is_of_releases(self) -> bool:
        """Whether it was judged by releases alone: the matrix says all there is."""
        return not self.records and self.subject.contract is None and not self.subject.provider.problem

    @property
    def is_a_stack(self) -> bool:
        """Whether it is a stack that was judged."""
        return _is_a_stack(self.subject)

    @property
    def by_source(self) -> bool:
        """Whether its code was not run."""
        return bool(self.subject.provider.not_imported)

    @property
    def answered(self) -> tuple[int, int]:
        """How many of the demanded public methods were answered, and how many there are."""
        return sum(spec.answered for spec in self.specs), sum(len(spec.demanded) for spec in self.specs)


def _is_a_stack(subject: Subjected) -> bool:
    contract, provider = subject.contract, subject.provider
    return contract is not None and not provider.specs and provider.name == contract.stack


def row_of(record: Record, policy: Policy) -> Row | None:
    """The row of the coverage that a check gives, None where it gives none.

    A demanded method of which nothing was seen has a row as well: "not called", with the reason, or
    "unsupported" where the user has declared that.
    """
    rule, result, subject = record.check.rule, record.result, record.check.subject
    if not rule.covers or result.row is not None:
        return result.row
    if result.outcome is Outcome.PASSED or result.findings:
        return None
    row = unseen_row(subject, rule.covers, why_unseen(result))
    if not row.demanded:
        return None
    if declared := _declared(record.check, policy):
        return replace(row, demanded=False, status=Status.UNSUPPORTED, reason=declared)
    return row


def _declared(check: Check, policy: Policy) -> str:
    """That the user has declared the method of a check as not supported, "" where it is not."""
    entries = (entry for entry in policy.unsupported if fnmatchcase(check.target, entry.target))
    return next((f"{DECLARED}: {entry.reason}" for entry in entries if check.subject.method), "")


def of_report(report: Report) -> tuple[OfProvider, ...]:
    """What is said of each provider of a run."""
    return tuple(_of_provider(report, subject) for subject in report.subjects)


def _of_provider(report: Report, subject: Subjected) -> OfProvider:
    records = [r for r in report.of(subject.provider) if r.check.rule.scope is not Scope.RELEASE]
    whole = [record for record in records if record.check.subject.spec is None]
    left = sum(_is_of(check, subject) for check in report.left_out)
    partial, policy = left > 0, report.policy
    specs = tuple(
        _of_spec(spec, label, own, whole, policy, partial=partial) for spec, label, own in _by_spec(records)
    )
    level = min((spec.level for spec in specs), default=Level.NONE)
    if subject.provider.problem is not None:
        level = Level.NONE
    everything = _is_a_stack(subject) and all(_is_concluded(record.result) for record in records)
    words = [spec.verdict for spec in specs]
    words = words or [_word(whole, Level.KEEPS if everything else level, partial=partial)]
    first = _word(whole, Level.KEEPS, partial=partial)
    word = min([*words, first], key=list(Verdict).index)
    return OfProvider(subject, tuple(records), specs, level, word, left)


def _is_of(check: Check, subject: Subjected) -> bool:
    return check.provider == subject.provider.name and check.rule.scope is not Scope.RELEASE


def _by_spec(records: Iterable[Record]) -> Iterator[tuple[Spec, str, list[Record]]]:
    found: dict[int, tuple[Spec, str, list[Record]]] = {}
    for record in records:
        spec, method = record.check.subject.spec, record.check.subject.method
        if spec is not None:
            label = record.check.target.removesuffix(f".{method}") if method else record.check.target
            found.setdefault(id(spec), (spec, label, []))[2].append(record)
    yield from found.values()


def _of_spec(
    spec: Spec,
    label: str,
    records: Sequence[Record],
    whole: Sequence[Record],
    policy: Policy,
    *,
    partial: bool,
) -> OfSpec:
    told = ((row_of(record, policy), record.check) for record in records)
    rows = tuple(Covered(row, check) for row, check in told if row is not None)
    level, stopped = _level([*whole, *records], rows, policy)
    verdict = _word(records, level, partial=partial)
    return OfSpec(spec, label, tuple(records), rows, level, stopped, verdict)


def _word(records: Iterable[Record], level: Level, *, partial: bool) -> Verdict:
    results = [record.result for record in records]
    if any(is_failure(result) for result in results):
        return Verdict.FAILS
    if any(result.broken for result in results):
        return Verdict.BROKEN
    if partial:
        return Verdict.PARTIAL
    return Verdict.CONFORMS if level >= Level.SERVES else Verdict.INCOMPLETE


def is_failure(result: Result) -> bool:
    """Whether something is wrong; what is only not seen may fail the run all the same, if it is strict."""
    return result.outcome is Outcome.FAILED and bool(result.findings)


def is_only_unseen(result: Result) -> bool:
    """Whether a check failed for nothing but that something could not be seen, in a strict run."""
    return result.outcome is Outcome.FAILED and not result.findings


def _is_concluded(result: Result) -> bool:
    """Whether a check told all that it could; one that does not apply did."""
    return result.outcome is not Outcome.INCONCLUSIVE and not is_only_unseen(result)


def why_unseen(result: Result) -> str:
    """Why a check came to no conclusion, in the same words whether or not the run is strict."""
    return result.reason.removeprefix("inconclusive: ") if is_only_unseen(result) else result.reason


def _is_unseen(result: Result) -> bool:
    """Whether a check came to no conclusion."""
    return result.outcome in _UNSEEN or is_only_unseen(result)


def _level(records: Sequence[Record], rows: Sequence[Covered], policy: Policy) -> tuple[Level, str]:
    """The highest level whose gate and all gates below are passed, and what stopped at the next."""
    reached = Level.NONE
    for level in Level:
        if level is Level.NONE:
            continue
        if stopped := _stop(level, records, rows, policy):
            return reached, stopped
        reached = level
    return reached, ""


def _stop(level: Level, records: Sequence[Record], rows: Sequence[Covered], policy: Policy) -> str:
    """Why a level is not reached, "" where it is."""
    own = [record for record in records if record.check.rule.level is level]
    failed = dict.fromkeys(r.check.code for r in own if is_failure(r.result))
    if failed:
        return f"{', '.join(failed)} failed"
    proving = [record for record in own if record.check.rule.proves and _is_asked(record, policy)]
    unseen = next((record for record in proving if _is_unseen(record.result)), None)
    if unseen is not None:
        return why_unseen(unseen.result) or f"{unseen.check.code} was not judged"
    if level in _NEED_PROOF and not proving:
        return "not looked at"
    return _not_served(rows, records) if level is Level.SERVES else ""


_NEED_PROOF: Final = (Level.STARTS, Level.KEEPS)
"""The levels that nobody reaches without anything that proves them."""


def _is_asked(record: Record, policy: Policy) -> bool:
    """Whether a proof is asked for: of a method only where the stack demands it."""
    subject = record.check.subject
    if not subject.method:
        return True
    if _declared(record.check, policy):
        return False
    if record.check.rule.scope is Scope.PRIVATE:
        return needs(subject)
    return is_demanded(subject)


def _not_served(rows: Sequence[Covered], records: Sequence[Record]) -> str:
    known = (r.result.findings for r in records if r.result.outcome is Outcome.KNOWN)
    accepted = {finding.method for findings in known for finding in findings}
    demanded = [covered.row for covered in rows if covered.row.demanded]
    left = next((row for row in demanded if not _is_settled(row, accepted)), None)
    if left is not None:
        return left.reason or f"{left.method} is not answered"
    if not any(row.row.status is Status.ANSWERED for row in rows if row.row.kind == PUBLIC):
        return "no method is answered"
    return ""


def _is_settled(row: Row, accepted: Collection[str]) -> bool:
    """Whether nothing is open about a demanded method: a failure that was seen may be accepted."""
    return row.status in _DONE or (row.status is Status.FAILED and row.method in accepted)


def overall(said: Sequence[OfProvider]) -> Verdict:
    """The word for all providers together: the one that says least."""
    return min((one.verdict for one in said), key=list(Verdict).index, default=Verdict.INCOMPLETE)


def not_evaluated(report: Report, said: Sequence[OfProvider]) -> str:
    """Why it is not told whether the required level is reached, "" where it is told or none is required."""
    judged = [one for one in said if not one.is_a_stack]
    left, ran = sum(one.left_out for one in judged), sum(len(one.records) for one in judged)
    if not report.policy.require or not left:
        return ""
    return f"the required level is not evaluated: {left} of {many(left + ran, 'check')} left out"


def shortfalls(report: Report, said: Sequence[OfProvider]) -> tuple[Shortfall, ...]:
    """What is below the level that is required of it; nothing is where checks are left out."""
    found: list[Shortfall] = []
    if not_evaluated(report, said):
        return ()
    policy = report.policy
    for one in said:
        name = one.subject.provider.name
        if one.is_a_stack:
            continue
        for spec in one.specs:
            required = policy.required(spec.spec.provider_type)
            if spec.level < required:
                found.append(Shortfall(name, spec.spec.provider_type, required))
        if not one.specs and one.level < (required := policy.required("")):
            found.append(Shortfall(name, "", required))
    return tuple(found)


def many(count: int, noun: str) -> str:
    """A count with its noun: "1 check", "2 checks"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
