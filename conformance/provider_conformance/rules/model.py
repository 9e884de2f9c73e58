"""A rule: a code, a name, a page of documentation, and a function that judges a subject."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.findings import Judgement, Severity
from provider_conformance.hosts.model import Host
from provider_conformance.providers.given import AS_IT_IS, Trying
from provider_conformance.providers.model import Implementation, Provider, Spec

if TYPE_CHECKING:
    from provider_conformance.contracts.snapshots import Release
    from provider_conformance.rules.fit import Fit


class Scope(StrEnum):
    """What a rule is applied to, once for each."""

    PROVIDER = "provider"
    SPEC = "spec"
    PUBLIC = "public method"
    PRIVATE = "private method"
    CALLED = "method called without a protocol"
    STACK = "stack"
    MEMBER = "member of either protocol"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule judges.

    ``contract`` is None where the provider could not be loaded far enough to know its stack;
    ``spec`` and ``api`` are None for rules about the whole provider; ``method`` is the member's
    name for rules about one method. ``implementation`` finds the class behind the spec, once
    (the result is kept by whoever supplies the function). ``siblings`` gives the subjects of all
    specs of the provider, for what is cheaper to find out for all of them at once; all of them share
    one such function. ``trying`` says how the user wants providers to be tried. ``host`` makes the
    stack itself, for rules about a stack.
    ``fit`` tells how the provider fits ``release``, for rules about one; ``surveyed``: nobody demands that
    it does, and what does not fit fails no run.
    """

    provider: Provider
    contract: Contract | None = None
    spec: Spec | None = None
    api: ApiContract | None = None
    method: str = ""
    trying: Trying = field(default=AS_IT_IS, compare=False, repr=False)
    implementation: Callable[[], Implementation] = field(default=Implementation, compare=False, repr=False)
    host: Callable[[], Host] | None = field(default=None, compare=False, repr=False)
    siblings: Callable[[], Sequence[Subject]] = field(default=lambda: (), compare=False, repr=False)
    release: Release | None = None
    fit: Callable[[], Fit] | None = field(default=None, compare=False, repr=False)
    surveyed: bool = False


Check = Callable[[Subject], Judgement]


@dataclass(frozen=True, slots=True)
class Rule:
    """A coded check.

    ``applies`` says whether the rule makes a check item of a subject at all (a rule about
    optional methods makes none for a required one); it must not import the provider's code. ``after``
    are the codes, or beginnings of codes, of rules that tell a finding of this one better.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    check: Check
    applies: Callable[[Subject], bool] = field(default=lambda _subject: True)
    after: tuple[str, ...] = ()

    @property
    def documentation(self) -> str:
        """The rule's page: the cleaned docstring of its function."""
        return inspect.getdoc(self.check) or ""


def rule(
    code: str,
    name: str,
    *,
    scope: Scope,
    severity: Severity = Severity.ERROR,
    applies: Callable[[Subject], bool] | None = None,
    after: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a :class:`Rule` of a function. Nothing is registered: a family lists its rules itself."""

    def make(check: Check) -> Rule:
        return Rule(code, name, severity, scope, check, applies or (lambda _subject: True), after)

    return make
