"""What a stack demands of a provider: the methods on whose coverage a verdict rests.

A verdict counts these at the end of every run, so that nothing is imported here which tries a provider.
"""

from __future__ import annotations

from typing import Final

from provider_conformance.contracts.model import Role
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Row, Status

PUBLIC: Final = "public"
REGISTRY: Final = "registry"
LIFE: Final = frozenset({"initialize", "shutdown"})


def is_covered(subject: Subject) -> bool:
    """Whether a public method is one that clients reach: none of the life cycle, none of the registry's."""
    api = subject.api
    if api is None or api.public is None or subject.method not in api.public.methods or not api.providable:
        return False
    private = api.private.methods if api.private is not None else {}
    return subject.method not in (*LIFE, *private)


def is_demanded(subject: Subject) -> bool:
    """Whether the stack demands a public method: it has to be written, and something calls it.

    A plain API is reached by the server's routes; of one behind a router only what the router calls is.
    """
    api = subject.api
    method = api.public.methods.get(subject.method) if api is not None and api.public is not None else None
    if api is None or method is None or method.optional:
        return False
    return api.role is not Role.ROUTED or bool(api.calls.get(subject.method))


def is_registered_with(subject: Subject) -> bool:
    """Whether a method is one of the registry's, which the routing table calls."""
    api = subject.api
    return api is not None and api.private is not None and api.providable and subject.method not in LIFE


def needs(subject: Subject) -> bool:
    """Whether the stack demands a registry method: it has to be written, and the routing table calls it."""
    api = subject.api
    method = api.private.methods.get(subject.method) if api is not None and api.private is not None else None
    return (
        api is not None and method is not None and not method.optional and bool(api.calls.get(subject.method))
    )


def unseen_row(subject: Subject, kind: str, why: str) -> Row:
    """The row of a method of which nothing was seen.

    Args:
        subject: The method.
        kind: PUBLIC or REGISTRY.
        why: What kept it from being seen.
    """
    demanded = is_demanded(subject) if kind == PUBLIC else needs(subject)
    return Row(subject.method, kind, demanded, Status.NOT_CALLED, reason=why)
