"""How the rules about calls come to a judgement, and how they tell what they have found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.answers import crashed, is_unknowable, refusal, where
from provider_conformance.evidence.calls import Observed, observed
from provider_conformance.evidence.passing import passed_through
from provider_conformance.evidence.registries.listings import Fault
from provider_conformance.evidence.start import blamed
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Location, Severity, left_to
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


def of_method(
    subject: Subject, judge: Callable[[Observed, Asked, list[Seen]], Judgement], *labels: str
) -> Judgement:
    """Judge one method by its calls; without any that was answered say why there are none."""
    found = observed(subject)
    if isinstance(found, Judgement):
        return found
    if why := found.unseen.get(subject.method):
        return Judgement(skipped=f"it is not called: {why}")
    seen = found.of(subject.method)
    if not any(one.answered for one in seen):
        return unanswered(seen, found)
    return judge(found, found.asked[subject.method], found.of(subject.method, *labels))


def unanswered(seen: list[Seen], found: Observed) -> Judgement:
    """Why there is nothing to judge where no call was answered."""
    if not seen:
        return Judgement(inconclusive=found.ended or "no arguments can be made for it")
    if any(one.late for one in seen):
        return left_to("PC659", why="it does not come back")
    last = seen[0]
    if why := is_unknowable(last):
        return Judgement(inconclusive=why)
    if last.misled:
        return left_to("PC662", why=f"what it asks of a dependency is wrong: {refusal(last)}")
    if crashed(last) and not found.helped:
        return left_to("PC660", why=f"it crashes: {refusal(last)}")
    return Judgement(skipped=f"it accepts none of the calls that were made: {refusal(last)}")


def finding(
    subject: Subject, code: str, one: Seen, message: str, fix: str, severity: Severity = Severity.ERROR
) -> Finding:
    """A finding about a call, with the line that repeats it and who makes such calls in the stack."""
    calls = subject.api.calls.get(one.method, ()) if subject.api else ()
    who = f"; called by {calls[0].by}" if calls else ""
    why = f"seen with\n    {one.text}{who}"
    place = one.place or where(subject, one.method)
    through = passed_through(one.error, subject.implementation().cls)
    return Finding(code, severity, message, one.method, location=place, why=why, fix=fix, through=through)


def of_spec(
    subject: Subject,
    judge: Callable[[Observed], Iterator[Finding]],
    nothing: str = "",
    *,
    all_kinds: bool = False,
) -> Judgement:
    """Judge all methods of a spec at once, one finding for each at most.

    Args:
        subject: The provider.
        judge: What is wrong with the calls.
        nothing: What it means that no call was answered, "" where that is as good as any answer.
        all_kinds: Whether the judgement needs more than the usual calls.
    """
    found = observed(subject)
    if isinstance(found, Judgement):
        return found
    told: dict[str, Finding] = {}
    for finding in judge(found):
        told.setdefault(finding.method, finding)
    if told:
        return Judgement(tuple(told.values()))
    if not found.seen:
        why = found.ended or "; ".join(f"{name}: {why}" for name, why in found.unseen.items())
        return Judgement(inconclusive=why) if found.ended else Judgement(skipped=f"nothing is called: {why}")
    if any(one.answered for one in found.seen):
        left_out = found.ended or (HURRIED if all_kinds and found.hurried else "")
        return Judgement(inconclusive=left_out) if left_out else PASS
    first = found.seen[0]
    if why := is_unknowable(first):
        return Judgement(inconclusive=why)
    return Judgement(skipped=f"{nothing}: {refusal(first)}") if nothing else PASS


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
