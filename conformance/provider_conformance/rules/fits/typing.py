"""PC4xx: do the types of an implementation fit those that its API's protocols promise?

Mypy is run once for all specs of a provider, when the first of its checks needs it.
"""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.contracts.model import ApiContract
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.typed import TypedMember, protocols_of
from provider_conformance.findings import Finding
from provider_conformance.protocols.model import ProtocolMethod
from provider_conformance.protocols.results import names_values_only
from provider_conformance.rules.model import Scope, rule
from provider_conformance.types.model import About
from provider_conformance.types.probes import data_members


def _methods(subject: Subject) -> list[tuple[ApiContract, ProtocolMethod]]:
    """The API, and the method in question as each of its protocols declares it."""
    methods = [p.methods.get(subject.method) for p in protocols_of(subject)]
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
    return any(subject.method == a.name for p in protocols_of(subject) for a in data_members(p))


@rule("PC401", "parameter-type", scope=Scope.MEMBER, applies=_takes_something)
def parameter_type(subject: Subject) -> Iterator[Finding]:
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
        raise NotJudged("the stack calls it otherwise than its protocol says: PC203 judges its call")
    yield from subject.store.get(TypedMember, subject).of(About.PARAMETER)


@rule("PC402", "return-type", scope=Scope.MEMBER, applies=_promises_something)
def return_type(subject: Subject) -> Iterator[Finding]:
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
    if not any(_is_ignored(api, method) for api, method in _methods(subject)):
        yield from subject.store.get(TypedMember, subject).of(About.RETURN)


@rule("PC403", "attribute-type", scope=Scope.MEMBER, applies=_is_data)
def attribute_type(member: TypedMember) -> Iterator[Finding]:
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
    yield from member.of(About.ATTRIBUTE)
