"""A change between two releases, as frozen data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from provider_conformance.contracts.snapshots import Release


class Kind(StrEnum):
    """What has happened to what; the word before the hyphen is the noun, the one behind it the event."""

    API_ADDED = "api-added"
    API_REMOVED = "api-removed"
    API_CHANGED = "api-changed"
    PROTOCOL_ADDED = "protocol-added"
    PROTOCOL_REMOVED = "protocol-removed"
    PROTOCOL_RENAMED = "protocol-renamed"
    MEMBER_ADDED = "member-added"
    MEMBER_REMOVED = "member-removed"
    MEMBER_CHANGED = "member-changed"
    INJECTED_ADDED = "injected-added"
    INJECTED_REMOVED = "injected-removed"
    METHOD_ADDED = "method-added"
    METHOD_REMOVED = "method-removed"
    METHOD_RENAMED = "method-renamed"
    METHOD_MOVED = "method-moved"
    METHOD_OPTIONAL = "method-optional"
    METHOD_BINDING = "method-binding"
    METHOD_REORDERED = "method-reordered"
    PARAMETER_ADDED = "parameter-added"
    PARAMETER_REMOVED = "parameter-removed"
    PARAMETER_RENAMED = "parameter-renamed"
    PARAMETER_FOLDED = "parameter-folded"
    PARAMETER_UNFOLDED = "parameter-unfolded"
    PARAMETER_DEFAULT = "parameter-default"
    PARAMETER_KIND = "parameter-kind"
    PARAMETER_TYPE = "parameter-type"
    RESULT_KIND = "result-kind"
    RESULT_TYPE = "result-type"
    CALL_ADDED = "call-added"
    CALL_REMOVED = "call-removed"
    CALL_CHANGED = "call-changed"
    CALL_AGAINST = "call-against"
    CLASS_ADDED = "class-added"
    CLASS_REMOVED = "class-removed"
    FIELD_ADDED = "field-added"
    FIELD_REMOVED = "field-removed"
    FACTORY_ADDED = "factory-added"
    FACTORY_REMOVED = "factory-removed"
    FACTORY_CHANGED = "factory-changed"
    ARGUMENT_ADDED = "argument-added"
    ARGUMENT_REMOVED = "argument-removed"
    ATTRIBUTE_ADDED = "attribute-added"
    ATTRIBUTE_REMOVED = "attribute-removed"
    LOADER_CHANGED = "loader-changed"
    NAME_MOVED = "name-moved"
    NAME_REMOVED = "name-removed"

    @property
    def noun(self) -> str:
        """What it has happened to: "method"."""
        return self.value.partition("-")[0]

    @property
    def event(self) -> str:
        """What has happened: "added"."""
        return self.value.partition("-")[2]


class Side(StrEnum):
    """Which protocol of an API: the one that clients see, or the one that its routing table calls."""

    NONE = ""
    PUBLIC = "public"
    REGISTRY = "registry"


class Fact(NamedTuple):
    """Something that a release has or has not: a method, say, by its API, its side and its name."""

    noun: str
    api: str = ""
    side: Side = Side.NONE
    method: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        kind: What has happened.
        api: The API that it is about, "" for the stack as a whole.
        side: The protocol of the API that it is about.
        method: The method, by its new name where it has one.
        name: What has changed there: a parameter, a field, a class, a name in a module.
        before: How it was; "" for what is new.
        after: How it is; "" for what is gone.
        note: What else is to be said of it.
        again: The releases in which what has come was there before, or what has gone is there again.
    """

    kind: Kind
    api: str = ""
    side: Side = Side.NONE
    method: str = ""
    name: str = ""
    before: str = ""
    after: str = ""
    note: str = ""
    again: tuple[Release, ...] = ()

    @property
    def fact(self) -> Fact:
        """What has come or gone."""
        return Fact(self.kind.noun, self.api, self.side, self.method, self.name)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that both releases have, and releases between them have not.

    Attributes:
        fact: What it is.
        without: The releases that lack it, by version.
    """

    fact: Fact
    without: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes from one release to another.

    Attributes:
        old: The one that is compared with.
        new: The one whose changes are told.
        changes: The changes, those of an API together.
        served: The APIs that providers serve in one of the releases; the stack serves all others itself.
        gaps: What is in both and was away between them.
    """

    old: Release
    new: Release
    changes: tuple[Change, ...] = ()
    served: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def about(self, apis: Iterable[str]) -> Comparison:
        """The same, as far as it is about some APIs."""
        wanted = frozenset(apis)
        return replace(
            self,
            changes=tuple(change for change in self.changes if change.api in wanted),
            gaps=tuple(gap for gap in self.gaps if gap.fact.api in wanted),
        )
