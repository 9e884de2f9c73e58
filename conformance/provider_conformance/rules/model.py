"""A rule: a code, a name, a page of documentation, and a function that judges a subject."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import wraps
from typing import Any, Final

from provider_conformance.evidence.store import Cause, NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Level, Row, Severity


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


Check = Callable[[Subject], Judgement]

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

    ``applies`` says whether the rule makes a check item of a subject at all (a rule about
    optional methods makes none for a required one); it must not import the provider's code. ``after``
    are the codes, or beginnings of codes, of rules that tell a finding of this one better. ``reports`` are
    the causes of missing evidence that this rule reports. An error keeps a provider below ``level``; where
    the rule ``proves`` that level, so does a check that could not be judged. ``covers`` is the kind of
    methods whose coverage the rule gives, "" for all other rules.
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
) -> Callable[[Callable[..., Any]], Rule]:
    """Make a :class:`Rule` of a function. Nothing is registered: a family lists its rules itself.

    A generator function is given the evidence that the types of its parameters name, and yields findings
    (without a code: it is the rule's) and at most one row of the coverage. Any other function is given the
    subject and returns a judgement.
    """
    stands_for = level or _LEVELS.get(code[:3], Level.KEEPS)

    def make(function: Callable[..., Any]) -> Rule:
        check = _by_evidence(code, function) if inspect.isgeneratorfunction(function) else function
        wanted = applies or (lambda _subject: True)
        return Rule(code, name, severity, scope, check, wanted, level=stands_for, **further)

    return make


def _by_evidence(code: str, function: Callable[..., Iterator[Finding | Row]]) -> Check:
    """A rule over evidence as one over a subject."""

    @wraps(function)
    def check(subject: Subject) -> Judgement:
        found: list[Finding] = []
        row, absent = None, PASS
        try:
            for told in subject.store.given(function, subject):
                if isinstance(told, Row):
                    row = told
                else:
                    found.append(told if told.code else replace(told, code=code))
        except NotJudged as reason:
            absent = reason.judgement
        if not found and row is None:
            return absent
        return replace(absent, findings=tuple(found), row=row)

    return check
