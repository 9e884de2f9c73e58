"""Rules that say what a test wants them to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provider_conformance.evidence.store import repeated
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Row
from provider_conformance.rules.model import Check


def saying(said: Judgement | Callable[[Subject], Judgement]) -> Check:
    """A rule's function that comes to a judgement."""

    def check(subject: Subject) -> Iterator[Finding | Row]:
        yield from repeated(said(subject) if callable(said) else said)

    return check
