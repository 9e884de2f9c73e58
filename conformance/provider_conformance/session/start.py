"""The start of a run under pytest: settings, providers, contracts and plan, before anything is collected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from provider_conformance import rules
from provider_conformance.configuration.servers import servers_for
from provider_conformance.contracts import load, stacks
from provider_conformance.errors import (
    ConformanceError,
    StackIncompleteError,
    StackNotInstalledError,
    UsageError,
)
from provider_conformance.package.causes import STACK_MISSING
from provider_conformance.package.model import Provider, Spec
from provider_conformance.providers import views
from provider_conformance.rules.model import Rule
from provider_conformance.run.checks import Check
from provider_conformance.run.engine import Engine
from provider_conformance.run.planning import contract_for, plan, plan_stack
from provider_conformance.run.report import Subjected
from provider_conformance.run.selection import addressed, split_addresses
from provider_conformance.sandbox import limits
from provider_conformance.session import required
from provider_conformance.session.configurations import trying
from provider_conformance.session.items import CheckHooks
from provider_conformance.session.settings import Named, Settings, read, source_of
from provider_conformance.session.summary import SummaryHooks

if TYPE_CHECKING:
    from provider_conformance.contracts.snapshots import Snapshot
    from provider_conformance.isolation.remote import Remote
    from provider_conformance.releases.asking import Asked


_BY_RELEASES: Final = "its stack is not installed: its source is judged by releases alone"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is going to happen.

    ``planned`` is every check that there is; ``checks`` those that the settings and the node
    ids on the command line leave.
    """

    settings: Settings
    subjects: tuple[Subjected, ...]
    planned: tuple[Check, ...]
    checks: tuple[Check, ...]


def start(config: pytest.Config) -> None:
    """Read the settings, load the providers and register the hooks that collect, run and report.

    Raises:
        pytest.UsageError: If that cannot be done as asked.
    """
    during = ExitStack()
    config.add_cleanup(during.close)
    try:
        prepared = _prepare(config, during)
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from None
    policy = prepared.settings.policy
    engine = Engine(prepared.planned, policy)
    config.pluginmanager.register(CheckHooks(prepared.checks, engine), "provider_conformance_checks")
    if not hasattr(config, "workerinput"):
        summary = SummaryHooks(
            prepared.subjects,
            prepared.planned,
            prepared.checks,
            policy,
            prepared.settings.reports,
            gate=prepared.settings.gate,
            left_out=prepared.settings.left_out,
            baseline=prepared.settings.baseline,
        )
        config.pluginmanager.register(summary, "provider_conformance_summary")


def _prepare(config: pytest.Config, during: ExitStack) -> Prepared:
    all_rules = rules.all_rules()
    settings, snapshot = _settled(read(source_of(config), [rule.code for rule in all_rules]))
    required.refuse_by_source(settings)
    during.enter_context(limits.limited(settings.limits))
    remotes: dict[str, Remote] = {}
    subjects = _subjects(settings, snapshot, remotes, during)
    tried = [subject.provider for subject in subjects]
    specs = [spec for provider in tried for spec in provider.specs] if _may_stand_in(settings) else []
    servers = servers_for(specs, during)
    planned = plan(
        [subject.provider for subject in subjects if subject.provider.not_imported != _BY_RELEASES],
        {subject.provider.name: subject.contract for subject in subjects},
        all_rules,
        find=views.finder(settings.view),
        trying=trying(config, settings, tried, _methods_of(subjects), *servers),
    )
    for name, remote in remotes.items():
        planned = remote.away(planned, name)
    if settings.releases is not None:
        here = config.invocation_params.dir
        planned += _release_checks(settings, settings.releases, subjects, all_rules, here)
    if settings.stack_rules:
        stack = _stack_itself(settings.stack)
        subjects = (*subjects, stack)
        planned += _stack_checks(stack, all_rules)
    wanted = [check for check in planned if settings.policy.wants(check)]
    left_out = [check for check in planned if not settings.policy.wants(check)]
    addresses = _take_addresses(config, [subject.provider.name for subject in subjects])
    if settings.gate:
        required.refuse_selection(config, settings, addresses)
        required.refuse_unknown_types(settings, [subject.provider for subject in subjects])
    if addresses:
        chosen = addressed(addresses, wanted, left_out)
        wanted = [check for check in wanted if check.id in chosen]
    return Prepared(settings, subjects, tuple(planned), tuple(wanted))


def _may_stand_in(settings: Settings) -> bool:
    """Whether this process is to provide what remote providers work with."""
    return settings.standin and not (settings.backend or settings.isolate or settings.view == "source")


def _methods_of(subjects: Iterable[Subjected]) -> Callable[[Spec], Collection[str]]:
    """What tells the public methods of a spec's API, by the stack that its provider is judged by."""
    contracts = {id(spec): one.contract for one in subjects for spec in one.provider.specs}

    def methods_of(spec: Spec) -> Collection[str]:
        contract = contracts.get(id(spec))
        api = contract.apis.get(spec.api) if contract is not None else None
        return list(api.public.methods) if api is not None and api.public is not None else ()

    return methods_of


