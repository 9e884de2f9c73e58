"""Whose fault it is that a provider does not start, and how that is told."""

from __future__ import annotations

from typing import Final

from provider_conformance.evidence.loading import code_of
from provider_conformance.evidence.start import Baseline
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Judgement, Location, Severity, left_to
from provider_conformance.providers import careful, loading, requirements
from provider_conformance.providers.chains import line, reason
from provider_conformance.providers.implementation import home_of
from provider_conformance.providers.loading import Home
from provider_conformance.providers.places import of_function

_NEIGHBOURS: Final = ("provider_conformance.hosts.standins", "provider_conformance.hosts.generated")
"""The modules of what is made up around a provider."""
_AWAITED: Final = "can't be used in 'await' expression"
_WHY: Final = "The stack makes the provider when it starts: the error ends the start, for all providers."


def judge_start(subject: Subject, first: Baseline, error: BaseException) -> Judgement:
    """What is said of a start that failed, where no other rule tells why.

    Whatever passes through the provider's own code is the provider's, whatever it is. What is raised
    elsewhere may be the fault of what is made up here, and nothing is known then.

    Args:
        subject: The provider.
        first: Its first trial.
        error: What the stack raised.
    """
    if subject.spec is None:
        return Judgement(inconclusive=f"it was not started here: {reason(error)}")
    home = home_of(subject.spec, subject.provider)
    raised = first.raised or error
    problem = subject.implementation().problem
    if problem is not None:
        return left_to(code_of(problem), why=problem.message)
    if isinstance(raised, ImportError):
        failure = requirements.judge(raised, home, subject.spec, "starting it")
        if failure.problem is None:
            return Judgement(inconclusive=f"it was not started here: it {failure.unseen}")
        place = failure.problem.location or _own_place(raised, home)
        return Judgement((_finding(failure.problem.message, place, failure.problem.fix),))
    if (place := _own_place(raised, home)) is None:
        return _not_its_own(subject, first, raised)
    if _ends_in_a_neighbour(raised):
        shown = reason(raised)
        return Judgement(inconclusive=f"it was not started here: a made-up dependency raises {shown}")
    return Judgement((_finding(f"it does not start: {reason(raised)}", place, _fix(raised)),))


def _not_its_own(subject: Subject, first: Baseline, error: BaseException) -> Judgement:
    """What is said of an error that the stack raised over what the provider's factory gave it."""
    factory = of_function(first.trial.factory) or subject.implementation().location
    if isinstance(error, TypeError) and _AWAITED in str(error) and not first.witness.made:
        message = f"its factory is not async, and the stack awaits it: {reason(error)}"
        return Judgement((_finding(message, factory, "write `async def` for the factory"),))
    if first.witness.made and first.witness.made[0] is None:
        message = f"its factory returns None, and the stack goes on with that: {reason(error)}"
        return Judgement((_finding(message, factory, "return the provider"),))
    return Judgement(inconclusive=f"it was not started here: {reason(error)}")


def _own_place(error: BaseException, home: Home) -> Location | None:
    for one in line(error):
        if (place := loading.last_own_frame(one, home)) is not None:
            return place
    return None


def _ends_in_a_neighbour(error: BaseException) -> bool:
    """Whether the innermost code that was run is that of a made-up dependency."""
    *_, module = ["", *(module for _, _, module in loading.frames(error))]
    return module.startswith(_NEIGHBOURS) or module == "unittest.mock"


def _fix(error: BaseException) -> str:
    if isinstance(error, NameError | AttributeError | ImportError | SyntaxError):
        return "correct the name"
    if careful.class_name(type(error)) == "ValidationError":
        return "give the model what it asks for"
    return "let it start with the configuration that its sample gives, or say there what has to be set"


def _finding(message: str, place: Location | None, fix: str) -> Finding:
    return Finding("PC501", Severity.ERROR, message, location=place, why=_WHY, fix=fix)
