"""What the rules about public and private protocols share: one comparison, told with its caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Self

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.near import with_near_miss
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding
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
        return cls(implementation, _views_of(implementation))


@dataclass(frozen=True, slots=True)
class Compared:
    """One member of a protocol, compared with the implementation's: for all rules about the member.

    Attributes:
        comparison: What came of it; findings before what could not be seen.
        subject: The member.
    """

    comparison: Comparison
    subject: Subject

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
        classes = subject.store.get(Classes, subject)
        return cls(_compare_all(classes, subject.method, protocol, api, cls.family), subject)

    def of(self, aspect: Aspect) -> Iterator[Finding]:
        """What is wrong with one aspect of the member.

        Raises:
            NotJudged: It cannot be seen; or the method is absent and has no signature to judge, so that
                one cause gives one finding.
        """
        found = [f for f in self.comparison.findings if f.code == self.family.code(aspect)]
        if found:
            yield from (self._told(finding, aspect) for finding in found)
            return
        if self.comparison.leaves_open(aspect):
            raise NotJudged(self.comparison.unseen, inconclusive=True)
        gone = {self.family.code(a) for a in _ABOUT_PRESENCE} & {f.code for f in self.comparison.findings}
        if gone and aspect not in _ABOUT_PRESENCE:
            raise NotJudged("there is no method to judge", see=tuple(sorted(gone)))

    def _told(self, finding: Finding, aspect: Aspect) -> Finding:
        subject = self.subject
        told = _with_caller(finding, subject)
        if aspect in (Aspect.MISSING, Aspect.STUB) and subject.api is not None:
            views = subject.store.get(Classes, subject).views
            told = with_near_miss(told, views, subject.api, subject.provider)
        return replace(told, after=OF_THE_WHOLE) if aspect in _ABOUT_PRESENCE else told


class ComparedPublic(Compared):
    """A member of the protocol that clients see."""

    family = PUBLIC


class ComparedPrivate(Compared):
    """A member of the protocol that the routing table calls."""

    family = PRIVATE


def _views_of(implementation: Implementation) -> tuple[View, ...]:
    """Look at the instance where there is one: it has what the class only gets later.

    A factory that chooses between classes is judged by all of them.
    """
    subject = implementation.cls if implementation.instance is None else implementation.instance
    return (View.of(subject), *map(View.of, implementation.alternatives))


def _compare_all(
    classes: Classes, member: str, protocol: ProtocolModel, api: ApiContract, family: Family
) -> Comparison:
    """The first comparison with something to say; findings before what could not be seen."""
    protocol = classes.implementation.seen(protocol)
    method = protocol.methods.get(member)
    callers = api.callers(method) if method is not None else Callers(api.how_called(member))
    compared = [compare_member(v, member, protocol, callers, family) for v in classes.views]
    return max(compared, key=lambda c: (bool(c.findings), bool(c.unseen)))


def _with_caller(finding: Finding, subject: Subject) -> Finding:
    """Add who in the stack makes the call, where the finding is not about one of them."""
    calls = subject.api.calls.get(subject.method, ()) if subject.api is not None else ()
    # One place a caller: a function that streams or answers makes the same call in two lines.
    callers = {call.caller: call.by for call in reversed(calls)}
    if not callers or any(call.by in finding.why for call in calls):
        return finding
    return replace(finding, why=f"called by {' and '.join([*callers.values()][::-1][:2])}: {finding.why}")
