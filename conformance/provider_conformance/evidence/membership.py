"""Which methods of an API a provider's class has: what ails the class as a whole shows in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.evidence.signatures import Classes
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.package.model import Implementation
from provider_conformance.protocols.live import View, look_up
from provider_conformance.protocols.model import Implemented, ProtocolMethod, ProtocolModel, State

_ABSENT: Final = (State.MISSING, State.STUB)
_FEW: Final = 2
"""So many methods may be absent for a reason each; more than these, and more than half, have one reason."""


@dataclass(frozen=True, slots=True)
class Member:
    """A method of a protocol, and what a class has under its name."""

    method: ProtocolMethod
    protocol: ProtocolModel
    found: Implemented

    @property
    def absent(self) -> bool:
        """Whether the class has to have it, and neither has it nor inherits it in vain."""
        return not self.method.optional and self.found.state in _ABSENT and self.found.hidden is None


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """The members of its API's protocols as one class of a provider has them.

    Attributes:
        view: The class.
        members: All methods of the public and the private protocol.
    """

    view: View
    members: tuple[Member, ...]

    @property
    def demanded(self) -> tuple[Member, ...]:
        """Those that a class has to have."""
        return tuple(member for member in self.members if not member.method.optional)

    @property
    def absent(self) -> tuple[Member, ...]:
        """Those of them that it does not have."""
        return tuple(member for member in self.members if member.absent)

    @property
    def hidden(self) -> tuple[Member, ...]:
        """The methods that a base has, and that a protocol hides which comes before it."""
        return tuple(member for member in self.members if member.found.hidden is not None)

    @property
    def is_foreign(self) -> bool:
        """Whether most of what the API demands is absent."""
        return bool(self.absent) and 2 * len(self.absent) > len(self.demanded)

    @property
    def lacks_much(self) -> bool:
        """Whether so much is absent that there is one reason for all of it."""
        return self.is_foreign and len(self.absent) > _FEW


@dataclass(frozen=True, slots=True, eq=False)
class Memberships:
    """What each class that a spec's factory may return has of the API's protocols."""

    implementation: Implementation
    classes: tuple[Membership, ...]

    @classmethod
    def collect(cls, subject: Subject) -> Memberships:
        """Look all methods up.

        Raises:
            NotJudged: There is no class, or no protocol.
        """
        api = subject.api
        if api is None or (api.public is None and api.private is None):
            raise NotJudged("the contract has no such protocol")
        classes = subject.store.get(Classes, subject)
        implementation = classes.implementation
        found = (Membership(view, tuple(_members(view, api, implementation))) for view in classes.views)
        return cls(implementation, tuple(found))

    def elsewhere(self, one: Membership, contract: Contract, own: str) -> tuple[str, int] | None:
        """The API of which a class has all methods, and how many these are; None where there is none."""
        counts = {
            name: len(other.demanded)
            for name, api in contract.apis.items()
            if name != own and api.providable
            for other in [Membership(one.view, tuple(_members(one.view, api, self.implementation)))]
            if other.demanded and not other.absent
        }
        name = max(counts, key=lambda name: counts[name], default="")
        return (name, counts[name]) if name else None


def _members(view: View, api: ApiContract, implementation: Implementation) -> Iterator[Member]:
    for protocol in (api.public, api.private):
        if protocol is not None:
            seen = implementation.seen(protocol)
            yield from (Member(m, seen, look_up(view, m, seen)) for m in seen.methods.values())
