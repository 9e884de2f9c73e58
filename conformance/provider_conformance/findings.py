"""What a check says: findings, their severity and place, and the outcome of a check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


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
    run to run and does not depend on line numbers or paths.
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule found out about one subject.

    ``inconclusive`` holds the reason why something could not be seen; ``skipped`` the
    reason why the rule does not apply. With neither and no findings the check passed.
    """

    findings: tuple[Finding, ...] = ()
    inconclusive: str = ""
    skipped: str = ""

    @property
    def worst(self) -> Severity | None:
        """The heaviest severity among the findings, None without any."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ERROR in severities:
            return Severity.ERROR
        return Severity.WARNING if severities else None


PASS = Judgement()
