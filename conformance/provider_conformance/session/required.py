"""What ``--provider-require`` cannot stand beside: a gate that is not evaluated is worth nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.findings import Level
from provider_conformance.package.model import Provider
from provider_conformance.run.selection import did_you_mean
from provider_conformance.session.settings import Settings

_OPTION: Final = "--provider-require"
_ALL: Final = "conformance"
"""The marker of all checks: who selects by it leaves none of them out."""


def refuse_by_source(settings: Settings) -> None:
    """Refuse a level that reading the source cannot reach, where that view was asked for.

    Raises:
        UsageError: It is one.
    """
    highest = max((one.level for one in settings.policy.require), default=Level.NONE)
    if settings.view == "source" and highest > Level.FITS:
        raise UsageError(
            f"{_OPTION}={highest.name.lower()}: the source view reaches level {Level.FITS.value} "
            f"({Level.FITS.name.lower()}) at most; require that, or install the stack and leave out "
            "--provider-view=source"
        )


def refuse_selection(config: pytest.Config, settings: Settings, addresses: Sequence[str]) -> None:
    """Refuse a selection beside a level: what is left out may be what would not reach it.

    Raises:
        UsageError: There is one.
    """
    if beside := next(_selections(config, settings, addresses), ""):
        raise UsageError(f"{_OPTION} and {beside}: a level takes all checks, and a selection leaves some out")


def _selections(config: pytest.Config, settings: Settings, addresses: Sequence[str]) -> Iterator[str]:
    given = config.option
    if settings.policy.select:
        yield "--provider-select"
    if settings.policy.ignore:
        yield "--provider-ignore"
    if given.keyword:
        yield "-k"
    if given.markexpr and given.markexpr.strip() != _ALL:
        yield "-m"
    if given.deselect:
        yield "--deselect"
    for name, option in (("lf", "--lf"), ("stepwise", "--stepwise")):
        if getattr(given, name, False):  # neither is there without the plugin for the cache
            yield option
    if addresses:
        yield f"the id {addresses[0]}"


def refuse_unknown_types(settings: Settings, providers: Sequence[Provider]) -> None:
    """Refuse a level for a provider type that no provider has: it would be a gate for nothing.

    Raises:
        UsageError: There is one.
    """
    types = list(dict.fromkeys(spec.provider_type for provider in providers for spec in provider.specs))
    if any(provider.problem or not provider.specs for provider in providers):
        return  # what could not be loaded may be what is meant
    for one in settings.policy.require:
        if not any(fnmatchcase(name, one.provider_type) for name in types):
            hint = did_you_mean(one.provider_type, types)
            raise UsageError(f"{_OPTION}: no provider has the type {one.provider_type!r}{hint}")
