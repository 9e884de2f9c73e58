"""Which methods a stack demands of a provider, and what calls on them came to: the rows of the coverage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.answers import nature_of, refusal, wrong_answers
from provider_conformance.evidence.calls import Observed
from provider_conformance.evidence.demands import PUBLIC, is_demanded
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Row, Status
from provider_conformance.package.exceptions import Nature
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import State

if TYPE_CHECKING:
    from provider_conformance.calling.asking import Asked
    from provider_conformance.calling.calling import Seen

_SENSIBLE: Final = (
    "usual",
    "full",
    "whole",
    "streamed",
    "alone",
    "together",
    "first",
    "made",
    "other",
    "waited",
)
"""The calls that a client may well make; the others are made to see what becomes of odd ones."""


_OWN: Final = (State.PRESENT, State.UNSEEN)
_ABSENT: Final = (State.MISSING, State.STUB, State.SHADOWED)


@dataclass(frozen=True, slots=True)
class Written:
    """Whether a provider has a method of its own, and what keeps it from being called.

    Attributes:
        offered: Whether its own class has it: what is inherited from the protocol is not.
        absent: Whether there is nothing to call.
    """

    offered: bool
    absent: bool

    depth = 2

    @classmethod
    def collect(cls, subject: Subject) -> Written:
        """Look a public method up on the implementation.

        Raises:
            NotJudged: There is no implementation to look at.
        """
        found = subject.implementation()
        protocol = subject.api.public if subject.api is not None else None
        if found.cls is None or protocol is None:
            if found.problem is not None:
                raise NotJudged("there is no implementation to judge", see=("PC1",))
            raise NotJudged(found.unseen or "the implementation class was not found", inconclusive=True)
        seen = found.seen(protocol)
        state = look_up(View.of(found.cls), seen.methods[subject.method], seen).state
        return cls(state in _OWN, state in _ABSENT)


@dataclass(frozen=True, slots=True)
class Answered:
    """What calls on one public method came to.

    Attributes:
        row: The same as a row of the coverage.
        first: The first call that tells it, None where none was made.
    """

    row: Row
    first: Seen | None = None

    depth = 2

    @classmethod
    def collect(cls, subject: Subject, found: Observed) -> Answered:
        """Read it off all calls that were made on the provider.

        Raises:
            NotJudged: It was not called.
        """
        asked = found.asked.get(subject.method)
        seen = found.of(subject.method, *_SENSIBLE)
        if asked is None or not seen:
            why = found.unseen.get(subject.method) or found.ended or "no arguments can be made for it"
            raise NotJudged(f"it is not called: {why}", inconclusive=True, see=("PC203",))
        wrong = {id(one) for one, _ in wrong_answers(subject, asked, seen)}
        status, first, reason = _came_to(asked, seen, wrong)
        row = Row(subject.method, PUBLIC, is_demanded(subject), status, len(seen), reason, found.standin)
        return cls(row, first)


def _came_to(asked: Asked, seen: Sequence[Seen], wrong: set[int]) -> tuple[Status, Seen, str]:
    """The status of a method by its calls, the call that tells it, and why there was no answer."""
    right = [one for one in seen if one.answered and id(one) not in wrong]
    if right:
        return Status.ANSWERED, right[0], ""
    for one in seen:
        if failed := _failed(one, wrong):
            return Status.FAILED, one, failed
    return _not_answered(asked, seen)


def _failed(one: Seen, wrong: set[int]) -> str:
    """How a call failed, "" where it did not."""
    if id(one) in wrong:
        return "its answer is not what was promised"
    if one.late:
        return "it does not come back"
    return refusal(one) if nature_of(one) is Nature.CRASH else ""


def _not_answered(asked: Asked, seen: Sequence[Seen]) -> tuple[Status, Seen, str]:
    """The same where no call was answered and none failed."""
    first, natures = seen[0], [nature_of(one) for one in seen]
    if all(nature is Nature.UNSUPPORTED for nature in natures):
        return Status.UNSUPPORTED, first, refusal(first)
    if natures[0] is Nature.NO_BACK_END:
        return Status.NOT_CALLED, first, f"what it works with is not there: {refusal(first)}"
    if natures[0] is Nature.NEIGHBOUR:
        return Status.NOT_CALLED, first, f"what it works with is made up here: {refusal(first)}"
    if needed := next(_made_up_names(asked, first), ""):
        return Status.NOT_CALLED, first, f"no `{needed}` is known that exists: {refusal(first)}"
    return Status.REFUSED, first, refusal(first)


def _made_up_names(asked: Asked, one: Seen) -> Iterator[str]:
    """The places for an identifier into which one was put that nobody has given out."""
    from provider_conformance.neighbours.smallest import WORD  # noqa: PLC0415 - pydantic, late

    for slot in asked.slots:
        identifies = slot.name.endswith(("_id", "_ids", "identifier"))
        if slot.required and identifies and one.values.get(slot.path) in (WORD, "", [WORD]):
            yield slot.name
