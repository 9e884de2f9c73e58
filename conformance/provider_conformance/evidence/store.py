"""Evidence by its type: collected once, kept, and handed to whatever asks for it in its parameters.

A rule and a piece of evidence say what they need by the types of their parameters, as tests name fixtures.
A :class:`~provider_conformance.evidence.subject.Subject` is what there is before anything is collected.
What could not be collected is kept as well, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from inspect import signature
from typing import Any, Final, Protocol, TypeVar, get_type_hints

from provider_conformance.findings import Finding, Judgement, Row
from provider_conformance.sandbox.progress import TooBusyError

E = TypeVar("E")


class Cause(StrEnum):
    """Why evidence is not there; each is reported by one rule, see the argument ``reports`` of rules."""

    UNDECLARED = "it looks up what it does not declare"
    NOT_STARTED = "it was not started"
    REFUSED = "the stack refuses it"
    NOT_STARTED_AGAIN = "it does not start again"


class NotJudged(BaseException):
    """Evidence is not there, or a rule does not apply.

    It is no Exception: code that tries a provider and goes on whatever happens has to let it pass. It is
    never raised inside a trial, where everything is caught.

    Attributes:
        why: The reason, as a sentence.
        inconclusive: Whether there is something to judge that could not be seen.
        see: The codes of the rules that report it, beside those that report the cause.
        cause: What is behind it.
    """

    def __init__(
        self, why: str, *, inconclusive: bool = False, see: tuple[str, ...] = (), cause: Cause | None = None
    ) -> None:
        super().__init__(why)
        self.why, self.inconclusive, self.see, self.cause = why, inconclusive, see, cause

    @classmethod
    def of(cls, judgement: Judgement) -> NotJudged:
        """What a judgement says that is no whole one."""
        why = judgement.inconclusive or judgement.skipped
        return cls(why, inconclusive=bool(judgement.inconclusive), see=judgement.see, cause=_cause(judgement))

    @property
    def judgement(self) -> Judgement:
        """The same as what a rule says."""
        cause = self.cause.name if self.cause else ""
        if self.inconclusive:
            return Judgement(inconclusive=self.why, see=self.see, cause=cause)
        return Judgement(skipped=self.why, see=self.see, cause=cause)


def repeated(judgement: Judgement) -> Iterator[Finding | Row]:
    """What a rule yields that says the same as a judgement that was made elsewhere.

    Raises:
        NotJudged: What keeps the judgement from being a whole one.
        RuntimeError: The rule did not come to its end there.
    """
    if judgement.broken:
        raise RuntimeError(judgement.inconclusive)
    yield from judgement.findings
    if judgement.row is not None:
        yield judgement.row
    if judgement.skipped or judgement.inconclusive:
        raise NotJudged.of(judgement)


def _cause(judgement: Judgement) -> Cause | None:
    return Cause[judgement.cause] if judgement.cause else None


class Target(Protocol):
    """What evidence is collected of."""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others of the same provider: its spec, its member."""


@cache
def wants(function: Any) -> tuple[Any, ...]:
    """The types of a function's parameters, which have to be there when it runs."""
    hints = get_type_hints(function)
    return tuple(hints[name] for name in signature(function).parameters)


_OF_A_SPEC: Final = 1
"""How much of a subject's key most evidence depends on; a ``depth`` of 2 is that of the member, too."""


@dataclass(slots=True, eq=False)
class Store:
    """The evidence of one provider."""

    _kept: dict[tuple[Any, tuple[object, ...]], Any] = field(default_factory=dict)

    def get(self, kind: type[E], target: Target) -> E:
        """A piece of evidence, collected now or before.

        Args:
            kind: Its class, whose ``collect`` names in its parameters what it is made of.
            target: What it is collected of.

        Raises:
            NotJudged: It is not there.
        """
        if isinstance(target, kind):
            return target
        key = (kind, target.key[: getattr(kind, "depth", _OF_A_SPEC)])
        if key not in self._kept:
            try:
                self._kept[key] = self.given(kind.collect, target)  # type: ignore[attr-defined]
            except NotJudged as absent:
                self._kept[key] = absent
            except TooBusyError as busy:
                # For all that ask: each would wait for it again.
                self._kept[key] = NotJudged(str(busy), inconclusive=True)
        found = self._kept[key]
        if isinstance(found, NotJudged):
            raise found.with_traceback(None)
        kept: E = found
        return kept

    def find(self, kind: type[E], target: Target) -> E | None:
        """A piece of evidence that is asked for only where it is needed; None where it is not there."""
        try:
            return self.get(kind, target)
        except NotJudged:
            return None

    def given(self, function: Callable[..., E], target: Target) -> E:
        """What a function returns that is given the evidence which its parameters name."""
        return function(*(self.get(kind, target) for kind in wants(function)))

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
