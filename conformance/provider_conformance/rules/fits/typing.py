"""PC4xx: do the types of an implementation fit those that its API's protocols promise?

Mypy is run once for all specs of a provider, when the first of its checks needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.signatures import not_judgeable
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement
from provider_conformance.protocols import classes
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import Calls, ProtocolMethod, ProtocolModel, State
from provider_conformance.protocols.results import names_values_only
from provider_conformance.rules.model import Scope, rule
from provider_conformance.types.checking import CODES, Judged, judge
from provider_conformance.types.model import About, Pair, path_of
from provider_conformance.types.probes import data_members

_STACKS: Final = frozenset({"llama_stack", "llama_stack_api", "ogx", "ogx_api", "provider_conformance"})
"""Packages of which a stack consists: what a provider inherits from them is not its author's to repair."""

_KEPT: Final[WeakKeyDictionary[Callable[..., Any], Mapping[Pair, Judged]]] = WeakKeyDictionary()
"""What mypy said of a provider, as long as the subjects live that it was asked for."""


def _protocols(subject: Subject) -> list[ProtocolModel]:
    """The protocols of the subject's API that have the member in question."""
    api = subject.api
    both = [protocol for protocol in (api.public, api.private) if protocol] if api else []
    return [p for p in both if subject.method in p.methods or subject.method in p.attributes]


def _methods(subject: Subject) -> list[tuple[ApiContract, ProtocolMethod]]:
    """The API, and the method in question as each of its protocols declares it."""
    methods = [p.methods.get(subject.method) for p in _protocols(subject)]
    return [(subject.api, method) for method in methods if method and subject.api]


def _takes_something(subject: Subject) -> bool:
    return any(method.signature.parameters for _, method in _methods(subject))


def _promises_something(subject: Subject) -> bool:
    return any(m.returns not in ("", "Any") and not names_values_only(m) for _, m in _methods(subject))


def _is_ignored(api: ApiContract, method: ProtocolMethod) -> bool:
    """Whether it is a registry method whose results nobody reads: their type is then all the same."""
    private = api.private is not None and method.name in api.private.methods
    return private and api.callers(method).ignored


def _is_data(subject: Subject) -> bool:
    return any(subject.method == a.name for p in _protocols(subject) for a in data_members(p))


@rule("PC401", "parameter-type", scope=Scope.MEMBER, applies=_takes_something)
def parameter_type(subject: Subject) -> Judgement:
    """Check that a method accepts the types of arguments that the protocol promises to accept.

    What it does:
        Has mypy check a call of the method with arguments of exactly the protocol's types. A wider
        parameter type is fine, and so are `Any`, no annotation at all, and `**kwargs`. Only types are
        judged: names, order and defaults belong to PC203 and its neighbours, and so does a parameter
        without a default that takes everything but the None which leaves it out. Where the server makes
        the route of the method's own signature and nobody else calls it, another type is fine that
        the same JSON can be read as: a dict for a model.

    Why is this bad:
        A caller that keeps to the protocol passes a value that the method was not written for: a
        None, another member of a union, a list of something else.

    Example:
        ```python
        class MyMemory:
            # the protocol says `query: str | list[str]`
            async def query_documents(self, bank_id: str, query: str): ...
        ```

    How to fix:
        Accept the promised type or a wider one, and turn away in the body what cannot be served.

    Source:
        The annotations of the stack's protocols, as mypy understands them. Packages without
        `py.typed` are read all the same. A class whose every type is wrong is checked along; if mypy
        lets that pass, the outcome is inconclusive.
    """
    if any(api.against(method) for api, method in _methods(subject)):
        return Judgement(skipped="the stack calls it otherwise than its protocol says: PC203 judges its call")
    return _judge(subject, About.PARAMETER)


@rule("PC402", "return-type", scope=Scope.MEMBER, applies=_promises_something)
def return_type(subject: Subject) -> Judgement:
    """Check that a method returns what the protocol promises.

    What it does:
        Has mypy hand the method's result to somebody who wants the protocol's type: what comes out of
        an `await`, what an asynchronous iterator yields, or the plain value. A narrower type is fine,
        and so is `Any`, and so is any type where nobody in the stack reads the result, as of most
        `register_...`. None in the annotation is fine where the body shows that it never comes to it; so is
        `-> None` over a body that only raises. Another class whose fields are those that are promised is a
        warning: clients get the same JSON. Whether the result is to be awaited at all belongs to PC206.

    Why is this bad:
        The caller reads fields that the result does not have, or sends it to a client that cannot
        parse it.

    Example:
        ```python
        class MyInference:
            # the protocol promises an `EmbeddingsResponse`
            async def embeddings(self, model, contents) -> list[list[float]]: ...
        ```

    How to fix:
        Return the promised type or a subclass of it. Where the annotation is wrong and the code is
        right, correct the annotation.

    Source:
        The annotations of the stack's protocols, as mypy understands them.
    """
    if any(_is_ignored(api, method) for api, method in _methods(subject)):
        return PASS
    return _judge(subject, About.RETURN)


