"""What was seen of a provider's registry, as frozen data; nothing here runs or judges anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provider_conformance.findings import Severity
from provider_conformance.package.exceptions import Nature, nature, reason


def is_offline(error: BaseException | None) -> bool:
    """Whether a provider raised it because its back end is not there."""
    return error is not None and nature(error) is Nature.NO_BACK_END


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, why it matters in the stack, and what to change."""

    message: str
    why: str
    fix: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of a listing.

    Attributes:
        identifier: Its name in the stack, "" for what has none and is no object of a stack.
        resource: Its name in the provider, "" where the stack knows no such thing.
        type: What its field of that name says, "" without one.
        cls: The name of its class.
    """

    identifier: str
    resource: str = ""
    type: str = ""
    cls: str = ""

    @classmethod
    def of(cls, obj: Any) -> Entry:
        """What can be seen of an object, which may be anything."""
        identifier, resource = _text(obj, "identifier"), _text(obj, "provider_resource_id")
        return cls(identifier, resource, _text(obj, "type"), type(obj).__name__)


def _text(obj: Any, name: str) -> str:
    value = getattr(obj, name, "")
    value = getattr(value, "value", value)
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing said.

    Attributes:
        entries: The objects, in their order.
        told: Whether there was anything to hear: false without a listing method, and where it says None.
        error: What it raised.
    """

    entries: tuple[Entry, ...] = ()
    told: bool = True
    error: BaseException | None = None

    @property
    def names(self) -> Counter[str]:
        """How often each identifier stands in it."""
        return Counter(entry.identifier for entry in self.entries)

    def has(self, entry: Entry) -> bool:
        """Whether an object stands in it, under its name in the stack or under that in the provider."""
        return any(
            known.identifier == entry.identifier or (known.resource and known.resource == entry.resource)
            for known in self.entries
        )


SILENT: Final = Listing(told=False)
"""The listing of a provider that lists nothing."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a registry method: what it raised, or what it returned."""

    error: BaseException | None = None
    returned: Any = None

    @property
    def refused(self) -> bool:
        """Whether the provider said that it does not want to."""
        return self.error is not None and nature(self.error) in (Nature.REFUSAL, Nature.UNSUPPORTED)

    @property
    def offline(self) -> bool:
        """Whether something that the provider needs was not there."""
        return is_offline(self.error)

    @property
    def told(self) -> str:
        """The error in a sentence."""
        return reason(self.error) if self.error is not None else ""


@dataclass(frozen=True, slots=True)
class ObservedTwice:
    """An object that was registered twice in a row with one instance.

    Attributes:
        registered: The object as it was handed over.
        changes: Its fields that were others after the first call, with the values before and after.
        before: The listing before the first call, ``after`` and ``finally_`` those after each call.
        first: The first call, ``again`` the second; None where the first failed.
    """

    registered: Entry
    first: Call
    again: Call | None = None
    before: Listing = SILENT
    after: Listing = SILENT
    finally_: Listing = SILENT
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObservedLeaving:
    """An object that was registered, unregistered and registered again with one instance.

    Attributes:
        registered: The object as it was handed over.
        first: Its registration.
        left: Its unregistration, by its identifier; None where it was not registered.
        back: Its second registration; None where it did not leave.
        before: The listing before all; ``there``, ``gone`` and ``returned`` those after each call.
    """

    registered: Entry
    first: Call
    left: Call | None = None
    back: Call | None = None
    before: Listing = SILENT
    there: Listing = SILENT
    gone: Listing = SILENT
    returned: Listing = SILENT


@dataclass(frozen=True, slots=True)
class ObservedListing:
    """Listings of one instance in a row, with nothing done in between.

    Attributes:
        table: What the routing table took from the provider when the stack started.
        calls: The listings.
    """

    table: tuple[Entry, ...]
    calls: tuple[Listing, ...]
