"""Who in a release calls a provider's `initialize` or `shutdown` once more, after it was called."""

from __future__ import annotations

from typing import Final

from provider_conformance.contracts.model import Role
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.subject import Subject

_WORKER: Final = "a worker process, which initializes what the factory has made and initialized,"


def called_again(subject: Subject, first: Start, method: str) -> str:
    """Who calls a method of the life cycle once more on one and the same instance.

    Args:
        subject: The provider.
        first: Its first trial.
        method: `initialize` or `shutdown`.

    Returns:
        The callers, as the subject of a sentence; "" where this release calls it once.
    """
    return _shut_down_again(subject) if method == "shutdown" else _initialized_again(subject, first)


def _shut_down_again(subject: Subject) -> str:
    """Two places of a server that shut down all that it serves, tables with what is behind them too."""
    if subject.contract is None or subject.api is None or not subject.api.calls.get("shutdown"):
        return ""
    plain = [api for api in subject.contract.apis.values() if api.role is Role.PLAIN]
    callers = dict.fromkeys(call.by for api in plain for call in api.calls.get("shutdown", ()))
    return " and ".join(callers) if len(callers) > 1 else ""


def _initialized_again(subject: Subject, first: Start) -> str:
    """A worker, which builds some providers anew."""
    specs = [one.spec.raw for one in (*subject.siblings(), subject) if one.spec is not None]
    rebuilt = subject.api is not None and subject.api.name in first.trial.host.rebuilt(specs)
    return _WORKER if rebuilt else ""
