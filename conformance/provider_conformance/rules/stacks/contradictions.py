"""PC559: does a stack call its providers as its own protocols say? Read off its contract alone."""

from __future__ import annotations

from collections.abc import Iterator

from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.protocols.calls import CallShape
from provider_conformance.protocols.model import ProtocolMethod
from provider_conformance.rules.model import Scope, rule


@rule("PC559", "stack-call-against-protocol", scope=Scope.STACK)
def call_against_protocol(subject: Subject) -> Iterator[Finding]:
    """Check that a stack calls its providers as its own protocols say.

    What it does:
        Binds each call that the stack's own code makes on a provider (its routers, routing tables and
        routes, and its own providers) to the protocol's signature of the method.

    Why is this bad:
        Whoever implements the protocol gets a `TypeError` at every such call, and whoever wants to serve
        the call cannot keep to the protocol. A provider is judged by the call (PC203, PC303).

    Example:
        ```python
        class DatasetIO(Protocol):
            async def iterrows(self, request): ...

        provider.iterrows(dataset_id=request.dataset_id, limit=request.limit)  # in the router
        ```

    How to fix:
        Pass what the protocol takes, or change the protocol.

    Source:
        The stack's source and its protocols.
    """
    if subject.contract is None:
        raise NotJudged("there is no stack to judge")
    yield from _contradictions(subject.contract)


def _contradictions(contract: Contract) -> Iterator[Finding]:
    for api in contract.apis.values():
        for protocol in (api.public, api.private):
            for method in protocol.methods.values() if protocol is not None else ():
                for shape in api.against(method):
                    yield _contradiction(api, method, shape)


def _contradiction(api: ApiContract, method: ProtocolMethod, shape: CallShape) -> Finding:
    place = f" ({method.location})" if method.location else ""
    return Finding(
        "",
        Severity.ERROR,
        f"{shape.by} calls `{shape.text or f'{method.name}{shape}'}`, which its protocol does not take:"
        f" `{method.name}{method.signature}`{place}",
        method=method.name,
        why="a provider that implements the protocol raises TypeError at this call",
        fix="this is the stack's to fix: pass what the protocol takes, or change the protocol",
        detail=f"{api.name} {shape.by}",
    )
