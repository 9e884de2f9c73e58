"""What the stack's loader finds behind a spec: a factory, and the class that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from provider_conformance.contracts.model import Factory
from provider_conformance.evidence.loading import not_loaded
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.model import Implementation
from provider_conformance.protocols import careful
from provider_conformance.protocols.attributes import why_not_assignable
from provider_conformance.providers.implementation import DEFAULT_FACTORIES
from provider_conformance.sandbox.containment import attempt


@dataclass(frozen=True, slots=True, eq=False)
class FoundFactory:
    """A factory that could be looked at.

    Attributes:
        factory: The factory.
        expected: How the stack calls one for a spec of this kind.
        implementation: All that was found behind the spec.
    """

    factory: Callable[..., Any]
    expected: Factory
    implementation: Implementation

    @classmethod
    def collect(cls, subject: Subject) -> FoundFactory:
        """Look behind the spec.

        Raises:
            NotJudged: There is no factory, or it cannot be seen.
        """
        found = subject.implementation()
        if found.factory is None:
            if found.problem is not None:
                raise not_loaded(found.problem)
            raise NotJudged(f"the factory cannot be seen: {found.unseen}", see=("PC110",))
        return cls(found.factory, _expected(subject), found)


def _expected(subject: Subject) -> Factory:
    kind = subject.spec.kind if subject.spec else ""
    known = subject.contract.factories.get(kind) if subject.contract else None
    return known or next((f for k, f in DEFAULT_FACTORIES.items() if k == kind), Factory("get_provider_impl"))


@dataclass(frozen=True, slots=True)
class Taking:
    """How the implementation takes the attributes that the stack sets on it.

    Attributes:
        refused: Those that it does not take, by its class and the reason.
        unseen: What could not be told of others.
    """

    refused: Mapping[tuple[type, str], Sequence[str]]
    unseen: Sequence[str] = ()

    @classmethod
    def collect(cls, subject: Subject) -> Taking:
        """Look at its classes; where these do not tell, at an object that the factory has made.

        Raises:
            NotJudged: There is no class, or the stack is not known.
        """
        if subject.contract is None:
            raise NotJudged("the stack is not known")
        implementation = subject.implementation()
        if implementation.problem is not None:
            raise not_loaded(implementation.problem)
        if implementation.cls is None:
            raise NotJudged(implementation.unseen, inconclusive=True)
        # what the public protocol declares is judged by PC209
        declared = subject.api.public.attributes if subject.api and subject.api.public else {}
        injected = subject.api.injected if subject.api else ()
        wanted = (*subject.contract.attributes, *(name for name in injected if name not in declared))
        found, unseen = _unsettable((implementation.cls, *implementation.alternatives), wanted)
        first = subject.store.find(Start, subject) if unseen else None
        if first is None or not first.witness.made or first.witness.made[0] is None:
            return cls(found, tuple(dict.fromkeys(unseen)))
        return cls({**found, **_refused(first.witness.made[0], wanted)})


def _unsettable(
    classes: Iterable[type], wanted: tuple[str, ...]
) -> tuple[dict[tuple[type, str], list[str]], list[str]]:
    """The attributes that the classes do not take, and what could not be told."""
    refused: dict[tuple[type, str], list[str]] = {}
    unseen = []
    for cls in classes:
        for name in wanted:
            reason, unknown = why_not_assignable(cls, name)
            if reason:
                refused.setdefault((cls, reason), []).append(name)
            unseen += [unknown] if unknown else []
    return refused, unseen


def _refused(made: Any, wanted: tuple[str, ...]) -> dict[tuple[type, str], list[str]]:
    """What an object says that has its own way of taking attributes."""
    refused: dict[tuple[type, str], list[str]] = {}
    for name in wanted:
        error = attempt(partial(setattr, made, name, None)).error
        if error is not None:
            reason = f"its `__setattr__` raises {careful.class_name(type(error))}"
            refused.setdefault((type(made), reason), []).append(name)
    return refused
