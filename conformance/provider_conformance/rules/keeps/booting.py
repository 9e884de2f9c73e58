"""PC704: what does a provider say that is started where nothing is set?"""

from __future__ import annotations

import dis
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from provider_conformance.configuration.sample import PLACEHOLDER, open_references, sample_config
from provider_conformance.configuration.secret_fields import empty_text_fields
from provider_conformance.evidence.loading import is_loadable
from provider_conformance.evidence.sample import sampled
from provider_conformance.evidence.start import Start, as_it_is, baseline, nothing_more, raised
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import PASS, Finding, Judgement, Level, Location, Severity, left_to
from provider_conformance.package import loading
from provider_conformance.package.loading import Home
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import home_of
from provider_conformance.rules.model import Scope, rule
from provider_conformance.sandbox.environment import emptied

_OBSCURE: Final = (LookupError, AttributeError, TypeError, NameError, AssertionError)
"""What Python raises by itself where something is not there; it says nothing to who starts the stack."""

_FACTORY: Final = ("PC109", "PC111", "PC112", "PC113", "PC114", "PC115")
"""The rules that say of a configuration class and a factory why nothing starts, whatever is set."""
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


@rule(
    "PC704",
    "obscure-without-settings",
    scope=Scope.SPEC,
    applies=is_loadable,
    level=Level.STARTS,
    after=_FACTORY,
)
def obscure_without_settings(subject: Subject) -> Judgement:
    """Check that a provider says what it misses when it is started where nothing is set.

    What it does:
        Starts the provider on the stack with its sample configuration and an environment that has none of
        the provider's variables. That it starts is fine, and so is an error that is a sentence. A bare
        `KeyError`, `AttributeError` or `TypeError` is looked into: if the start goes on once a variable that
        was looked up, or a setting that is None, has a value, then that was what is missing, and
        the error does not say so.

    Why is this bad:
        It is what everybody sees who starts the stack for the first time: `'NoneType' object has no
        attribute 'get_secret_value'` does not tell which variable to set.

    Example:
        ```python
        async def get_adapter_impl(config, deps):
            return MyAdapter(key=os.environ["MY_KEY"])  # KeyError: 'MY_KEY'
        ```

    How to fix:
        Let the configuration class require the field, or check and raise
        `ValueError("set MY_KEY, or api_key in the provider's config")`.

    Source:
        The stacks log the error of a start and end.
    """
    first = baseline(subject)
    if isinstance(first, Judgement) or subject.spec is None:
        return first if isinstance(first, Judgement) else PASS
    if first.late:
        return left_to("PC707", "PC724", why="its start does not come to an end")
    home = home_of(subject.spec, subject.provider)
    first = replace(first, trial=as_it_is(first.trial))
    start = _started(first, home)
    if isinstance(start.error, ImportError):
        return left_to("PC501", why=f"a module is missing: {careful.text(start.error)}")
    if start.error is None or not _is_obscure(start.error, home):
        return PASS
    missed = _missed(subject, first, start, home)
    if not missed:
        return left_to("PC501", why="it does not start for another reason than its settings")
    return Judgement((_finding(subject, start.error, missed, home),))


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
    named = sampled(subject, shared=True)
    values = {} if isinstance(named, Judgement) else named.values or {}
    names = list(dict.fromkeys([*start.missing, *open_references(values)]))
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


def _finding(subject: Subject, error: BaseException, missed: str, home: Home) -> Finding:
    place: Location | None = loading.last_own_frame(error, home) or subject.implementation().location
    shown = f"{careful.class_name(type(error))}: {careful.text(error)}"
    return Finding(
        "PC704",
        Severity.ERROR,
        f"started where nothing is set it fails with `{shown}`",
        location=place,
        why=f"What is missing is {missed}, and who starts the stack is not told.",
        fix="let the configuration require it, or raise a ValueError that names what to set",
    )
