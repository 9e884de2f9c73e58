"""Which rule tells a problem of loading, and how it becomes a finding."""

from __future__ import annotations

from typing import Final

from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.package.model import Problem, SpecKind
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


def finding(problem: Problem) -> Finding:
    """The finding that tells ``problem``."""
    place, why, fix = problem.location, problem.why, problem.fix
    return Finding("", Severity.ERROR, problem.message, location=place, why=why, fix=fix)


def reported(code: str, problem: Problem) -> Finding:
    """The finding that rule ``code`` makes of ``problem``.

    Raises:
        NotJudged: Another rule reports it.
    """
    if code_of(problem) != code:
        raise not_loaded(problem)
    return finding(problem)


def not_loaded(problem: Problem) -> NotJudged:
    """Why there is nothing to look at, with the rule that reports it."""
    return NotJudged(problem.message, see=(code_of(problem),))


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
