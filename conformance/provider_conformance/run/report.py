"""The report of a run: every check that should have run, what came out of it, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from provider_conformance.contracts.model import Contract
from provider_conformance.findings import Finding, Outcome, Status
from provider_conformance.package.model import Provider
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.engine import Policy
from provider_conformance.run.selection import KnownFailure, Unsupported, did_you_mean


@dataclass(frozen=True, slots=True)
class Record:
    """A check, its result, and the seconds that it took."""

    check: Check
    result: Result
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many checks came out how.

    ``warnings`` counts findings, not checks: a check with nothing but warnings passes.
    ``broken`` of the inconclusive ones did not come to an end.
    """

    passed: int = 0
    failed: int = 0
    known: int = 0
    inconclusive: int = 0
    skipped: int = 0
    warnings: int = 0
    broken: int = 0

    @property
    def total(self) -> int:
        """The number of checks."""
        return self.passed + self.failed + self.known + self.inconclusive + self.skipped

    @classmethod
    def of(cls, records: Iterable[Record]) -> Counts:
        """Count the outcomes of ``records``."""
        outcomes: Counter[str] = Counter()
        for record in records:
            outcomes[record.result.outcome] += 1
            outcomes["broken"] += record.result.broken
            if record.result.outcome is not Outcome.KNOWN:
                outcomes["warnings"] += record.result.warnings
        return cls(**outcomes)


@dataclass(frozen=True, slots=True)
class Subjected:
    """A provider and the contract that it was judged by, None where its stack is not known."""

    provider: Provider
    contract: Contract | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known after a run.

    ``records`` holds every check that should have run, in the order of the plan; ``left_out`` are those
    that the user left out; ``unmatched`` are the entries of the user's lists that match nothing (any more);
    ``policy`` is what the user wanted.
    """

    subjects: tuple[Subjected, ...]
    records: tuple[Record, ...]
    left_out: tuple[Check, ...] = ()
    unmatched: tuple[KnownFailure | Unsupported, ...] = ()
    policy: Policy = field(default_factory=Policy)

    @property
    def deselected(self) -> int:
        """How many checks the user has left out."""
        return len(self.left_out)

    @property
    def counts(self) -> Counts:
        """The counts over all providers."""
        return Counts.of(self.records)

    @property
    def findings(self) -> tuple[tuple[Finding, Record], ...]:
        """All findings, each with the first record that has it: one root cause is one finding."""
        unique: dict[str, tuple[Finding, Record]] = {}
        for record in self.records:
            for finding in record.result.findings:
                unique.setdefault(finding.key, (finding, record))
        return tuple(unique.values())

    def of(self, provider: Provider) -> tuple[Record, ...]:
        """The records of one provider."""
        return tuple(record for record in self.records if record.check.provider == provider.name)

    @property
    def stacks(self) -> tuple[Contract, ...]:
        """The contracts that took part, each stack once."""
        contracts = (subject.contract for subject in self.subjects)
        return tuple({contract.title: contract for contract in contracts if contract}.values())


def unmatched(
    known: Iterable[KnownFailure], records: Sequence[Record], planned: Sequence[Check]
) -> tuple[KnownFailure, ...]:
    """The known failures that are none any more, and those that have expired.

    An entry stays unjudged where a check that it is about did not run or came to no
    conclusion, and where the provider that it may be about was not loaded.

    Args:
        known: The entries.
        records: What ran.
        planned: All checks, those that the user left out included.
    """
    providers = {check.provider: check.subject.provider for check in planned}
    unloaded = any(provider.problem for provider in providers.values())
    concluded = {record.check.id: record.result.outcome for record in records}

    def is_stale(entry: KnownFailure) -> bool:
        if entry.expired:
            return True
        outcomes = [concluded.get(check.id) for check in planned if entry.matches(check)]
        if not outcomes:
            return entry.may_concern(providers) and not unloaded
        return all(outcome in (Outcome.PASSED, Outcome.SKIPPED) for outcome in outcomes)

    return tuple(entry for entry in known if is_stale(entry))


def undeclared(
    unsupported: Iterable[Unsupported], records: Sequence[Record], planned: Sequence[Check]
) -> tuple[Unsupported, ...]:
    """The entries about methods that are not supported which are none any more: all of them are answered.

    Args:
        unsupported: The entries.
        records: What ran.
        planned: All checks, those that the user left out included.
    """
    unloaded = any(check.subject.provider.problem for check in planned)
    rows = {record.check.id: record.result.row for record in records}

    def is_stale(entry: Unsupported) -> bool:
        about = [check.id for check in planned if entry.matches(check)]
        if not about:
            return not unloaded
        ran = [rows[name] for name in about if name in rows]
        return bool(ran) and all(row is not None and row.status is Status.ANSWERED for row in ran)

    return tuple(entry for entry in unsupported if is_stale(entry))


def meant(report: Report, entry: KnownFailure | Unsupported) -> str:
    """A clause with what an entry that is about no check was probably meant for, "" where it is about one."""
    if isinstance(entry, KnownFailure) and entry.expired:
        return ""
    checks = [*(record.check for record in report.records), *report.left_out]
    if any(entry.matches(check) for check in checks) or "*" in entry.target:
        return ""  # it is about something that is well by now, or about many things
    if isinstance(entry, Unsupported):
        return did_you_mean(entry.target, [check.target for check in checks if check.rule.covers])
    of_code = [check for check in checks if entry.code.matches(check.code)]
    owner = f"{entry.owner}::" if entry.owner else ""
    word = f"{owner}{entry.code}[{entry.target}]"
    return did_you_mean(word, [check.id if entry.owner else check.name for check in of_code or checks])


def left_out(planned: Iterable[Check], records: Iterable[Record]) -> tuple[Check, ...]:
    """The checks that are planned, and of which there is no record."""
    there = {record.check.id for record in records}
    return tuple(check for check in planned if check.id not in there)


def stale(
    policy: Policy, records: Sequence[Record], planned: Sequence[Check]
) -> tuple[KnownFailure | Unsupported, ...]:
    """All entries of the user's lists that match nothing (any more)."""
    return (*unmatched(policy.known, records, planned), *undeclared(policy.unsupported, records, planned))
