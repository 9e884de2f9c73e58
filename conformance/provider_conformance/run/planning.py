"""A run without pytest: contract, provider and rules make checks, and checks make a report."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import TracebackType

from provider_conformance.configuration.given import AS_IT_IS, Trying
from provider_conformance.contracts import load
from provider_conformance.contracts.model import ApiContract, Contract, Factory
from provider_conformance.errors import StackNotInstalledError
from provider_conformance.evidence.store import Store
from provider_conformance.evidence.subject import Subject
from provider_conformance.hosts.model import Host
from provider_conformance.package.model import Implementation, Provider, Spec
from provider_conformance.providers.implementation import find_implementation
from provider_conformance.rules.model import Rule, Scope
from provider_conformance.run.checks import Check
from provider_conformance.run.engine import Engine, Policy
from provider_conformance.run.report import Record, Report, Subjected, left_out, stale

Find = Callable[[Spec, Provider, Factory | None], Implementation]

_LOADING = "PC1"


def contract_for(provider: Provider, stack: str) -> Contract | None:
    """The contract to judge a provider by.

    Args:
        provider: The provider.
        stack: The user's choice; with "auto" the stack that the provider's specs belong to, and
            for a provider without specs the installed stack, or else the built-in one.

    Returns:
        The contract, None where the provider was not loaded far enough to know its stack.

    Raises:
        UsageError: If the stack is not installed, or several are and none is chosen.
        StackIncompleteError: If the stack imports what is not installed, and cannot be read without that.
    """
    if stack != "auto":
        return load.load_contract(stack)
    if provider.stack:
        return load.load_contract(provider.stack)
    if provider.problem:
        return None
    try:
        return load.load_contract("installed")
    except StackNotInstalledError:
        return load.load_contract("builtin")


class _Once:
    """Finds the class behind a spec at the first call and keeps what came out, an exception included."""

    __slots__ = ("_error", "_find", "_found")

    def __init__(self, find: Callable[[], Implementation]) -> None:
        self._find = find
        self._found: Implementation | None = None
        self._error: tuple[BaseException, TracebackType | None] | None = None

    def __call__(self) -> Implementation:
        if self._error is not None:
            error, frames = self._error
            raise error.with_traceback(frames)  # as it was: or it grows by a frame for every check that asks
        if self._found is None:
            self._found = self._try()
        return self._found

    def _try(self) -> Implementation:
        # The author's own warning filters must not turn a deprecation inside some
        # library into an import error that the stack would never meet.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return self._find()
            except (Exception, SystemExit) as error:
                self._error = error, error.__traceback__
                raise


def plan(
    providers: Iterable[Provider],
    contracts: Mapping[str, Contract | None],
    rules: Iterable[Rule],
    *,
    find: Find = find_implementation,
    trying: Trying = AS_IT_IS,
) -> list[Check]:
    """List the checks that a full run consists of; nothing of a provider is imported.

    Args:
        providers: The providers under test, each with a name of its own.
        contracts: Maps a provider's name to the contract that it is judged by, None where its
            stack is not known.
        rules: The rules to apply.
        find: Finds the class behind a spec, called when the first check needs it.
        trying: How the user wants providers to be tried.

    Returns:
        The checks: per provider those about the whole of it, then API by API.
    """
    ordered = sorted(rules, key=lambda rule: rule.code)
    return [
        check
        for provider in providers
        for check in _of_provider(
            Subject(provider, contracts.get(provider.name), trying=trying, store=Store()), ordered, find
        )
    ]


def plan_stack(
    stack: Provider, contract: Contract, host: Callable[[], Host], rules: Iterable[Rule]
) -> list[Check]:
    """List the checks of a stack itself.

    Args:
        stack: Stands for the stack, whose name begins the checks' ids.
        contract: The stack's contract.
        host: Makes the stack's host, called when the first check needs it.
        rules: The rules to apply; those that are not about a stack are left out.
    """
    subject = Subject(stack, contract, host=cache(host))
    about = sorted((rule for rule in rules if rule.scope is Scope.STACK), key=lambda rule: rule.code)
    return [Check(f"{stack.name}::{rule.code}", rule, subject) for rule in about if rule.applies(subject)]


def _of_provider(subject: Subject, rules: Sequence[Rule], find: Find) -> Iterator[Check]:
    provider = subject.provider
    for rule in rules:
        loadable = provider.problem is None or rule.code.startswith(_LOADING)
        if rule.scope is Scope.PROVIDER and loadable and rule.applies(subject):
            yield Check(f"{provider.name}::{rule.code}", rule, subject)
    for one, label in specs_of(subject, find):
        yield from _of_spec(one, label, rules)


def specs_of(whole: Subject, find: Find = find_implementation) -> list[tuple[Subject, str]]:
    """The specs of a provider as subjects, each with its own name, those of one API beside each other.

    Args:
        whole: The whole provider.
        find: Finds the class behind a spec, called when it is first needed.
    """
    if whole.provider.problem is not None:
        return []
    family: list[Subject] = []
    about = replace(whole, siblings=lambda: family)
    labelled = _labelled(whole.provider.specs)
    family.extend(_subject(spec, about, find) for spec, _ in labelled)
    return [(one, label) for one, (_, label) in zip(family, labelled, strict=True)]


def _labelled(specs: Sequence[Spec]) -> list[tuple[Spec, str]]:
    """Each spec with its own name, those of one API beside each other."""
    apis = list(dict.fromkeys(spec.api for spec in specs))
    seen: Counter[tuple[str, str]] = Counter()
    labelled = []
    for spec in sorted(specs, key=lambda spec: apis.index(spec.api)):
        seen[spec.api, spec.provider_type] += 1
        number = seen[spec.api, spec.provider_type]
        label = _printable(spec.provider_type) or "(no provider_type)"
        labelled.append((spec, label if number == 1 else f"{label}#{number}"))
    return labelled


def _printable(text: str) -> str:
    """``text`` as part of a node id: one line, and brackets only where the id has them."""
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return escaped.replace("[", "(").replace("]", ")")


def _subject(spec: Spec, whole: Subject, find: Find) -> Subject:
    contract = whole.contract
    factory = contract.factories.get(spec.kind) if contract else None
    api = contract.apis.get(spec.api) if contract else None
    return replace(
        whole, spec=spec, api=api, implementation=_Once(lambda: find(spec, whole.provider, factory))
    )


def _of_spec(subject: Subject, label: str, rules: Sequence[Rule]) -> Iterator[Check]:
    provider, api = subject.provider, subject.api
    name = _printable(subject.spec.api if subject.spec else "").replace("::", ":") or "(no api)"
    for rule in rules:
        for method in _methods(rule.scope, api):
            about = replace(subject, method=method) if method else subject
            if rule.applies(about):
                target = f"{label}.{method}" if method else label
                yield Check(f"{provider.name}::{name}::{rule.code}[{target}]", rule, about, name, target)


def _methods(scope: Scope, api: ApiContract | None) -> Iterable[str]:
    """The members that a rule is applied to, one by one; an empty name stands for the whole spec."""
    if scope is Scope.SPEC:
        return ("",)
    if api is None or scope in (Scope.PROVIDER, Scope.STACK, Scope.RELEASE):
        return ()
    if scope is Scope.CALLED:
        return api.undeclared()
    public = (api.public,) if scope in (Scope.PUBLIC, Scope.MEMBER) else ()
    private = (api.private,) if scope in (Scope.PRIVATE, Scope.MEMBER) else ()
    return dict.fromkeys(name for p in (*public, *private) if p for name in (*p.methods, *p.attributes))


def run(
    providers: Sequence[Provider],
    contracts: Mapping[str, Contract | None],
    rules: Iterable[Rule],
    policy: Policy | None = None,
    *,
    find: Find = find_implementation,
    trying: Trying = AS_IT_IS,
) -> Report:
    """Judge providers and report; see :func:`plan` for the arguments."""
    policy = policy or Policy()
    planned = plan(providers, contracts, rules, find=find, trying=trying)
    checks = [check for check in planned if policy.wants(check)]
    engine = Engine(planned, policy, frozenset(check.id for check in checks))
    records = tuple(Record(check, engine.judge(check)) for check in checks)
    subjects = tuple(Subjected(provider, contracts.get(provider.name)) for provider in providers)
    entries = stale(policy, records, planned)
    return Report(subjects, records, left_out(planned, records), entries, policy)
