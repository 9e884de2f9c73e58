"""What the rules that try a provider share: when it can be tried, and its first trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from provider_conformance.errors import ConformanceError
from provider_conformance.findings import Finding, Judgement, Location, Severity
from provider_conformance.providers import careful, loading
from provider_conformance.providers.constructing import FactoryTimeoutError
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
    """

    trial: Trial
    witness: Witness
    error: BaseException | None
    again: BaseException | None = None

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
    )


@lru_cache(maxsize=64)
def _baseline(
    provider: Provider, spec: Spec, implementation: Callable[[], Implementation], stack: str, release: str
) -> Baseline | Judgement:
    if spec.kind not in (SpecKind.INLINE, SpecKind.REMOTE):
        return Judgement(skipped="the stack makes this provider itself")
    if provider.not_imported:
        return Judgement(skipped=f"the provider's code is not run: {provider.not_imported}")
    try:
        host = _host(stack, release)
    except ConformanceError as error:
        return Judgement(skipped=f"it is not tried: {error}")
    found = implementation()
    if found.factory is None:
        seen = judge_problem("", found.problem)
        return seen or Judgement(skipped=f"the factory cannot be seen: {found.unseen}")
    return _tried(spec, found.factory, host)


def _host(stack: str, release: str) -> TryingHost:
    from provider_conformance.hosts.load import trying_host  # noqa: PLC0415 - the whole stack

    return trying_host(stack, release)


def _tried(spec: Spec, factory: Callable[..., Any], host: TryingHost) -> Baseline | Judgement:
    from provider_conformance.hosts.trial import Trial, Witness  # noqa: PLC0415 - the whole stack

    config_class = None
    if spec.config_class:
        module, _, name = spec.config_class.rpartition(".")
        imported = loading.import_module(module)
        config_class = getattr(imported.value, name, None)
        if config_class is None:
            return Judgement(skipped=f"its configuration class cannot be had: {spec.config_class}")
    trial, witness = Trial(spec.raw, factory, config_class, host), Witness()
    attempt = trial.run(trial.surroundings(), nothing_more, witness)
    if attempt.error is not None:
        return Baseline(trial, witness, attempt.error)
    return Baseline(trial, witness, None, trial.run(trial.surroundings(), nothing_more).error)


async def nothing_more(_running: Running) -> None:
    """Resolving is all that there is to do."""


def started(subject: Subject) -> Baseline | Judgement:
    """The first trial where the provider started; or a skip that points to the rule that tells why not."""
    first = baseline(subject)
    if isinstance(first, Judgement):
        return first
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