@rule("PC403", "attribute-type", scope=Scope.MEMBER, applies=_is_data)
def attribute_type(subject: Subject) -> Judgement:
    """Check the types of data members that a protocol declares.

    What it does:
        Has mypy read the attribute as somebody who wants the protocol's type. A store that the
        routing table injects (`model_store`, ...) need not be there; where it is declared, it must
        have room for what the protocol names, or be a kind of that. A constant that has a value in the
        protocol may be left out. Whether any other member is there belongs to PC209.

    Why is this bad:
        Whoever uses the member goes by the protocol's type.

    Example:
        ```python
        class MyInference:
            model_store: dict[str, str]  # the stack puts its routing table here
        ```

    How to fix:
        Declare the member as the protocol does, or leave the declaration of a store out.

    Source:
        The annotations of the stack's protocols, as mypy understands them.
    """
    return _judge(subject, About.ATTRIBUTE)


def _judge(subject: Subject, about: About) -> Judgement:
    implementation = subject.implementation()
    if reason := not_judgeable(implementation):
        return reason
    if implementation.counterpart is not None:
        return Judgement(
            skipped="types are checked of classes that can be imported; this one was read off its source"
        )
    findings: list[Finding] = []
    unclear: list[str] = []
    for pair, protocol, cls in _pairs(subject):
        if protocol not in _protocols(subject):
            continue
        if why := _nothing_to_judge(subject.method, protocol, cls):
            return Judgement(skipped=why)
        judged = _of_provider(subject)[pair]
        findings += [f for f in judged.findings() if (f.code, f.method) == (CODES[about], subject.method)]
        unclear.append(judged.verdict.reason or judged.verdict.unseen.get(subject.method, ""))
    if findings:
        return Judgement(tuple({finding.key: finding for finding in findings}.values()))
    reasons = "; ".join(dict.fromkeys(filter(None, unclear)))
    return Judgement(inconclusive=reasons) if reasons else PASS


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


def _pairs(subject: Subject) -> Iterator[tuple[Pair, ProtocolModel, type]]:
    """What mypy is to check for a subject: each class of the spec against each protocol of its API."""
    implementation = subject.implementation()
    live = implementation.cls is not None and implementation.counterpart is None
    found = [implementation.cls, *implementation.alternatives] if implementation.cls and live else []
    for protocol in (subject.api.public, subject.api.private) if subject.api else ():
        if protocol is not None:
            of_protocol = f"{protocol.module}:{protocol.name}"
            if protocol.live is not None:
                of_protocol = path_of(protocol.live)
            yield from (((path_of(cls), of_protocol), protocol, cls) for cls in found)


def _of_provider(subject: Subject) -> Mapping[Pair, Judged]:
    """What mypy says of all specs of the subject's provider, asked once."""
    kept = _KEPT.get(subject.siblings)
    if kept is None or not {pair for pair, _, _ in _pairs(subject)} <= kept.keys():
        family = [*subject.siblings(), subject]
        live: dict[str, type] = {}
        called: dict[Pair, frozenset[str]] = {}
        routed: dict[Pair, frozenset[str]] = {}
        for one in family:
            for pair, protocol, cls in _of_found(one):
                live[pair[0]] = cls
                called[pair] = called.get(pair, frozenset()) | _by_position(one.api, protocol)
                routed[pair] = _by_route(one.api, protocol)
                if protocol.live is not None:
                    live[pair[1]] = protocol.live
        contract = subject.contract.title if subject.contract else ""
        key = f"{subject.provider.package or subject.provider.name} {contract}"
        search = (str(subject.provider.folder),) if subject.provider.folder else ()
        kept = judge(list(called), live=live, by_position=called, by_route=routed, key=key, search=search)
        _KEPT[subject.siblings] = kept
    return kept


def _by_position(api: ApiContract | None, protocol: ProtocolModel) -> frozenset[str]:
    return frozenset(m for m in protocol.methods if api and api.how_called(m) is not Calls.KEYWORD)


def _by_route(api: ApiContract | None, protocol: ProtocolModel) -> frozenset[str]:
    return frozenset(m for m in protocol.methods if api and api.only_by_route(m))


def _of_found(subject: Subject) -> list[tuple[Pair, ProtocolModel, type]]:
    """The pairs of a subject; none where its implementation is not to be found, which is told elsewhere."""
    try:
        return [] if not_judgeable(subject.implementation()) else list(_pairs(subject))
    except Exception:  # whatever went wrong there is told by the checks of that spec
        return []
