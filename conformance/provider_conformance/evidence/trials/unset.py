"""How a provider starts where nothing is set, and what it misses then."""

from __future__ import annotations

import dis
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from provider_conformance.configuration.sample import PLACEHOLDER, open_references, sample_config
from provider_conformance.configuration.secret_fields import empty_text_fields
from provider_conformance.evidence.sample import sample_values
from provider_conformance.evidence.start import Start, as_it_is, nothing_more, raised
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location
from provider_conformance.package import loading
from provider_conformance.package.loading import Home
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import home_of
from provider_conformance.sandbox.environment import emptied

_OBSCURE: Final = (LookupError, AttributeError, TypeError, NameError, AssertionError)
"""What Python raises by itself where something is not there; it says nothing to who starts the stack."""
_SINGLY: Final = 8
"""How many variables are tried one by one."""


@dataclass(frozen=True, slots=True)
class _Start:
    """How a start in an empty environment went."""

    error: BaseException | None
    missing: tuple[str, ...] = ()

    @property
    def outcome(self) -> tuple[str, str, int]:
        """What tells two failures apart: the type, the message, and the line that raised."""
        if self.error is None:
            return "", "", 0
        line = [line for _, line, _ in loading.frames(self.error)]
        return careful.class_title(type(self.error)), careful.text(self.error), line[-1] if line else 0


@dataclass(frozen=True, slots=True)
class Unset:
    """A start of a provider in an environment that has none of its variables.

    Attributes:
        error: An error that does not say what is missing, None where there is none.
        missed: The variable or the setting with which the start goes on.
        place: Where the provider's own code raised it, None where it did not.
    """

    error: BaseException | None = None
    missed: str = ""
    place: Location | None = None

    @classmethod
    def collect(cls, subject: Subject, first: Start) -> Unset:
        """Start it, and find out what it misses.

        Raises:
            NotJudged: It does not start for another reason, whatever is set.
        """
        if subject.spec is None:
            return cls()
        if first.late:
            raise NotJudged("its start does not come to an end", see=("PC707", "PC724"))
        home = home_of(subject.spec, subject.provider)
        first = replace(first, trial=as_it_is(first.trial))
        start = _started(first, home)
        if isinstance(start.error, ImportError):
            raise NotJudged(f"a module is missing: {careful.text(start.error)}", see=("PC501",))
        if start.error is None or not _is_obscure(start.error, home):
            return cls()
        missed = _missed(subject, first, start, home)
        if not missed:
            raise NotJudged("it does not start for another reason than its settings", see=("PC501",))
        return cls(start.error, missed, loading.last_own_frame(start.error, home))


def _started(first: Start, home: Home, given: dict[str, str] | None = None) -> _Start:
    with emptied(given, by=home.owns) as missing:
        error = first.trial.run(first.trial.surroundings(), nothing_more).error
    return _Start(raised(error), tuple(missing))


def _is_obscure(error: BaseException, home: Home) -> bool:
    if not isinstance(error, _OBSCURE):
        return False
    text = careful.text(error.args[0]) if error.args else ""
    return len(text.split()) < 2 or not _is_deliberate(error, home)


def _is_deliberate(error: BaseException, home: Home) -> bool:
    """Whether the provider's own code raises it with a `raise` or an `assert` statement."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    code = trace.tb_frame.f_code
    return home.owns(code.co_filename) and code.co_code[trace.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _missed(subject: Subject, first: Start, start: _Start, home: Home) -> str:
    """What was missing: a variable or a setting with which the start goes on; "" where there is none."""
    names = list(dict.fromkeys([*start.missing, *open_references(sample_values(subject))]))
    for each in [*([name] for name in names[:_SINGLY]), names]:
        given = dict.fromkeys(each, PLACEHOLDER)
        if each and _started(first, home, given).outcome != start.outcome:
            return f"the variable {_the_one(each, start.error)}"
    filled: list[str] = []
    config = replace(first.trial, config_class=lambda: _filled(first.trial.config_class, filled), given=None)
    if _started(replace(first, trial=config), home).outcome != start.outcome:
        return f"the setting {_the_one(filled, start.error)}"
    return ""


def _filled(make: Callable[..., Any] | None, names: list[str]) -> Any:
    """A sample configuration with a text wherever it has None and takes one; adds their names."""
    made = sample_config(make) if make is not None else None
    texts = empty_text_fields(made)
    names.extend(name for name in texts if name not in names)
    return made.model_copy(update=texts) if texts and made is not None else made


def _the_one(names: list[str], error: BaseException | None) -> str:
    """The name that the error has in it, else all of them."""
    told = [name for name in names if error is not None and name in str(error)]
    return " or ".join(f"`{name}`" for name in told or names)
