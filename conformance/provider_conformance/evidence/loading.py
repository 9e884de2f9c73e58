"""Which rule tells a problem of loading, and how it becomes a finding."""

from __future__ import annotations

from typing import Final

from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Severity, left_to
from provider_conformance.package.model import Implementation, Problem, SpecKind
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import (
    IN_FACTORY,
    IN_MODULE,
    NO_FACTORY,
    NO_MODULE,
    NO_SUCH_MODULE,
    NOT_AWAITABLE,
    STACKS_OWN,
)

IMPORT: Final = "PC101"
_CODES: Final = {
    "not-a-provider": "PC102",
    "no-specs": "PC102",
    "spec-invalid": "PC103",
    "spec-error": "PC103",
    "spec-type": "PC103",
    "unknown-api": "PC104",
    STACKS_OWN: "PC105",
    NO_MODULE: "PC110",
    NO_SUCH_MODULE: "PC110",
    IN_MODULE: "PC110",
    NO_FACTORY: "PC111",
    NOT_AWAITABLE: "PC113",
    IN_FACTORY: "PC115",
}


def code_of(problem: Problem) -> str:
    """The one rule that reports ``problem``; the others skip and refer to it."""
    return _CODES.get(problem.kind.partition(":")[0], IMPORT)


def finding(code: str, problem: Problem, severity: Severity = Severity.ERROR) -> Finding:
    """The finding that tells ``problem``."""
    place, why, fix = problem.location, problem.why, problem.fix
    return Finding(code, severity, problem.message, location=place, why=why, fix=fix)


def judge_problem(code: str, problem: Problem | None) -> Judgement | None:
    """The finding where rule ``code`` tells ``problem``, a skip where another one does, None without one."""
    if problem is None:
        return None
    teller = code_of(problem)
    if teller == code:
        return Judgement((finding(code, problem),))
    return left_to(teller, why=problem.message)


def judge_absence(code: str, implementation: Implementation) -> Judgement | None:
    """What rule ``code`` says of an implementation that has no class, None where it has one."""
    if implementation.cls is None and implementation.problem is None:
        return Judgement(inconclusive=implementation.unseen)
    return judge_problem(code, implementation.problem)


def is_given(subject: Subject) -> bool:
    """Whether the class was given by name, so that there is no spec and no factory to judge."""
    return subject.spec is not None and careful.is_class(subject.spec.raw)


def has_spec(subject: Subject) -> bool:
    """Whether there is a spec that the provider wrote."""
    return subject.spec is not None and not is_given(subject)


def is_loadable(subject: Subject) -> bool:
    """Whether the loader builds a provider from the spec, with a factory."""
    return has_spec(subject) and subject.spec is not None and subject.spec.kind is not SpecKind.UNKNOWN


def plural(names: tuple[str, ...]) -> str:
    """Names as a list in a sentence."""
    return ", ".join(f"`{name}`" for name in names)
