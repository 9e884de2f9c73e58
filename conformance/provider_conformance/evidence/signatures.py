"""What the rules about public and private protocols share: one comparison, told with its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.near import with_near_miss
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, left_to
from provider_conformance.protocols.calls import Callers
from provider_conformance.protocols.compare import Aspect, Comparison, Family, compare_member
from provider_conformance.protocols.live import View
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel
from provider_conformance.providers.model import Implementation

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


def method_of(subject: Subject, protocol_of: ProtocolOf) -> ProtocolMethod | None:
    """The protocol's method that the subject is about, None for an attribute."""
    protocol = protocol_of(subject.api) if subject.api else None
    return protocol.methods.get(subject.method) if protocol else None


def judge_aspect(subject: Subject, aspect: Aspect, family: Family, protocol_of: ProtocolOf) -> Judgement:
    """Judge one aspect of one member of a protocol.

    A method that is absent has no signature to judge: the other aspects are skipped then, so
    that one cause gives one finding.
    """
    api = subject.api
    protocol = protocol_of(api) if api else None
    if api is None or protocol is None:
        return Judgement(skipped="the contract has no such protocol")
    implementation = subject.implementation()
    if reason := not_judgeable(implementation):
        return reason
    compared = _compare_all(implementation, subject.method, protocol, api, family)
    wanted = family.code(aspect)
    found = tuple(_told(f, subject, api) for f in compared.findings if f.code == wanted)
    if aspect in (Aspect.MISSING, Aspect.STUB):
        views = views_of(implementation)
        found = tuple(with_near_miss(f, views, api, subject.provider) for f in found)
    if found:
        return Judgement(found, after=OF_THE_WHOLE if aspect in _ABOUT_PRESENCE else ())
    if compared.leaves_open(aspect):
        return Judgement(inconclusive=compared.unseen)
    absent = {family.code(a) for a in _ABOUT_PRESENCE} & {f.code for f in compared.findings}
    if absent and aspect not in _ABOUT_PRESENCE:
        return left_to(*sorted(absent), why="there is no method to judge")
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


def _told(finding: Finding, subject: Subject, api: ApiContract) -> Finding:
    """Add who in the stack makes the call, where the finding is not about one of them."""
    callers = dict.fromkeys(call.by for call in api.calls.get(subject.method, ()))
    if not callers or any(by in finding.why for by in callers):
        return finding
    return replace(finding, why=f"called by {' and '.join(list(callers)[:2])}: {finding.why}")
