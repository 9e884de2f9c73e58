"""What the rules about public and private protocols share: one comparison, told with its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Self

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.near import with_near_miss
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, left_to
from provider_conformance.package.model import Implementation
from provider_conformance.protocols.calls import Callers
from provider_conformance.protocols.compare import PRIVATE, PUBLIC, Aspect, Comparison, Family, compare_member
from provider_conformance.protocols.live import View
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel

ProtocolOf = Callable[[ApiContract], ProtocolModel | None]

OF_THE_WHOLE: Final = ("PC210", "PC211")
"""The rules that tell once what several methods lack for one reason."""
_ABOUT_PRESENCE = frozenset({Aspect.MISSING, Aspect.STUB, Aspect.OPTIONAL, Aspect.ATTRIBUTE})


def public_protocol(api: ApiContract) -> ProtocolModel | None:
    """The protocol that clients see."""
    return api.public


def private_protocol(api: ApiContract) -> ProtocolModel | None:
    """The protocol that the routing table calls."""
    return api.private


_PROTOCOLS: Final = {PUBLIC: public_protocol, PRIVATE: private_protocol}


def method_of(subject: Subject, protocol_of: ProtocolOf) -> ProtocolMethod | None:
    """The protocol's method that the subject is about, None for an attribute."""
    protocol = protocol_of(subject.api) if subject.api else None
    return protocol.methods.get(subject.method) if protocol else None


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The classes that a spec's factory may return.

    Attributes:
        implementation: What was found behind the spec.
        views: Each of them; the instance in its place where there is one.
    """

    implementation: Implementation
    views: tuple[View, ...]

    @classmethod
    def collect(cls, subject: Subject) -> Classes:
        """Look behind the spec.

        Raises:
            NotJudged: There is no class.
        """
        implementation = subject.implementation()
        if implementation.problem is not None:
            raise NotJudged(f"there is no implementation to judge: {implementation.problem.message}")
        if implementation.cls is None:
            why = implementation.unseen or "the implementation class was not found"
            raise NotJudged(why, inconclusive=True)
        return cls(implementation, tuple(views_of(implementation)))


@dataclass(frozen=True, slots=True)
class Compared:
    """One member of a protocol, compared with the implementation's: for all rules about the member.

    Attributes:
        comparison: What came of it; findings before what could not be seen.
    """

    comparison: Comparison

    depth = 2
    family: ClassVar[Family]

    @classmethod
    def collect(cls, subject: Subject) -> Self:
        """Compare the member in every class that stands behind the spec.

        Raises:
            NotJudged: There is no protocol, or no implementation to look at.
        """
        api = subject.api
        protocol = _PROTOCOLS[cls.family](api) if api else None
        if api is None or protocol is None:
            raise NotJudged("the contract has no such protocol")
        implementation = subject.implementation()
        if reason := not_judgeable(implementation):
            raise NotJudged.of(reason)
        return cls(_compare_all(implementation, subject.method, protocol, api, cls.family))


class ComparedPublic(Compared):
    """A member of the protocol that clients see."""

    family = PUBLIC


class ComparedPrivate(Compared):
    """A member of the protocol that the routing table calls."""

    family = PRIVATE


def judge_aspect(subject: Subject, aspect: Aspect, kind: type[Compared]) -> Judgement:
    """Judge one aspect of one member of a protocol.

    A method that is absent has no signature to judge: the other aspects are skipped then, so
    that one cause gives one finding.
    """
    try:
        comparison = subject.store.get(kind, subject).comparison
    except NotJudged as absent:
        return absent.judgement
    wanted = kind.family.code(aspect)
    found = tuple(_told(f, subject) for f in comparison.findings if f.code == wanted)
    if found and subject.api is not None and aspect in (Aspect.MISSING, Aspect.STUB):
        views = views_of(subject.implementation())
        found = tuple(with_near_miss(f, views, subject.api, subject.provider) for f in found)
    if found:
        return Judgement(found, after=OF_THE_WHOLE if aspect in _ABOUT_PRESENCE else ())
    if comparison.leaves_open(aspect):
        return Judgement(inconclusive=comparison.unseen)
    gone = {kind.family.code(a) for a in _ABOUT_PRESENCE} & {f.code for f in comparison.findings}
    if gone and aspect not in _ABOUT_PRESENCE:
        return left_to(*sorted(gone), why="there is no method to judge")
    return Judgement()


def not_judgeable(implementation: Implementation) -> Judgement | None:
    """Why an implementation cannot be looked at, None where it can."""
    if implementation.problem is not None:
        return Judgement(skipped=f"there is no implementation to judge: {implementation.problem.message}")
    if implementation.cls is None:
        return Judgement(inconclusive=implementation.unseen or "the implementation class was not found")
    return None


def views_of(implementation: Implementation) -> list[View]:
    """Look at the instance where there is one: it has what the class only gets later.

    A factory that chooses between classes is judged by all of them.
    """
    subject = implementation.cls if implementation.instance is None else implementation.instance
    return [View.of(subject), *map(View.of, implementation.alternatives)]


def _compare_all(
    implementation: Implementation, member: str, protocol: ProtocolModel, api: ApiContract, family: Family
) -> Comparison:
    """The first comparison with something to say; findings before what could not be seen."""
    protocol = implementation.seen(protocol)
    method = protocol.methods.get(member)
    callers = api.callers(method) if method is not None else Callers(api.how_called(member))
    compared = [compare_member(v, member, protocol, callers, family) for v in views_of(implementation)]
    return max(compared, key=lambda c: (bool(c.findings), bool(c.unseen)))


def _told(finding: Finding, subject: Subject) -> Finding:
    """Add who in the stack makes the call, where the finding is not about one of them."""
    calls = subject.api.calls.get(subject.method, ()) if subject.api is not None else ()
    # One place a caller: a function that streams or answers makes the same call in two lines.
    callers = {call.caller: call.by for call in reversed(calls)}
    if not callers or any(call.by in finding.why for call in calls):
        return finding
    return replace(finding, why=f"called by {' and '.join([*callers.values()][::-1][:2])}: {finding.why}")
