"""The configurations that the user gives, by the hook of a conftest or by a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from traceback import walk_tb
from typing import Any, Final

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.providers.given import Given, Key, Trying, read_given
from provider_conformance.providers.model import Provider, Spec
from provider_conformance.settings import Settings

HOOK: Final = "pytest_provider_config"


def trying(config: pytest.Config, settings: Settings, providers: Iterable[Provider]) -> Trying:
    """How providers are to be tried.

    Raises:
        UsageError: If the file does not fit the providers, or the hook fails: both are the user's.
    """
    specs = [spec for provider in providers for spec in provider.specs]
    found = read_given(settings.config, specs) if settings.config else {}
    hooked = dict(_hooked(config, specs))
    if hooked and settings.isolate:
        raise UsageError(
            f"{HOOK}: what it answers cannot be given to a process of its own; use --provider-config "
            "with --provider-isolate"
        )
    return Trying(settings.backend, {**found, **hooked})


def _hooked(config: pytest.Config, specs: Iterable[Spec]) -> Iterator[tuple[Key, Given]]:
    hook = getattr(config.hook, HOOK)
    if not hook.get_hookimpls():
        return
    for spec in specs:
        value = _asked(hook, spec)
        if value is not None:
            yield (spec.api, spec.provider_type), Given(value, HOOK)


def _asked(hook: Any, spec: Spec) -> Any:
    """What the hook answers for a spec: a dict, an object, or None."""
    try:
        value = hook(spec=spec if spec.raw is None else spec.raw)
    except (Exception, SystemExit) as error:
        *_, (frame, line) = walk_tb(error.__traceback__)
        place = f"{frame.f_code.co_filename}:{line}"
        raise UsageError(
            f"{HOOK} fails for {spec.provider_type}: {type(error).__name__}: {error} ({place})"
        ) from error
    if isinstance(value, str | bytes | int | float | list | tuple | set | type):
        raise UsageError(
            f"{HOOK} returns a {type(value).__name__} for {spec.provider_type}: a dict of settings, "
            "an object of its configuration class or None is expected"
        )
    return dict(value) if isinstance(value, Mapping) else value
