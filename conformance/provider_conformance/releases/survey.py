"""A provider judged by its source against one release after another; no stack is installed or imported."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from provider_conformance.contracts import snapshots, stacks
from provider_conformance.contracts.snapshots import Release, Snapshot
from provider_conformance.errors import UsageError
from provider_conformance.evidence.fit import Aspect, Fit, Standing, shown
from provider_conformance.findings import Finding, Outcome, Severity
from provider_conformance.package import targets
from provider_conformance.package.model import Provider
from provider_conformance.paths import location_from
from provider_conformance.providers.source_view import read_provider
from provider_conformance.releases import wording
from provider_conformance.rules import all_rules
from provider_conformance.rules.model import Rule
from provider_conformance.run.checks import Check, Result
from provider_conformance.run.engine import execute
from provider_conformance.run.planning import plan
from provider_conformance.source.lacks import Lack, lacks_of
from provider_conformance.source.needing import read_needs
from provider_conformance.source.needs import Needs
from provider_conformance.source.reading import SourceReader, environment
from provider_conformance.source.texts import Finder, Found, Source

_OF_SPECS: Final = ("PC102", "PC103", "PC104", "PC105", "PC106", "PC107", "PC108", "PC109")
_IMPORT: Final = "PC101"
_JUDGED: Final = ("PC1", "PC2", "PC3")


@dataclass(frozen=True, slots=True)
class _Names:
    """What a snapshot has, as the walk over a provider's imports asks for it."""

    snapshot: Snapshot

    @property
    def title(self) -> str:
        return self.snapshot.title

    def has_module(self, name: str) -> bool:
        return self.snapshot.has_module(name)

    def has_name(self, module: str, name: str) -> bool | None:
        names = self.snapshot.names(module)
        return None if names is None else name in names or self.snapshot.has_module(f"{module}.{name}")

    def has_api(self, name: str) -> bool:
        return name in self.snapshot.contract.apis


