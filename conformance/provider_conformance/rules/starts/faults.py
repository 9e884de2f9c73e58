"""Whose fault it is that a provider does not start, and how that is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from provider_conformance.configuration.sample import PLACEHOLDER, open_references
from provider_conformance.configuration.secret_fields import Filling
from provider_conformance.evidence.calls import is_theirs
from provider_conformance.evidence.loading import code_of
from provider_conformance.evidence.sample import sample_values
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import loading, requirements
from provider_conformance.package.chains import line, reason
from provider_conformance.package.exceptions import ends_in_made_up
from provider_conformance.package.loading import Home
from provider_conformance.package.places import of_function
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import home_of

_TELLERS: Final = ("PC112", "PC114", "PC209", "PC211")
"""The rules that tell why the stack cannot call the factory, or set something on what it gave."""
_AWAITED: Final = "can't be used in 'await' expression"
_STANDS_FOR: Final = re.compile(rf"(?<![\w-]){PLACEHOLDER}(?![\w-])")
"""The folders of a run have the word with a hyphen."""
_WHY: Final = "The stack makes the provider when it starts: the error ends the start, for all providers."


def start_faults(subject: Subject, first: Start, error: BaseException) -> Iterator[Finding]:
    """What is wrong with a start that failed.

    Whatever passes through the provider's own code is the provider's, whatever it is. What is raised
    elsewhere may be the fault of what is made up here, and nothing is known then.

    Args:
        subject: The provider.
        first: Its first trial.
        error: What the stack raised.

    Raises:
        NotJudged: Nothing is known, or other rules tell why.
    """
    raised = first.raised or error
    problem = subject.implementation().problem
    if problem is not None:
        raise NotJudged(problem.message, see=(code_of(problem),))
    if first.late:
        raise NotJudged("its start does not come to an end", inconclusive=True, see=("PC724", "PC707"))
    home = home_of(subject.spec, subject.provider) if subject.spec is not None else Home("")
    if isinstance(raised, ImportError) and subject.spec is not None:
        failure = requirements.judge(raised, home, subject.spec, "starting it")
        if failure.problem is None:
            raise NotJudged(f"it was not started here: it {failure.unseen}", inconclusive=True)
        place = failure.problem.location or _own_place(raised, home)
        yield _finding(failure.problem.message, place, failure.problem.fix)
        return
    if (own := _own_place(raised, home)) is None:
        yield _of_what_it_gave(subject, first, raised)
    elif (unset := _unset(subject, first)) and _names_what_stands_for_a_setting(raised):
        why = f"it was not started here: nobody has set {unset}: {reason(raised)}"
        raise NotJudged(f"{why}; see --provider-config", inconclusive=True)
    elif ends_in_made_up(raised, is_theirs(subject)):
        why = f"it was not started here: a made-up dependency raises {reason(raised)}"
        raise NotJudged(why, inconclusive=True)
    else:
        yield _finding(f"it does not start: {reason(raised)}", own, _fix(raised))


def _of_what_it_gave(subject: Subject, first: Start, error: BaseException) -> Finding:
    """What is wrong where the stack raised over what the provider's factory gave it.

    Raises:
        NotJudged: It is not for that.
    """
    factory = of_function(first.trial.factory) or subject.implementation().location
    if isinstance(error, TypeError) and _AWAITED in str(error) and not first.witness.made:
        message = f"its factory is not async, and the stack awaits it: {reason(error)}"
        return _finding(message, factory, "write `async def` for the factory")
    if first.witness.made and first.witness.made[0] is None:
        message = f"its factory returns None, and the stack goes on with that: {reason(error)}"
        return _finding(message, factory, "return the provider")
    raise NotJudged(f"it was not started here: {reason(error)}", inconclusive=True, see=_TELLERS)


def _unset(subject: Subject, first: Start) -> str:
    """The settings that something stands for here, "" where the configuration is the user's or is whole."""
    if first.trial.given is not None:
        return ""
    names = ", ".join(f"`{name}`" for name in open_references(sample_values(subject)))
    return names or ("its settings" if isinstance(first.trial.config_class, Filling) else "")


def _names_what_stands_for_a_setting(error: BaseException) -> bool:
    """Whether an error is about the text that stands here for a setting that nobody has made."""
    return any(_STANDS_FOR.search(careful.text(one)) for one in line(error))


def _own_place(error: BaseException, home: Home) -> Location | None:
    for one in line(error):
        if (place := loading.last_own_frame(one, home)) is not None:
            return place
    return None


def _fix(error: BaseException) -> str:
    if isinstance(error, NameError | AttributeError | ImportError | SyntaxError):
        return "correct the name"
    if careful.class_name(type(error)) == "ValidationError":
        return "give the model what it asks for"
    return "let it start with the configuration that its sample gives, or say there what has to be set"


def _finding(message: str, place: Location | None, fix: str) -> Finding:
    return Finding("", Severity.ERROR, message, location=place, why=_WHY, fix=fix)
