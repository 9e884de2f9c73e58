"""A provider as a test of an author's own names it, ready to be judged and tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provider_conformance.configuration.given import Given, Trying
from provider_conformance.configuration.servers import servers_for
from provider_conformance.contracts.model import Contract
from provider_conformance.errors import UsageError
from provider_conformance.evidence.store import Store
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.model import Provider, Spec
from provider_conformance.providers import views
from provider_conformance.run.planning import contract_for, specs_of


@dataclass(frozen=True, slots=True)
class Named:
    """What a test asks for.

    Attributes:
        provider: What ``--provider`` takes: an import name, ``module:callable``, or a path.
        type: The provider type of the spec, "" where the provider has one spec.
        stack: What ``--provider-stack`` takes; a stack that is installed, or the built-in one.
        config: Settings for that spec, None for its sample and the stand-in.
        standin: Whether a server on loopback stands for that of a remote provider.
    """

    provider: str
    type: str = ""
    stack: str = "auto"
    config: Mapping[str, Any] | None = None
    standin: bool = True

    def load(self) -> tuple[Provider, Contract | None]:
        """Import the provider and read the contract of its stack.

        Raises:
            ConformanceError: There is no such provider or stack.
        """
        provider = views.load(self.provider, view="live", root=Path.cwd())
        return provider, contract_for(provider, self.stack)

    @contextmanager
    def subject(self) -> Iterator[Subject]:
        """The spec under test, with the servers that stand for its own, which end with the context.

        Raises:
            ConformanceError: There is no such provider, stack or type.
        """
        provider, contract = self.load()
        if provider.problem is not None:
            raise UsageError(f"{self.provider} cannot be loaded: {provider.problem.message}")
        spec = self._chosen(provider)
        with ExitStack() as during:
            servers = servers_for([spec], during) if self.standin and self.config is None else (None, None)
            whole = Subject(provider, contract, trying=self._trying(spec, *servers), store=Store())
            yield next(one for one, _ in specs_of(whole, views.finder("live")) if one.spec is spec)

    def _chosen(self, provider: Provider) -> Spec:
        found = [spec for spec in provider.specs if self.type in ("", spec.provider_type)]
        if len(found) == 1:
            return found[0]
        there = ", ".join(dict.fromkeys(spec.provider_type for spec in provider.specs)) or "none"
        if not found:
            raise UsageError(f"{self.provider} has no provider type {self.type!r}; there is: {there}")
        raise UsageError(f"{self.provider} has several specs: name one with type=...; there is: {there}")

    def _trying(self, spec: Spec, standin: Any, stores: Any) -> Trying:
        given = (
            {} if self.config is None else {(spec.api, spec.provider_type): Given(self.config, "the test")}
        )
        return Trying(given=given, standin=standin, stores=stores)
