"""What a rule judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provider_conformance.configuration.given import AS_IT_IS, Trying
from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.evidence.store import Store
from provider_conformance.hosts.model import Host
from provider_conformance.package.model import Implementation, Provider, Spec

if TYPE_CHECKING:
    from provider_conformance.contracts.snapshots import Release
    from provider_conformance.evidence.fit import Fit


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
    ``store`` keeps the evidence of the provider, each piece collected once.
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
    store: Store = field(default_factory=Store, compare=False, repr=False)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others of its provider: the spec, and the member."""
        return (id(self.spec), self.method)
