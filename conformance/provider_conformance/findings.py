"""What a check says: findings, their severity and place, and the outcome of a check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum


class Severity(StrEnum):
    """How much a finding weighs.

    An error breaks the provider in the stack it was judged for. A warning is a
    difference that no call of that stack trips over today; it fails a run only
    under ``--provider-strict``.
    """

    ERROR = "error"
    WARNING = "warning"


class Outcome(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in source code; ``line`` counts from 1 and is None where only the file is known."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a provider.

    ``message`` says what is wrong, ``why`` who in the stack trips over it and how,
    ``fix`` what to change. ``detail`` tells two findings of one rule on one method
    apart (a parameter's name, say) and is part of ``key``, which stays the same from
    run to run and does not depend on line numbers or paths. ``methods`` are those that one
    cause breaks, where the finding is about several of them. ``after`` are the codes, or beginnings of
    codes, of rules that tell this one finding better, where they have one of their own. ``through`` are
    the methods that a failing call went through: what is wrong with one of them tells the failure better.
    ``seen`` are lines that can be pasted and run, and show it.
    """

    code: str
    severity: Severity
    message: str
    method: str = ""
    provider: str = ""
    api: str = ""
    location: Location | None = None
    why: str = ""
    fix: str = ""
    detail: str = ""
    provider_type: str = ""
    methods: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Stable identity: ``code:provider:api[provider_type]:method[:detail]``.

        The brackets are there where the finding belongs to one spec of its provider.
        """
        api = f"{self.api}[{self.provider_type}]" if self.provider_type else self.api
        parts = [self.code, self.provider, api, self.method]
        return ":".join([*parts, self.detail] if self.detail else parts)

    def of(self, *, provider: str, api: str, provider_type: str = "") -> Finding:
        """The same finding, attributed to a provider, an API and one of the provider's specs."""
        return replace(self, provider=provider, api=api, provider_type=provider_type)

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        return f"{place}{self.code} {self.message}"


class Level(IntEnum):
    """How far a provider got; each level stands for those below it as well."""

    NONE = 0
    LOADS = 1
    FITS = 2
    STARTS = 3
    SERVES = 4
    KEEPS = 5

    @property
    def title(self) -> str:
        """Number and word: "4 serves"."""
        return f"{self.value} {self.name.lower()}"


class Status(StrEnum):
    """What became of the calls on one method of a provider."""

    ANSWERED = "answered"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"
    FAILED = "failed"
    ABSENT = "absent"
    NOT_CALLED = "not called"


@dataclass(frozen=True, slots=True)
class Row:
    """What was seen of one method of one spec: a row of the coverage.

    Attributes:
        method: Its name.
        kind: "public" for a method that clients see, "registry" for one that the routing table calls.
        demanded: Whether a provider needs it to conform; else it is offered by the provider's own choice.
        status: What became of the calls on it.
        calls: How many were made.
        reason: Why it was not answered, "" where it was.
        standin: Whether the provider's server was the stand-in, whose answers are no proof of the real one.
    """

    method: str
    kind: str
    demanded: bool
    status: Status
    calls: int = 0
    reason: str = ""
    standin: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule found out about one subject, before anything that other rules say is looked at.

    Attributes:
        findings: What is wrong.
        inconclusive: Why something could not be seen, "" where it could.
        skipped: Why the rule does not apply, or leaves it to others. With neither and no findings the
            check passed.
        see: The codes, or beginnings of codes, of the rules that report why this one could not look.
            Where none of them is part of the run or has a finding, the check is inconclusive.
        row: What was seen of a method, from a rule about coverage.
        broken: Whether the rule itself did not come to its end.
        cause: The name of what keeps it from looking, where evidence is not there: the rule that
            reports that cause is one of those to see.
    """

    findings: tuple[Finding, ...] = ()
    inconclusive: str = ""
    skipped: str = ""
    see: tuple[str, ...] = ()
    row: Row | None = None
    broken: bool = False
    cause: str = ""

    @property
    def worst(self) -> Severity | None:
        """The heaviest severity among the findings, None without any."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ERROR in severities:
            return Severity.ERROR
        return Severity.WARNING if severities else None


def left_to(code: str, *more: str, why: str) -> Judgement:
    """A judgement that leaves to other rules what keeps this one from looking.

    Args:
        code: The code of the rule that reports it, or the beginning of several rules' codes.
        more: Further ones.
        why: What it is, as a sentence that goes on with "see PC501".
    """
    return Judgement(skipped=why, see=(code, *more))


PASS = Judgement()
