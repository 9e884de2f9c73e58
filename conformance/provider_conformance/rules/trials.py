"""What the rules that try a provider share: when it can be tried, and its first trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from provider_conformance.errors import ConformanceError, StackIncompleteError
from provider_conformance.findings import Finding, Judgement, Location, Severity
from provider_conformance.providers import careful, loading
from provider_conformance.providers.backends import missing_backend
from provider_conformance.providers.constructing import FactoryTimeoutError
from provider_conformance.providers.given import Given
from provider_conformance.providers.model import Implementation, Provider, Spec, SpecKind
from provider_conformance.rules.model import Subject
from provider_conformance.rules.problems import has_spec, judge_problem

if TYPE_CHECKING:
    from provider_conformance.hosts.running import Running
    from provider_conformance.hosts.trial import Trial, TryingHost, Witness


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The first trial of a provider: with made-up providers of the APIs that it needs, and nothing else.

    There is one for each provider; it equals itself alone, so that further trials can be kept by it.

    Attributes:
        trial: The provider.
        witness: What it did.
        error: Why the stack did not start, None where it did.
        again: Why the same did not start a second time, None where it did or was never started.
        absent: Why its back end is not there, "" where it is or none is needed.
    """

    trial: Trial
    witness: Witness
    error: BaseException | None
    again: BaseException | None = None
    absent: str = ""

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
    while error is not None and careful.class_module(type(error)).startswith("provider_conformance."):
        if error.__cause__ is None:
            break
        error = error.__cause__
    return error


@dataclass(frozen=True, slots=True)
class _Wish:
    """How the user wants a provider to be tried.

    Attributes:
        given: Its configuration, None for the sample.
        may_lack: Whether its back end may be missing: it is remote, and nobody says that it is there.
    """

    given: Given | None
    may_lack: bool

    def absent(self, error: BaseException | None) -> str:
        """Why an error is for want of a back end that may be missing."""
        reason = missing_backend(error) if self.may_lack else ""
        return f"{reason}; see --provider-backend" if reason else ""


def _wish(subject: Subject, spec: Spec) -> _Wish:
    may_lack = spec.kind is SpecKind.REMOTE and not subject.trying.backend
    return _Wish(subject.trying.configuration(spec), may_lack)


def want_of_backend(subject: Subject, error: BaseException | None) -> str:
    """Why an error of the subject's provider is for want of its back end, "" where it is the provider's own.

    Only a remote provider may lack one, and only where the user has not said that it is there.
    """
    return _wish(subject, subject.spec).absent(error) if subject.spec is not None else ""


def baseline(subject: Subject) -> Baseline | Judgement:
    """The first trial of the subject's provider, done once for all rules; or why there is none."""
    if subject.contract is None:
        return Judgement(skipped="there is no stack to try it on")
    if subject.spec is None or not has_spec(subject):
        return Judgement(skipped="there is no spec to build a provider from")
    return _baseline(
        subject.provider,
        subject.spec,
        subject.implementation,
        subject.contract.stack,
        subject.contract.release,
        _wish(subject, subject.spec),
    )


@lru_cache(maxsize=64)
def _baseline(
    provider: Provider,
    spec: Spec,
    implementation: Callable[[], Implementation],
    stack: str,
    release: str,
    wish: _Wish,
) -> Baseline | Judgement:
    if spec.kind not in (SpecKind.INLINE, SpecKind.REMOTE):
        return Judgement(skipped="the stack makes this provider itself")
    if provider.not_imported:
        return Judgement(skipped=f"the provider's code is not run: {provider.not_imported}")
    try:
        host = _host(stack, release)
    except StackIncompleteError as error:
        return Judgement(inconclusive=str(error))
    except ConformanceError as error:
        return Judgement(skipped=f"it is not tried: {error}")
    found = implementation()
    if found.factory is None:
        seen = judge_problem("", found.problem)
        return seen or Judgement(skipped=f"the factory cannot be seen: {found.unseen}")
    return _tried(spec, found.factory, host, wish)


def _host(stack: str, release: str) -> TryingHost:
    from provider_conformance.hosts.load import trying_host  # noqa: PLC0415 - the whole stack

    return trying_host(stack, release)


def _tried(spec: Spec, factory: Callable[..., Any], host: TryingHost, wish: _Wish) -> Baseline | Judgement:
    from provider_conformance.hosts.trial import Trial, Witness  # noqa: PLC0415 - the whole stack

    config_class = None
    if spec.config_class:
        module, _, name = spec.config_class.rpartition(".")
        imported = loading.import_module(module)
        config_class = getattr(imported.value, name, None)
        if config_class is None:
            return Judgement(skipped=f"its configuration class cannot be had: {spec.config_class}")
    trial, witness = Trial(spec.raw, factory, config_class, host, wish.given), Witness()
    attempt = trial.run(trial.surroundings(), _unanswered if wish.may_lack else nothing_more, witness)
    if attempt.error is not None:
        return Baseline(trial, witness, attempt.error, absent=wish.absent(attempt.error))
    absent = wish.absent(attempt.value)
    trial = replace(trial, offline=bool(absent))
    return Baseline(trial, witness, None, trial.run(trial.surroundings(), nothing_more).error, absent)


async def _unanswered(running: Running) -> BaseException | None:
    return await running.unanswered()


async def nothing_more(_running: Running) -> None:
    """Resolving is all that there is to do."""


def started(subject: Subject, *, offline: bool = False) -> Baseline | Judgement:
    """The first trial where the provider started; or a skip that points to the rule that tells why not.

    Args:
        subject: The provider.
        offline: Whether what is judged can be seen without the provider's back end. Else a remote
            provider whose back end is not there is inconclusive.
    """
    first = baseline(subject)
    if isinstance(first, Judgement):
        return first
    if first.absent and (first.error is not None or not offline):
        return Judgement(inconclusive=first.absent)
    if first.error is not None:
        teller = "PC502" if first.witness.undeclared else "PC501"
        return Judgement(skipped=f"it was not started, see {teller}")
    if first.again is not None:
        return Judgement(skipped="it does not start again, see PC505")
    return first


def blame(
    subject: Subject,
    code: str,
    message: str,
    why: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    *,
    method: str = "",
    place: Location | None = None,
) -> Judgement:
    """One finding, at ``place``, else at the factory's class, else at the spec."""
    found = subject.implementation().location or (subject.spec.location if subject.spec else None)
    finding = Finding(code, severity, message, method, location=place or found, why=why, fix=fix)
    return Judgement((finding,))
