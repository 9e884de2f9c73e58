"""What the rules that try a provider share: when it can be tried, and its first trial."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from provider_conformance.configuration import backend_fields
from provider_conformance.configuration.given import Given
from provider_conformance.configuration.secret_fields import Filling, empty_secret_fields, empty_text_fields
from provider_conformance.errors import BACKENDS_EXTRA, ConformanceError, StackIncompleteError
from provider_conformance.evidence.loading import has_spec, not_loaded
from provider_conformance.evidence.store import Cause, NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Location, Severity
from provider_conformance.package import loading
from provider_conformance.package.backends import missing_backend
from provider_conformance.package.chains import causes
from provider_conformance.package.model import Spec, SpecKind
from provider_conformance.protocols import careful
from provider_conformance.sandbox.constructing import FactoryTimeoutError
from provider_conformance.sandbox.containment import Attempt
from provider_conformance.sandbox.watching import NETWORK

if TYPE_CHECKING:
    from provider_conformance.backends import Backend
    from provider_conformance.hosts.running import Running
    from provider_conformance.hosts.trial import Trial, TryingHost, Witness


KEPT: Final = ("PC721",)
"""What tells of a provider that was kept from a network: its back end is not there for that."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The first trial of a provider: with made-up providers of the APIs that it needs, and nothing else.

    There is one for each provider; it equals itself alone, so that further trials can be kept by it.

    Attributes:
        trial: The provider.
        witness: What it did.
        error: Why the stack did not start, None where it did.
        again: Why the same did not start a second time, None where it did or was never started.
        absent: Why its back end is not there, "" where it is or none is needed.
        awaited: Whether the first trial came to no end for want of it.
        seconds: What a trial costs in which nothing is asked of it: CPU, or a third of the time that it
            takes where that is more. A busy machine does not make a provider slow, and waiting does.
        standin: Whether its back end is the stand-in, see ``--provider-no-standin``.
    """

    trial: Trial
    witness: Witness
    error: BaseException | None
    again: BaseException | None = None
    absent: str = ""
    seconds: float = 0.0
    awaited: bool = False
    standin: bool = False

    @classmethod
    def collect(cls, subject: Subject) -> Start:
        """Try a provider for the first time.

        Raises:
            NotJudged: There is no stack, no spec or no factory to try it with, or its code is not run.
        """
        spec = subject.spec
        if subject.contract is None:
            raise NotJudged("there is no stack to try it on")
        if spec is None or not has_spec(subject):
            raise NotJudged("there is no spec to build a provider from")
        if spec.kind not in (SpecKind.INLINE, SpecKind.REMOTE):
            raise NotJudged("the stack makes this provider itself")
        if subject.provider.not_imported:
            raise NotJudged(f"the provider's code is not run: {subject.provider.not_imported}")
        try:
            host = _host(subject.contract.stack, subject.contract.release)
        except StackIncompleteError as error:
            raise NotJudged(str(error), inconclusive=True) from None
        except ConformanceError as error:
            raise NotJudged(f"it is not tried: {error}") from None
        return _tried(spec, _factory(subject), host, _wish(subject, spec))

    @property
    def late(self) -> bool:
        """Whether the trial did not come to an end in time."""
        return isinstance(self.error, FactoryTimeoutError)

    @property
    def raised(self) -> BaseException | None:
        """What the provider raised when it was started, without what the stack says about it."""
        return raised(self.error)


def raised(error: BaseException | None) -> BaseException | None:
    """The provider's own error behind one of the built-in stack's; an installed stack lets it through."""
    last = error
    for last in causes(error):
        if not careful.class_module(type(last)).startswith("provider_conformance."):
            break
    return last


@dataclass(frozen=True, slots=True)
class _Wish:
    """How the user wants a provider to be tried.

    Attributes:
        given: Its configuration, None for the sample.
        may_lack: Whether its back end may be missing: nobody says that it is there.
        remote: Whether it stands for a service elsewhere.
        standin: The server to try it on, None without one.
        stored: Given the fields of its configuration, the settings that lead it to a store, if there is one.
    """

    given: Given | None
    may_lack: bool
    remote: bool = False
    standin: Backend | None = None
    stored: Callable[[Collection[str]], Mapping[str, object] | None] = lambda _fields: None

    @property
    def asked(self) -> bool:
        """Whether it is asked for the least right after its start, to see whether its back end is there."""
        return self.remote and self.may_lack

    def absent(self, error: BaseException | None) -> str:
        """Why an error is for want of a back end that may be missing."""
        reason = missing_backend(error) if self.may_lack else ""
        more = f", or {BACKENDS_EXTRA}" if self.standin is not None and self.standin.proxy is None else ""
        return f"{reason}; see --provider-backend{more}" if reason else ""

    def awaited(self, attempt: Attempt) -> str:
        """Whom a trial was waiting for that did not come to its end: what it tried to reach and may lack."""
        late = attempt.error
        if not (self.asked and isinstance(late, FactoryTimeoutError) and late.waited):
            return ""
        sought = [v.what for v in attempt.violations if v.kind == NETWORK and not v.imported]
        return f"it waits for {sought[-1].rpartition(' ')[2]}; see --provider-backend" if sought else ""


def _wish(subject: Subject, spec: Spec) -> _Wish:
    remote = spec.kind is SpecKind.REMOTE
    trying = subject.trying
    return _Wish(
        trying.configuration(spec),
        not trying.backend,
        remote,
        trying.standin_for(spec),
        partial(trying.store_for, spec),
    )


def want_of_backend(subject: Subject, error: BaseException | None) -> str:
    """Why an error of the subject's provider is for want of its back end, "" where it is the provider's own.

    None is missing where the user has said that it is there.
    """
    return _wish(subject, subject.spec).absent(error) if subject.spec is not None else ""


def _factory(subject: Subject) -> Callable[..., Any]:
    """The subject's factory.

    Raises:
        NotJudged: There is none that could be called.
    """
    found = subject.implementation()
    if found.factory is None:
        if found.problem is not None:
            raise not_loaded(found.problem)
        raise NotJudged(f"the factory cannot be seen: {found.unseen}", see=("PC110",))
    if found.not_imported:  # what stands for the factory was read off its source
        raise NotJudged(f"it was not started here: {found.note}", inconclusive=True)
    factory: Callable[..., Any] = found.factory
    return factory


def _host(stack: str, release: str) -> TryingHost:
    from provider_conformance.hosts.load import trying_host  # noqa: PLC0415 - the whole stack

    return trying_host(stack, release)


def _tried(spec: Spec, factory: Callable[..., Any], host: TryingHost, wish: _Wish) -> Start:
    from provider_conformance.hosts.trial import Trial  # noqa: PLC0415 - the whole stack

    config_class = None
    if spec.config_class:
        module, _, name = spec.config_class.rpartition(".")
        imported = loading.import_module(module)
        config_class = getattr(imported.value, name, None)
        if config_class is None:
            raise NotJudged(f"its configuration class cannot be had: {spec.config_class}", see=("PC109",))
    trial = Trial(spec.raw, factory, config_class, host, wish.given)
    # A store before the stand-in: a URL leads to either, and only the one answers as that server does.
    kept = _kept(trial, wish)
    if kept is not None and kept.error is None and not kept.absent:
        return kept
    led = _led(trial, wish)
    if led is not None and not led.absent:
        return led
    first = _first(trial, wish)
    if wish.given is None and _may_want_settings(first):
        # What fails for want of a secret or a URL says nothing about the provider: nobody has set them here.
        return next(
            (tried for made in _filled(trial) if (tried := _first(made, wish)).error is None or tried.absent),
            first,
        )
    return first


def _led(trial: Trial, wish: _Wish) -> Start | None:
    """The first trial over the stand-in; None where neither a setting nor a host's name leads to it.

    It is tried with placeholders for secrets; where that does not start, with one for every empty text.
    """
    standin = wish.standin
    if standin is None or trial.config_class is None:
        return None
    trial = replace(trial, environment=standin.variables)
    tried = []
    for fill in (empty_secret_fields, empty_text_fields):
        for base in backend_fields.BASES:
            led = backend_fields.Leading(standin.url, base, fill, standin.serve)
            start = _first(replace(trial, config_class=Filling(trial.config_class, led)), wish)
            if not (led.leads or standin.variables):
                return None
            if not (start.absent and led.guesses):
                break
        tried.append(replace(start, standin=True))
        if not _may_want_settings(start):
            return tried[-1]
    return tried[0]


def _kept(trial: Trial, wish: _Wish) -> Start | None:
    """The first trial over a store that an installed package brings; None where none does."""
    fields = careful.attribute(trial.config_class, "model_fields")
    settings = wish.stored([*fields]) if isinstance(fields, dict) else None
    if settings is None or trial.config_class is None:
        return None
    settled = Filling(trial.config_class, backend_fields.Settled(settings))
    return _first(replace(trial, config_class=settled), wish)


def _may_want_settings(first: Start) -> bool:
    """Whether a start may have failed for settings that are empty."""
    raised = first.raised
    return isinstance(raised, Exception) and not (
        first.absent or first.late or isinstance(raised, ImportError)
    )


def _first(trial: Trial, wish: _Wish) -> Start:
    from provider_conformance.hosts.trial import Witness  # noqa: PLC0415 - the whole stack

    witness = Witness()
    attempt = trial.run(trial.surroundings(), _unanswered if wish.asked else nothing_more, witness)
    awaited = wish.awaited(attempt)
    if attempt.error is not None and not (awaited and witness.made):
        absent = awaited or wish.absent(attempt.error)
        return Start(trial, witness, attempt.error, absent=absent, awaited=bool(awaited))
    absent = awaited or wish.absent(attempt.value)
    trial = replace(trial, offline=bool(absent))
    begun, spent = time.monotonic(), time.process_time()
    again = trial.run(trial.surroundings(), nothing_more).error
    if awaited and isinstance(again, FactoryTimeoutError):  # a stack that asks for listings as it starts
        return Start(trial, witness, attempt.error, absent=absent, awaited=True)
    seconds = max(time.process_time() - spent, (time.monotonic() - begun) / 3)
    return Start(trial, witness, None, again, absent, seconds, bool(awaited))


def _filled(trial: Trial) -> Iterator[Trial]:
    """The trial with placeholders for the secrets that its configuration leaves empty; then for all texts."""
    for fill in (empty_secret_fields, empty_text_fields) if trial.config_class is not None else ():
        yield replace(trial, config_class=Filling(trial.config_class, fill))


def as_it_is(trial: Trial) -> Trial:
    """The trial with the configuration as the sample gives it, nothing filled in."""
    made = trial.config_class
    return replace(trial, config_class=made.cls) if isinstance(made, Filling) else trial


async def _unanswered(running: Running) -> BaseException | None:
    return await running.unanswered()


async def nothing_more(_running: Running) -> None:
    """Resolving is all that there is to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Started:
    """A provider that starts, and starts again; whether its back end is there does not matter.

    Attributes:
        first: Its first trial.
    """

    first: Start

    @classmethod
    def collect(cls, first: Start) -> Started:
        """Take a provider whose first trial went well.

        Raises:
            NotJudged: It did not start, or its back end is not there.
        """
        if first.error is not None and first.absent:
            raise NotJudged(first.absent, inconclusive=True, see=KEPT)
        if first.error is not None:
            cause = Cause.UNDECLARED if first.witness.undeclared else Cause.NOT_STARTED
            raise NotJudged("it was not started", cause=cause)
        if first.again is not None:
            raise NotJudged("it does not start again", cause=Cause.NOT_STARTED_AGAIN)
        return cls(first)


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A provider that starts and whose back end, if it has one, is there.

    Attributes:
        first: Its first trial.
    """

    first: Start

    @classmethod
    def collect(cls, started: Started) -> Served:
        """Take a provider that can be asked for something.

        Raises:
            NotJudged: Its back end is not there.
        """
        if started.first.absent:
            raise NotJudged(started.first.absent, inconclusive=True, see=KEPT)
        return cls(started.first)


def blamed(
    subject: Subject,
    message: str,
    why: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    *,
    method: str = "",
    place: Location | None = None,
    through: tuple[str, ...] = (),
) -> Finding:
    """A finding at ``place``, else at the factory's class, else at the spec; its code is that of its rule."""
    found = subject.implementation().location or (subject.spec.location if subject.spec else None)
    return Finding("", severity, message, method, location=place or found, why=why, fix=fix, through=through)
