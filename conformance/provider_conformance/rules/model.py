"""A rule: a code, a name, a page of documentation, and a function that judges evidence."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from provider_conformance.evidence.store import Cause
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Level, Row, Severity


class Scope(StrEnum):
    """What a rule is applied to, once for each."""

    PROVIDER = "provider"
    SPEC = "spec"
    PUBLIC = "public method"
    PRIVATE = "private method"
    CALLED = "method called without a protocol"
    STACK = "stack"
    MEMBER = "member of either protocol"
    RELEASE = "release"


Check = Callable[..., Iterator[Finding | Row]]
"""A function of evidence: it is given what the types of its parameters name, and yields what it finds."""

_LEVELS: Final = {
    "PC1": Level.LOADS,
    "PC2": Level.FITS,
    "PC3": Level.FITS,
    "PC4": Level.FITS,
    "PC5": Level.STARTS,
    "PC6": Level.SERVES,
}
"""The level that a family of rules stands for; all others stand for the last."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A coded check.

    ``check`` yields findings (without a code: it is the rule's) and at most one row of the coverage, or
    raises :class:`~provider_conformance.evidence.store.NotJudged`. ``applies`` says whether the rule makes
    a check item of a subject at all (a rule about optional methods makes none for a required one); it must
    not import the provider's code. ``after`` are the codes, or beginnings of codes, of rules that tell a
    finding of this one better. ``reports`` are the causes of missing evidence that this rule reports. An
    error keeps a provider below ``level``; where the rule ``proves`` that level, so does a check that could
    not be judged. ``covers`` is the kind of methods whose coverage the rule gives, "" for all other rules.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    check: Check
    applies: Callable[[Subject], bool] = field(default=lambda _subject: True)
    after: tuple[str, ...] = ()
    reports: tuple[Cause, ...] = ()
    level: Level = Level.KEEPS
    proves: bool = False
    covers: str = ""

    @property
    def documentation(self) -> str:
        """The rule's page: the cleaned docstring of its function."""
        return inspect.getdoc(self.check) or ""


def rule(
    code: str,
    name: str,
    *,
    scope: Scope,
    severity: Severity = Severity.ERROR,
    applies: Callable[[Subject], bool] | None = None,
    level: Level | None = None,
    **further: Any,
) -> Callable[[Check], Rule]:
    """Make a :class:`Rule` of a generator function. Nothing is registered: a family lists its rules itself.

    Raises:
        TypeError: The function is no generator function.
    """
    stands_for = level or _LEVELS.get(code[:3], Level.KEEPS)

    def make(check: Check) -> Rule:
        if not inspect.isgeneratorfunction(check):
            raise TypeError(f"the function of rule {code} yields nothing")
        wanted = applies or (lambda _subject: True)
        return Rule(code, name, severity, scope, check, wanted, level=stands_for, **further)

    return make