def _settled(settings: Settings) -> tuple[Settings, Snapshot | None]:
    """Decide what a release means: the installed stack where that is of it, otherwise its snapshot.

    Raises:
        UsageError: If there is no snapshot of it, or only an installed stack can do what is asked for.
    """
    release = load.release_of(settings.stack)
    if release is None:
        return settings, None
    snapshot = load.load_snapshot(release)
    if all(stacks.version_of(name) == version for name, version in snapshot.finder.releases.items()):
        return replace(settings, stack=release.stack), None
    if settings.view == "live" or settings.stack_rules:
        asked = "--provider-view=live" if settings.view == "live" else "--provider-stack-rules"
        raise UsageError(f"{asked}: {snapshot.title} is not installed here; a snapshot cannot be run")
    return replace(settings, view="source"), snapshot


def _subjects(
    settings: Settings, snapshot: Snapshot | None, remotes: dict[str, Remote], during: ExitStack
) -> tuple[Subjected, ...]:
    providers: dict[str, Provider] = {}
    for named in settings.providers:
        if settings.isolate and settings.view != "source":
            provider = _away(named, settings, remotes, during)
        else:
            provider = views.load(
                named.argument, view=settings.view, api=settings.api, root=named.root, snapshot=snapshot
            )
        if provider.name in providers:
            raise UsageError(f"--provider={named.argument}: two providers would be called {provider.name}")
        providers[provider.name] = provider
    return tuple(_subjected(provider, settings) for provider in providers.values())


def _subjected(provider: Provider, settings: Settings) -> Subjected:
    """A provider and its contract; where its stack is not installed, releases alone may judge it."""
    if settings.releases is None:
        return _judged(provider, settings.stack)
    try:
        if provider.problem is None or provider.problem.kind != STACK_MISSING:
            return _judged(provider, settings.stack)
    except StackNotInstalledError:
        if settings.stack != "auto":
            raise
    return Subjected(Provider(provider.name, not_imported=_BY_RELEASES), None)


def _judged(provider: Provider, stack: str) -> Subjected:
    """A provider and its contract; of a stack that cannot be read for want of a module there is none."""
    try:
        return Subjected(provider, contract_for(provider, stack))
    except StackIncompleteError as error:
        return Subjected(replace(provider, notes=(*provider.notes, str(error))), None)


def _release_checks(
    settings: Settings, asked: Asked, subjects: Sequence[Subjected], all_rules: Sequence[Rule], here: Path
) -> list[Check]:
    from provider_conformance.releases.planning import plan_releases  # noqa: PLC0415 - only where asked for
    from provider_conformance.releases.survey import Survey  # noqa: PLC0415

    checks: list[Check] = []
    for named, subject in zip(settings.providers, subjects, strict=True):
        survey = Survey(named.argument, api=settings.api, root=named.root, here=here)
        checks += plan_releases(subject.provider, survey, asked, all_rules)
    return checks


def _away(named: Named, settings: Settings, remotes: dict[str, Remote], during: ExitStack) -> Provider:
    """Load a provider in a process of its own, which is ended when pytest is done."""
    from provider_conformance.isolation import parent  # noqa: PLC0415 - few runs need it
    from provider_conformance.isolation.remote import Remote  # noqa: PLC0415

    given = (named.argument, named.root, settings.view, settings.api, settings.stack, settings.limits)
    remote = Remote(
        parent.Asked(*given, settings.config, settings.samples, settings.backend, settings.standin)
    )
    during.callback(remote.close)
    provider = remote.load()
    remotes.setdefault(provider.name, remote)
    return provider


def _stack_itself(choice: str) -> Subjected:
    """The stack that is to be judged; with "auto" the installed one, or else the built-in one."""
    contract = contract_for(Provider(""), choice)
    if contract is None:
        raise UsageError("--provider-stack-rules: there is no stack to judge")
    return Subjected(Provider(contract.stack, stack=contract.stack), contract)


def _stack_checks(stack: Subjected, all_rules: Sequence[Rule]) -> list[Check]:
    from provider_conformance.hosts.load import load_host  # noqa: PLC0415 - imports the whole stack

    name = stack.provider.stack
    if stack.contract is None:
        return []
    return plan_stack(stack.provider, stack.contract, lambda: load_host(name), all_rules)


def _take_addresses(config: pytest.Config, names: Sequence[str]) -> tuple[str, ...]:
    """Take the node ids of providers out of the arguments: pytest would look for files of their names.

    A provider's bare name that is also a file or folder stays an argument as well.
    """
    if config.args_source is not config.ArgsSource.ARGS:
        return ()
    here, top = config.invocation_params.dir, config.rootpath
    spelled = {**{relpath(top / name, here): name for name in names}, **{name: name for name in names}}
    ours, others = split_addresses(config.args, spelled)
    if ours:
        kept = [argument for argument in config.args if argument in spelled and (here / argument).exists()]
        config.args[:] = [*others, *kept]
    return ours
