"""The checks of a provider over releases: three for each, one an aspect."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from provider_conformance.contracts.snapshots import Release
from provider_conformance.evidence.fit import address
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.model import Provider
from provider_conformance.releases.asking import Asked
from provider_conformance.releases.survey import Survey
from provider_conformance.rules.model import Rule, Scope
from provider_conformance.run.checks import Check

GROUP: Final = "releases"
"""The part of the checks' ids that stands where others have an API."""


def plan_releases(provider: Provider, survey: Survey, asked: Asked, rules: Iterable[Rule]) -> list[Check]:
    """List the checks of a provider over the releases that are asked for; none of them is judged yet.

    Args:
        provider: The provider, whose name begins the checks' ids.
        survey: What judges it.
        asked: The releases, and whether they are demanded or surveyed.
        rules: The rules to apply; those that are not about releases are left out.
    """
    about = sorted((rule for rule in rules if rule.scope is Scope.RELEASE), key=lambda rule: rule.code)
    return [
        Check(f"{provider.name}::{GROUP}::{rule.code}[{target}]", rule, subject, GROUP, target)
        for release in asked.releases
        for target in [address(release)]
        for subject in [_subject(provider, survey, release, asked)]
        for rule in about
    ]


def _subject(provider: Provider, survey: Survey, release: Release, asked: Asked) -> Subject:
    return Subject(provider, release=release, fit=partial(survey.fit, release), surveyed=asked.survey)
