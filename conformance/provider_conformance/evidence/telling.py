"""What the rules about calls judge, and how they and those about registries tell what they have found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.answers import crashed, is_unknowable, refusal, where
from provider_conformance.evidence.calls import Observed
from provider_conformance.evidence.passing import passed_through
from provider_conformance.evidence.registries.listings import Fault
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import places

if TYPE_CHECKING:
    from provider_conformance.calling.asking import Asked
    from provider_conformance.calling.calling import Seen

NONE: Final = "it accepts none of the calls that were made"
HURRIED: Final = "its calls take so long that there was no time for all kinds of them; see --provider-timeout"
STATIC: Final = (
    *("PC201", "PC202", "PC203", "PC206", "PC207"),
    *("PC301", "PC302", "PC303", "PC306", "PC307"),
)
"""The rules that say of a method's source why calls on it go wrong."""
CLOSING: Final = ("closed", "left", "after")
"""The calls that are about leaving a stream."""


@dataclass(frozen=True, slots=True)
class MethodCalls:
    """The calls on one public method, at least one of which was answered.

    Attributes:
        asked: The method as a caller sees it.
        seen: The calls, in their order.
    """

    asked: Asked
    seen: tuple[Seen, ...]

    depth = 2

    @classmethod
    def collect(cls, subject: Subject, found: Observed) -> MethodCalls:
        """Take them from all calls on the provider.

        Raises:
            NotJudged: None was made, or none answered.
        """
        if why := found.unseen.get(subject.method):
            raise NotJudged(f"it is not called: {why}")
        seen = found.of(subject.method)
        if not any(one.answered for one in seen):
            raise _unanswered(seen, found)
        return cls(found.asked[subject.method], tuple(seen))


@dataclass(frozen=True, slots=True)
class StreamCall:
    """An answered call with `stream=True`.

    Attributes:
        seen: The call.
    """

    seen: Seen

    depth = 2

    @classmethod
    def collect(cls, calls: MethodCalls, found: Observed) -> StreamCall:
        """Take the first.

        Raises:
            NotJudged: It was not made, or not answered.
        """
        one = next((one for one in calls.seen if one.label == "streamed"), None)
        if one is None:
            raise NotJudged(found.ended or "it was not called with `stream=True`", inconclusive=True)
        if one.answered:
            return cls(one)
        raise _unanswered([one], found) if one.late or crashed(one) else _refuses_to_stream(one)


@dataclass(frozen=True, slots=True)
class Streams:
    """The calls on one method, at least one of which gave a stream.

    Attributes:
        asked: The method as a caller sees it.
        seen: The calls, in their order.
    """

    asked: Asked
    seen: tuple[Seen, ...]

    depth = 2

    @classmethod
    def collect(cls, calls: MethodCalls) -> Streams:
        """Look for a stream.

        Raises:
            NotJudged: There is none.
        """
        if any(one.answered and one.chunks is not None for one in calls.seen):
            return cls(calls.asked, calls.seen)
        refused = next((one for one in calls.seen if one.label == "streamed" and not one.answered), None)
        if refused is not None and not (refused.late or crashed(refused)):
            raise _refuses_to_stream(refused)
        raise NotJudged("there is no stream to judge", see=("PC652",))


def _refuses_to_stream(one: Seen) -> NotJudged:
    return NotJudged(f"it refuses to stream: {refusal(one)}")


def _unanswered(seen: Sequence[Seen], found: Observed) -> NotJudged:
    """Why there is nothing to judge where no call was answered."""
    if not seen:
        return NotJudged(found.ended or "no arguments can be made for it", inconclusive=True)
    if any(one.late for one in seen):
        return NotJudged("it does not come back", see=("PC659",))
    first = seen[0]
    if why := is_unknowable(first):
        return NotJudged(why, inconclusive=True)
    if first.misled:
        return NotJudged(f"what it asks of a dependency is wrong: {refusal(first)}", see=("PC662",))
    if crashed(first) and not found.helped:
        return NotJudged(f"it crashes: {refusal(first)}", see=("PC660",))
    return NotJudged(f"{NONE}: {refusal(first)}")


def finding(
    subject: Subject, one: Seen, message: str, fix: str, severity: Severity = Severity.ERROR
) -> Finding:
    """A finding about a call, with the line that repeats it and who makes such calls in the stack."""
    calls = subject.api.calls.get(one.method, ()) if subject.api else ()
    who = f"; called by {calls[0].by}" if calls else ""
    why = f"seen with\n    {one.text}{who}"
    place = one.place or where(subject, one.method)
    through = passed_through(one.error, subject.implementation().cls)
    return Finding("", severity, message, one.method, location=place, why=why, fix=fix, through=through)


def one_a_method(
    found: Observed, told: Iterable[Finding], nothing: str = "", *, all_kinds: bool = False
) -> Iterator[Finding]:
    """The first finding about each method of a spec.

    Args:
        found: The calls that were judged.
        told: What is wrong with them.
        nothing: What it means that no call was answered, "" where that is as good as any answer.
        all_kinds: Whether the judgement needs more than the usual calls.

    Raises:
        NotJudged: Nothing is wrong with what was seen, and that is not enough.
    """
    first: dict[str, Finding] = {}
    for one in told:
        first.setdefault(one.method, one)
    yield from first.values()
    if not first:
        _require_answers(found, nothing, all_kinds=all_kinds)


def _require_answers(found: Observed, nothing: str, *, all_kinds: bool) -> None:
    if not found.seen:
        why = found.ended or "; ".join(f"{name}: {why}" for name, why in found.unseen.items())
        raise NotJudged(why if found.ended else f"nothing is called: {why}", inconclusive=bool(found.ended))
    if any(one.answered for one in found.seen):
        if left_out := found.ended or (HURRIED if all_kinds and found.hurried else ""):
            raise NotJudged(left_out, inconclusive=True)
        return
    first = found.seen[0]
    if why := is_unknowable(first):
        raise NotJudged(why, inconclusive=True)
    if nothing:
        raise NotJudged(f"{nothing}: {refusal(first)}")


def closing(one: Seen) -> bool:
    """Whether a call went wrong when a stream was left, or after that."""
    return one.label in CLOSING and (one.label == "after" or one.doing in ("closed", "left"))


def of_fault(subject: Subject, fault: Fault, method: str, steps: str = "") -> Finding:
    """A finding about one of the registry's methods.

    Args:
        subject: The provider.
        fault: What is wrong.
        method: The method.
        steps: The calls that show it, "" where the fault says it all.
    """
    why = f"{fault.why}; {steps}" if steps else fault.why
    place = method_place(subject, method)
    return blamed(subject, fault.message, why, fault.fix, fault.severity, method=method, place=place)


def method_place(subject: Subject, method: str) -> Location | None:
    """Where a method of the implementation is defined, None where that cannot be seen."""
    cls = subject.implementation().cls
    return None if cls is None else places.of_function(getattr(cls, method, None))
