"""What errors of calls mean that only the provider's requirements or its callers can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from provider_conformance.contracts import stacks
from provider_conformance.evidence.subject import Subject
from provider_conformance.package import causes, requirements
from provider_conformance.package.exceptions import Nature
from provider_conformance.package.loading import Home
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import mro

if TYPE_CHECKING:
    from provider_conformance.calling.calling import Seen


def understood(subject: Subject, seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """The calls on a provider; those that crashed for a reason that is no fault of it say so.

    Args:
        subject: The provider.
        seen: Its calls, each with what its error means by itself.
    """
    return tuple(replace(one, nature=_meaning(subject, one)) for one in seen)


def _meaning(subject: Subject, one: Seen) -> Nature | None:
    if one.error is None or one.nature is not Nature.CRASH:
        return one.nature
    if _needs_what_is_declared(subject, one.error):
        return Nature.NO_BACK_END
    return Nature.REFUSAL if _is_answered(subject, one.method, one.error) else one.nature


def _needs_what_is_declared(subject: Subject, error: BaseException) -> bool:
    """Whether it is for want of a requirement that is declared and not installed here."""
    missing, spec = causes.missing_module(error), subject.spec
    home = Home(subject.provider.package, subject.provider.places)
    if not missing or spec is None or home.owns_module(missing) or stacks.family_of_module(missing):
        return False
    return requirements.may_be_declared(missing, home, spec)


def _is_answered(subject: Subject, method: str, error: BaseException) -> bool:
    """Whether every caller in the stack has an answer of its own for the error."""
    calls = subject.api.calls.get(method, ()) if subject.api is not None else ()
    names = {careful.class_name(cls) for cls in mro(type(error))}
    return bool(calls) and all(names & {*call.answered} for call in calls)
