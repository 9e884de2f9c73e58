"""What the rules about a configuration share: its class, asked for a sample as the stack asks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from provider_conformance.configuration.sample import FOLDER, folder_for
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import loading, places, requirements
from provider_conformance.package.model import Spec
from provider_conformance.protocols import careful
from provider_conformance.providers.implementation import home_of, load_class
from provider_conformance.sandbox.constructing import construct
from provider_conformance.sandbox.containment import Attempt

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Configured:
    """The class of a provider's configuration.

    Attributes:
        cls: The class.
        first: Whether no other spec before this one has the same.
    """

    cls: type
    first: bool

    @classmethod
    def collect(cls, subject: Subject) -> Configured:
        """Import it.

        Raises:
            NotJudged: There is none, or the provider's code is not run.
        """
        spec = _with_class(subject)
        home_of(spec, subject.provider)  # makes a package that is given by its folder importable
        found = load_class(spec.config_class or "").value
        if not careful.is_class(found):
            raise NotJudged("the configuration class cannot be had", see=("PC109",))
        return cls(found, _first_of(subject) == spec)


def _with_class(subject: Subject) -> Spec:
    """The subject's spec, which names a class.

    Raises:
        NotJudged: It names none, or the provider's code is not run.
    """
    if subject.provider.not_imported or loading.reader() is not None:
        raise NotJudged(f"the provider's code is not run: {subject.provider.not_imported}")
    if subject.spec is None or not subject.spec.config_class:
        raise NotJudged("there is no configuration class", see=("PC109",))
    return subject.spec


def _first_of(subject: Subject) -> Spec | None:
    """The first spec that has the subject's configuration class."""
    return next((s.spec for s in subject.siblings() if _shares(s, subject)), subject.spec)


def _shares(other: Subject, subject: Subject) -> bool:
    return bool(other.spec and subject.spec and other.spec.config_class == subject.spec.config_class)


@dataclass(frozen=True, slots=True)
class Sampled:
    """A configuration class that offers a sample, and what came of asking for it.

    Attributes:
        config_class: The class.
        title: Its name.
        sample: Its ``sample_run_config``, whatever that is.
        asked: What it was asked with, and what came of it, in the order in which it was asked; the
            stack's own way is the first. Empty where it takes no call.
    """

    config_class: type
    title: str
    sample: Any
    asked: tuple[tuple[Mapping[str, str], Attempt], ...] = ()

    @classmethod
    def collect(cls, subject: Subject, configured: Configured) -> Sampled:
        """Ask for it as the stack does.

        Raises:
            NotJudged: The class offers none.
        """
        if careful.attribute(configured.cls, "sample_run_config", _ABSENT) is _ABSENT:
            raise NotJudged("its configuration class offers no `sample_run_config`")
        return _sampled(configured.cls, asks_for_folder(subject))

    @property
    def values(self) -> dict[str, Any] | None:
        """The sample, None where there is none that a run config could hold."""
        value = self.asked[0][1].value if self.asked else None
        if not isinstance(value, dict) or any(type(key) is not str for key in value):
            return None
        return dict(value)

    @property
    def location(self) -> Location | None:
        """Where the sample is defined, or else the class."""
        return places.of_function(self.sample) or places.of_class(self.config_class)


@dataclass(frozen=True, slots=True)
class OwnSample:
    """The sample of a class that several specs may have, for the first of them alone.

    Attributes:
        sampled: The sample.
    """

    sampled: Sampled

    @classmethod
    def collect(cls, subject: Subject) -> OwnSample:
        """Take the sample where no spec before has the same class.

        Raises:
            NotJudged: One has, or there is no sample.
        """
        spec, first = _with_class(subject), _first_of(subject)
        if first is not None and first != spec:
            raise NotJudged(f"the configuration class is judged once, at {first.provider_type}")
        return cls(subject.store.get(Sampled, subject))


def sample_values(subject: Subject) -> dict[str, Any]:
    """The sample of the configuration, whichever spec it is judged at; empty where there is none."""
    found = subject.store.find(Sampled, subject)
    return (found.values or {}) if found is not None else {}


def asks_for_folder(subject: Subject) -> bool:
    """Whether the stack passes its folder to a sample; the built-in stack never asks for one."""
    return subject.contract is not None and subject.contract.stack != "builtin"


@lru_cache(maxsize=64)
def _sampled(config_class: type, with_folder: bool) -> Sampled:
    sample = careful.attribute(config_class, "sample_run_config")
    found = Sampled(config_class, careful.class_name(config_class), sample)
    if not callable(sample):
        return found
    asked = tuple((given, _ask(sample, given)) for given in _ways(sample, with_folder))
    return Sampled(found.config_class, found.title, sample, asked)


def _ways(sample: Callable[..., Any], with_folder: bool) -> list[dict[str, str]]:
    """The arguments to ask with, the stack's own first."""
    if with_folder:
        return [given for given in [folder_for(sample)] if given]
    plain: dict[str, str] = {}
    ways = [plain, folder_for(sample)] if takes(sample, {}) else [folder_for(sample)]
    return [given for place, given in enumerate(ways) if takes(sample, given) and given not in ways[:place]]


def takes(sample: Callable[..., Any], given: Mapping[str, str]) -> bool:
    """Whether a sample can be asked with these arguments."""
    try:
        inspect.signature(sample).bind(**given)
    except (TypeError, ValueError):
        return False
    return True


def _ask(sample: Callable[..., Any], given: Mapping[str, str]) -> Attempt:
    """Ask in time; a list around the value keeps a coroutine from being awaited."""
    tried = construct(lambda: [sample(**given)], ())
    value = tried.value[0] if tried.error is None else None
    if inspect.iscoroutine(value):
        value.close()
    return Attempt(value, tried.error, tried.stdout, tried.stderr)


def raised(subject: Subject, error: BaseException, what: str) -> str:
    """Why an error says nothing about the provider, "" where it does: a module that is not installed."""
    if subject.spec is None or not isinstance(error, ImportError):
        return ""
    return requirements.judge(error, home_of(subject.spec, subject.provider), subject.spec, what).unseen


def finding(found: Sampled, message: str, why: str, fix: str, **more: Any) -> Finding:
    """A finding about a sample."""
    severity = more.pop("severity", Severity.ERROR)
    return Finding("", severity, message, location=found.location, why=why, fix=fix, **more)


def way_of_asking(given: Mapping[str, str]) -> str:
    """The call, for messages."""
    return f"sample_run_config({', '.join(f'{name}=...' for name in given)})"


__all__ = [
    "FOLDER", "Configured", "OwnSample", "Sampled", "asks_for_folder", "finding", "raised", "sample_values",
    "takes", "way_of_asking",
]  # fmt: skip
