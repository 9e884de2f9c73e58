"""A law as a rule: a few calls on a provider, in a trial of their own, and a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.answers import where
from provider_conformance.evidence.calls import methods_of
from provider_conformance.evidence.courses import Law, course
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.start import Served
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import STATIC
from provider_conformance.findings import Finding, Severity
from provider_conformance.rules.model import Rule, Scope, rule

if TYPE_CHECKING:
    from provider_conformance.calling.client import Broken

_SHAPES: Final = ("PC651", "PC652", "PC653", "PC654", "PC655")
"""The rules that say of one answer what a law then trips over."""
_CRASHES: Final = (*_SHAPES, "PC660", "PC662")
"""Those, and the ones that say of one call that it crashes."""


def law(
    code: str,
    name: str,
    api: str,
    *methods: str,
    why: str,
    fix: str,
    after: tuple[str, ...] = (),
    rests: tuple[str, ...] = (),
    severity: Severity = Severity.ERROR,
    proves: bool = True,
) -> Callable[[Law], Rule]:
    """Make a rule of an asynchronous generator function that is given a client.

    Args:
        code: Its code.
        name: Its name.
        api: The API whose providers it is about.
        methods: What the API has to have for it.
        why: Who relies on it.
        fix: What to do where a finding has no words of its own.
        after: The laws that tell a finding of this one better.
        rests: Methods that the provider may well call itself for these: what those laws say of them counts.
        severity: What its findings weigh, but for those that are warnings by themselves.
        proves: Whether the level needs it: not where a sound provider may well lack what it is about.
    """

    def applies(subject: Subject) -> bool:
        spec = subject.spec
        return (
            spec is not None
            and spec.api == api
            and is_loadable(subject)
            and set(methods) <= set(methods_of(subject))
        )

    def make(function: Law) -> Rule:
        def check(subject: Subject, served: Served) -> Iterator[Finding]:
            found = course(subject, served.first, function)
            yield from (_finding(subject, one) for one in _once(found.broken))
            if found.ended is not None and (found.ended.inconclusive or not found.broken):
                raise found.ended

        check.__doc__ = function.__doc__

        def _finding(subject: Subject, one: Broken) -> Finding:
            return Finding(
                code,
                Severity.WARNING if one.warning else severity,
                one.message,
                one.method,
                location=where(subject, one.method),
                why=why,
                fix=one.fix or fix,
                seen=one.seen,
                through=tuple(dict.fromkeys((*one.through, *methods, *rests))),
                detail="crash" if one.crash else "",
                after=(*_CRASHES, *_earlier(code)) if one.crash else _SHAPES,
            )

        make_rule = rule(
            code,
            name,
            scope=Scope.SPEC,
            severity=severity,
            applies=applies,
            after=(*STATIC, *after),
            proves=proves and severity is Severity.ERROR,
        )
        return make_rule(check)

    return make


def _once(broken: list[Broken]) -> list[Broken]:
    """The first thing that is wrong with each method, errors before warnings; the rest mostly follows."""
    ordered = sorted(broken, key=lambda one: one.warning)
    found: dict[str, Broken] = {}
    for one in ordered:
        found.setdefault(one.method, one)
    return [*found.values()]


def _earlier(code: str) -> tuple[str, ...]:
    """The codes of the laws of the same API in front of one."""
    number = int(code[2:])
    return tuple(f"PC{earlier}" for earlier in range(number - number % 10, number))
