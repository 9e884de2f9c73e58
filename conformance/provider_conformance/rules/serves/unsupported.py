"""PC611: an object that a provider cannot serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provider_conformance.evidence.registries.candidates import BUGS, shown
from provider_conformance.evidence.registries.listings import Fault
from provider_conformance.evidence.registries.strangeness import ObservedUse, Uses
from provider_conformance.evidence.subject import Subject
from provider_conformance.evidence.telling import of_fault
from provider_conformance.findings import Finding, Severity
from provider_conformance.package.chains import reason
from provider_conformance.package.model import SpecKind
from provider_conformance.protocols import careful
from provider_conformance.rules.model import Scope, rule
from provider_conformance.rules.serves.registry import registers

_EMBEDDING: Final = "embedding_model"


def wrongly_accepted(
    usual: ObservedUse, seen: ObservedUse, *, embeds: bool, crashes: bool, remote: bool = False
) -> Fault | None:
    """PC611: what is wrong with how a provider takes an object that it can hardly support.

    Args:
        usual: How it takes and serves an object that it supports.
        seen: How it takes the strange one.
        embeds: Whether it has another provider embed texts.
        crashes: Whether a crash is to be told here.
        remote: Whether its backend decides what it serves, which need not say so before it is asked.
    """
    fix = "look at what is registered, and raise a ValueError that says what is supported"
    why = "the registration succeeds, the object is listed, and nobody learns that it cannot work"
    error = seen.registered.error
    if error is not None:
        return _refusal(seen, fix) if crashes or not isinstance(error, BUGS) else None
    if not remote and usual.registered.error is None and usual.used is None and seen.used is not None:
        told = reason(seen.used)
        return Fault(f"it accepts {_what(seen)}, and a request for that raises {told}", why, fix)
    if seen.strange == _EMBEDDING and seen.used is None and not embeds:
        message = f"it accepts {_what(seen)}, and answers requests for that as if there were such a model"
        return Fault(message, why, fix, Severity.WARNING)
    return None


def _refusal(seen: ObservedUse, fix: str) -> Fault | None:
    error, why = seen.registered.error, "the client cannot tell what is wrong with its request"
    if isinstance(error, BUGS):
        return Fault(f"registering {_what(seen)} raises {seen.registered.told}", why, fix)
    if seen.registered.refused and not careful.text(error).strip():
        message = f"it refuses {_what(seen)} with a {type(error).__name__} that says nothing"
        return Fault(message, why, fix, Severity.WARNING)
    return None


def _what(seen: ObservedUse) -> str:
    kind = type(seen.obj).__name__
    if seen.strange:
        return f"a {kind} whose `{seen.strange}` is {getattr(seen.obj, seen.strange)!r}"
    return f"a {kind}"


@rule("PC611", "unsupported-accepted", scope=Scope.SPEC, applies=registers)
def unsupported_accepted(subject: Subject, uses: Uses) -> Iterator[Finding]:
    """Check that an object which the provider cannot serve is refused, with a reason.

    What it does:
        Registers objects like the one that the provider is known to serve, but with a core model, a type
        or an embedding model that nobody has ever heard of, and objects of the API's other kinds. A
        provider may serve them all the same: what it accepts is asked for, and an error is a finding
        where the same request for a supported object gets an answer. A `TypeError` or the like instead of
        a `ValueError` is a finding too. A remote provider may leave it to its backend, and to the first
        request, what it serves: many a service lists less than it has. A refusal without a word is a
        warning, and so is a vector bank with an unknown embedding model that is searched all the same.

    Why is this bad:
        The registration succeeds, the object is listed, and every request for it fails, far from
        the one who could have named another model.

    Example:
        ```python
        async def register_memory_bank(self, memory_bank):
            self.banks[memory_bank.identifier] = memory_bank  # graph banks too, which it cannot search
        ```

    How to fix:
        Look at what is registered: raise a `ValueError` that says what is supported.

    Source:
        The private registry protocols: a provider accepts what it supports.
    """
    embeds = subject.spec is not None and "inference" in subject.spec.api_dependencies
    remote = subject.spec is not None and subject.spec.kind is SpecKind.REMOTE
    for seen in uses.strange():
        fault = wrongly_accepted(uses.usual, seen, embeds=embeds, crashes=uses.listed, remote=remote)
        if fault is not None:
            method = uses.observer.verbs.register
            yield of_fault(
                subject, fault, method, f"the steps:\n    await provider.{method}({shown(seen.obj)})"
            )
            return
