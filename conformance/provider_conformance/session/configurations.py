"""The configurations and samples that the user gives, by the hooks of a conftest or by files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final

import pytest

from provider_conformance.configuration.given import Given, Trying, read_given
from provider_conformance.configuration.sampling import MethodsOf, read_samples, samples_of
from provider_conformance.errors import UsageError
from provider_conformance.package.model import Provider, Spec
from provider_conformance.session.settings import Settings

if TYPE_CHECKING:
    from provider_conformance.backends import Backend
    from provider_conformance.backends.stores import Stores

HOOK: Final = "pytest_provider_config"
SAMPLES: Final = "pytest_provider_samples"


def trying(
    config: pytest.Config,
    settings: Settings,
    providers: Iterable[Provider],
    methods_of: MethodsOf,
    standin: Backend | None = None,
    stores: Stores | None = None,
) -> Trying:
    """How providers are to be tried.

    Args:
        config: pytest's, for its hooks.
        settings: The settings of the run.
        providers: The providers.
        methods_of: Tells the public methods of a spec's API.
        standin: The server that stands for those of remote providers, None without one.
        stores: The stores that installed packages bring, None where none is wanted.

    Raises:
        UsageError: If a file cannot be followed, or a hook fails: both are the user's.
    """
    specs = [spec for provider in providers for spec in provider.specs]
    found = read_given(settings.config, specs) if settings.config else {}
    sampled = read_samples(settings.samples, specs, methods_of) if settings.samples else {}
    for spec, value in _hooked(config, HOOK, specs, settings, "--provider-config"):
        found[spec.api, spec.provider_type] = Given(value, HOOK)
    for spec, value in _hooked(config, SAMPLES, specs, settings, "--provider-samples"):
        origin = f"{SAMPLES}: {spec.provider_type}"
        made = samples_of(value, origin, config.rootpath, methods_of(spec))
        sampled[spec.api, spec.provider_type] = made
    return Trying(settings.backend, found, sampled, standin, stores)


def _hooked(
    config: pytest.Config, name: str, specs: Iterable[Spec], settings: Settings, instead: str
) -> list[tuple[Spec, Any]]:
    """What a hook answers, by spec; nothing for those of which it says nothing."""
    hook = getattr(config.hook, name)
    if not hook.get_hookimpls():
        return []
    found = [(spec, value) for spec in specs if (value := _asked(name, hook, spec)) is not None]
    if found and settings.isolate:
        raise UsageError(
            f"{name}: what it answers cannot be given to a process of its own; use {instead} "
            "with --provider-isolate"
        )
    return found


def _asked(name: str, hook: Any, spec: Spec) -> Any:
    """What the hook answers for a spec: a dict, an object, or None."""
    try:
        value = hook(spec=spec if spec.raw is None else spec.raw)
    except (Exception, SystemExit) as error:
        *_, (frame, line) = walk_tb(error.__traceback__)
        place = f"{frame.f_code.co_filename}:{line}"
        raise UsageError(
            f"{name} fails for {spec.provider_type}: {type(error).__name__}: {error} ({place})"
        ) from error
    if isinstance(value, str | bytes | int | float | list | tuple | set | type):
        expected = "a dict of settings, an object of its configuration class" if name == HOOK else "a dict"
        told = f"{name} returns a {type(value).__name__} for {spec.provider_type}"
        raise UsageError(f"{told}: {expected} or None is expected")
    return dict(value) if isinstance(value, Mapping) else value
