"""What mypy says of the types of a provider: it is run once for all of its specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.signatures import Classes
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding
from provider_conformance.package.model import Implementation
from provider_conformance.protocols import classes
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import Calls, ProtocolModel, State
from provider_conformance.types.checking import CODES, Judged, judge
from provider_conformance.types.model import About, Pair, path_of

_STACKS: Final = frozenset({"llama_stack", "llama_stack_api", "ogx", "ogx_api", "provider_conformance"})
"""Packages of which a stack consists: what a provider inherits from them is not its author's to repair."""


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """What mypy says of all specs of a provider.

    Attributes:
        judged: Its word on each class against each protocol.
    """

    judged: Mapping[Pair, Judged]

    depth = 0

    @classmethod
    def collect(cls, subject: Subject) -> Typed:
        """Run mypy over every class that can be imported."""
        live: dict[str, type] = {}
        called: dict[Pair, frozenset[str]] = {}
        routed: dict[Pair, frozenset[str]] = {}
        for one in [*subject.siblings(), subject]:
            for pair, protocol, found in _of_found(one):
                live[pair[0]] = found
                called[pair] = called.get(pair, frozenset()) | _by_position(one.api, protocol)
                routed[pair] = _by_route(one.api, protocol)
                if protocol.live is not None:
                    live[pair[1]] = protocol.live
        contract = subject.contract.title if subject.contract else ""
        key = f"{subject.provider.package or subject.provider.name} {contract}"
        search = (str(subject.provider.folder),) if subject.provider.folder else ()
        return cls(
            judge(list(called), live=live, by_position=called, by_route=routed, key=key, search=search)
        )


@dataclass(frozen=True, slots=True)
class TypedMember:
    """What mypy says of one member of a protocol.

    Attributes:
        findings: What is wrong with it.
        unclear: Why mypy cannot tell, "" where it can.
    """

    findings: tuple[Finding, ...]
    unclear: str = ""

    depth = 2

    @classmethod
    def collect(cls, subject: Subject, behind: Classes) -> TypedMember:
        """Pick it out.

        Raises:
            NotJudged: There is no member to judge, or only its source is known.
        """
        if behind.implementation.counterpart is not None:
            why = "types are checked of classes that can be imported; this one was read off its source"
            raise NotJudged(why)
        findings: list[Finding] = []
        unclear: list[str] = []
        for pair, protocol, found in _pairs(subject.api, behind.implementation):
            if protocol not in protocols_of(subject):
                continue
            if why := _nothing_to_judge(subject.method, protocol, found):
                raise NotJudged(why)
            judged = subject.store.get(Typed, subject).judged[pair]
            findings += [finding for finding in judged.findings() if finding.method == subject.method]
            unclear.append(judged.verdict.reason or judged.verdict.unseen.get(subject.method, ""))
        distinct = {finding.key: finding for finding in findings}
        return cls(tuple(distinct.values()), "; ".join(dict.fromkeys(filter(None, unclear))))

    def of(self, about: About) -> Iterator[Finding]:
        """What is wrong with the types of its parameters, of its result, or of the member itself.

        Raises:
            NotJudged: Mypy cannot tell.
        """
        found = [finding for finding in self.findings if finding.code == CODES[about]]
        yield from found
        if not found and self.unclear:
            raise NotJudged(self.unclear, inconclusive=True)


def protocols_of(subject: Subject) -> list[ProtocolModel]:
    """The protocols of the subject's API that have the member in question."""
    api = subject.api
    both = [protocol for protocol in (api.public, api.private) if protocol] if api else []
    return [p for p in both if subject.method in p.methods or subject.method in p.attributes]


def _nothing_to_judge(member: str, protocol: ProtocolModel, cls: type) -> str:
    method = protocol.methods.get(member)
    state = look_up(View(cls), method, protocol).state if method else State.PRESENT
    if state in (State.MISSING, State.STUB):
        return f"there is no method to judge: `{member}` is {state}"
    owner = next((owner for owner, _ in classes.definitions(cls, member)), cls)
    if _package(owner) in _STACKS and _package(cls) not in _STACKS:
        return f"`{member}` is inherited from the stack's own `{classes.class_name(owner)}`"
    return ""


def _package(cls: type) -> str:
    return classes.class_module(cls).partition(".")[0]


def _pairs(
    api: ApiContract | None, implementation: Implementation
) -> Iterator[tuple[Pair, ProtocolModel, type]]:
    """What mypy is to check: each class of a spec against each protocol of its API."""
    live = implementation.cls is not None and implementation.counterpart is None
    found = [implementation.cls, *implementation.alternatives] if implementation.cls and live else []
    for protocol in (api.public, api.private) if api else ():
        if protocol is not None:
            of_protocol = f"{protocol.module}:{protocol.name}"
            if protocol.live is not None:
                of_protocol = path_of(protocol.live)
            yield from (((path_of(cls), of_protocol), protocol, cls) for cls in found)


def _by_position(api: ApiContract | None, protocol: ProtocolModel) -> frozenset[str]:
    return frozenset(m for m in protocol.methods if api and api.how_called(m) is not Calls.KEYWORD)


def _by_route(api: ApiContract | None, protocol: ProtocolModel) -> frozenset[str]:
    return frozenset(m for m in protocol.methods if api and api.only_by_route(m))


def _of_found(subject: Subject) -> list[tuple[Pair, ProtocolModel, type]]:
    """The pairs of a subject; none where its implementation is not to be found, which is told elsewhere."""
    try:
        behind = subject.store.find(Classes, subject)
        return [] if behind is None else list(_pairs(subject.api, behind.implementation))
    except Exception:  # whatever went wrong there is told by the checks of that spec
        return []