class Survey:
    """A provider, parsed once, and its fit to any release, found out when it is asked for.

    Args:
        argument: What names the provider.
        api: The API that the class of ``module:Class`` implements.
        root: The folder against which paths are looked up.
        here: The folder that places are shown from, where they are below it.
        load: Gives the snapshot of a release.

    Raises:
        UsageError: the argument is malformed, names nothing that exists, or a part of a stack itself.
    """

    def __init__(
        self,
        argument: str,
        *,
        api: str | None = None,
        root: Path,
        here: Path,
        load: Callable[[Release], Snapshot] = snapshots.load,
    ) -> None:
        self._argument, self._api, self._root, self._load = argument, api, root, load
        self._here = here
        self.target = targets.parse(argument, root)
        if stacks.family_of_module(self.target.module):
            raise UsageError(
                f"--provider={argument} is part of a stack: --provider-releases judges other providers"
            )
        folder = [str(self.target.folder)] if self.target.folder is not None else []
        self._own = _without_stacks(environment(folder))
        self._sources: dict[str, Source] = {}
        self._needs: dict[str, Needs | None] = {}
        self._fits: dict[Release, Fit] = {}

    @property
    def name(self) -> str:
        """What the provider is called in the run."""
        return self.target.name

    def fit(self, release: Release) -> Fit:
        """How the provider fits a release."""
        if release not in self._fits:
            self._fits[release] = self._judge(release, self._load(release))
        return self._fits[release]

    # -- one release --------------------------------------------------------------------------

    def _judge(self, release: Release, snapshot: Snapshot) -> Fit:
        reader = SourceReader((snapshot.finder, self._own), self._sources)
        names = _Names(snapshot)
        lacks = lacks_of(self._entries, self._needs_of, names, _decider(reader))
        found = [replace(lack, place=location_from(self._here, lack.place)) for lack in lacks]
        certain = [lack for lack in found if not lack.unsure]
        api = _aspect(wording.api_findings(certain, names))
        imports = _imports(found, certain, names)
        if Standing.BROKEN in (api.standing, imports.standing):
            broken = wording.APIS if api.standing is Standing.BROKEN else wording.IMPORTS
            return Fit(release, api, imports, _skipped(broken))
        return self._by_rules(release, snapshot, reader, imports)

    def _by_rules(self, release: Release, snapshot: Snapshot, reader: SourceReader, imports: Aspect) -> Fit:
        provider = read_provider(self._argument, reader, api=self._api, root=self._root)
        checks = plan([provider], {provider.name: snapshot.contract}, _rules())
        results = [(check, execute(check)) for check in checks]
        specs = [pair for pair in results if pair[0].code in _OF_SPECS]
        loading = [pair for pair in results if pair[0].code == _IMPORT]
        methods = [pair for pair in results if pair not in (*specs, *loading)]
        title = shown(release)
        api = self._told(specs, wording.APIS, title)
        if provider.stack not in ("", release.stack):
            api = Aspect(Standing.BROKEN, (wording.foreign(provider, title),))
        broken = self._told(loading, wording.IMPORTS, title)
        imports = broken if broken.standing is Standing.BROKEN else imports
        unread = provider.problem is not None or provider.unseen
        if unread and api.standing is Standing.OK and broken.standing is Standing.OK:
            api = Aspect(Standing.UNSEEN, reason=provider.unseen)
        if unread:
            reason = f"its specs cannot be read: {provider.unseen or _problem(provider)}"
            return Fit(release, api, imports, Aspect(Standing.SKIPPED, reason=reason))
        if api.standing is Standing.BROKEN:
            return Fit(release, api, imports, _skipped(wording.APIS))
        return Fit(release, api, imports, self._told(methods, wording.METHODS, title))

    def _told(self, results: Iterable[tuple[Check, Result]], code: str, title: str) -> Aspect:
        """What checks come to: what is broken, or else what could not be seen."""
        results = [*results]
        findings = {
            finding.key: self._about(finding, code, title)
            for _, result in results
            for finding in result.findings
            if finding.severity is Severity.ERROR
        }
        if findings:
            return Aspect(Standing.BROKEN, tuple(findings.values()))
        unseen = Counter(result.reason for _, result in results if result.outcome is Outcome.INCONCLUSIVE)
        if unseen:
            reasons = "; ".join(f"{count} of {len(results)} checks: {why}" for why, count in unseen.items())
            return Aspect(Standing.UNSEEN, reason=reasons)
        return Aspect()

    def _about(self, finding: Finding, code: str, title: str) -> Finding:
        """A rule's finding as one about a release."""
        return replace(
            finding,
            code=code,
            location=location_from(self._here, finding.location) if finding.location else None,
            message=f"{title}: {finding.message} ({finding.code})",
            detail=":".join(filter(None, (finding.code, finding.api, finding.provider_type, finding.detail))),
        )

    # -- the provider's own modules -----------------------------------------------------------

    @cached_property
    def _reader(self) -> SourceReader:
        """Reads the provider alone, as if no stack were there."""
        return SourceReader((self._own,), self._sources)

    @property
    def _entries(self) -> tuple[str, ...]:
        """The modules that the stack imports by name."""
        module = self.target.module
        inner = f"{module}.provider"
        return (module, inner) if self._is_module(inner) else (module,)

    def _is_module(self, name: str) -> bool:
        return self._reader.library.module(name) is not None

    def _needs_of(self, module: str) -> Needs | None:
        if module not in self._needs:
            found = self._reader.library.module(module)
            needs = read_needs(found, _is_stack, self._is_module) if found is not None else None
            self._needs[module] = needs
        return self._needs[module]


def _is_stack(package: str) -> bool:
    return stacks.family_of_module(package) not in ("", stacks.BUILTIN)


def _without_stacks(finders: Sequence[Finder]) -> Finder:
    """What can be found here, each once; but for stacks: those come from snapshots alone."""

    @cache
    def find(name: str) -> Found | None:
        if _is_stack(name):
            return None
        found = (finder(name) for finder in finders)
        return next((source for source in found if source is not None), None)

    return find


def _decider(reader: SourceReader) -> Callable[[str, ast.expr], bool | None]:
    """Decides conditions in the provider's modules as they would be on a release."""

    def decide(module: str, test: ast.expr) -> bool | None:
        found = reader.library.module(module)
        if found is None:
            return None
        decided: bool | None = reader.library.frame(found, {}).decide(test)
        return decided

    return decide


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if rule.code.startswith(_JUDGED))


# -- aspects ----------------------------------------------------------------------------------


def _aspect(findings: tuple[Finding, ...]) -> Aspect:
    return Aspect(Standing.BROKEN, findings) if findings else Aspect()


def _skipped(code: str) -> Aspect:
    return Aspect(Standing.SKIPPED, reason=f"see {code}: nothing else can be judged there")


def _imports(found: Sequence[Lack], certain: Sequence[Lack], names: _Names) -> Aspect:
    findings = wording.import_findings(certain, names)
    reasons = [*wording.unsure_reasons(found)]
    if findings or not reasons:
        return _aspect(findings)
    return Aspect(Standing.UNSEEN, reason="; ".join(reasons))


def _problem(provider: Provider) -> str:
    return provider.problem.message if provider.problem else ""
