"""The words of the typing check: pairs, probes, objections and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provider_conformance.protocols.classes import class_module, class_qualname
from provider_conformance.protocols.model import ProtocolModel

Pair = tuple[str, str]
"""An implementation and a protocol, each as ``"package.module:Class"``."""


def path_of(cls: type) -> str:
    """The path of a class, as pairs have it."""
    return f"{class_module(cls)}:{class_qualname(cls)}"


def usually_by_position(protocol: ProtocolModel) -> frozenset[str]:
    """The methods that stacks call by position, as far as names tell: routing tables register objects so."""
    private = "Private" in protocol.name
    return frozenset(m for m in protocol.methods if private or m.startswith(("register_", "unregister_")))


class Style(StrEnum):
    """How a probe passes the arguments that may be passed either way, or what else it does."""

    KEYWORD = "keyword"
    POSITIONAL = "positional"
    ALONE = "one parameter typed, the others Any"
    READ = "attribute read"
    WRITTEN = "attribute written"
    SEEN = "class seen"


class About(StrEnum):
    """What mypy objects to."""

    PARAMETER = "parameter"
    RETURN = "return"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Target:
    """A class that is held against a protocol.

    ``expression`` and ``protocol_expression`` name both in the generated module. ``canary`` marks the
    known-bad class of a protocol. ``live`` is the class itself, None where it could not be imported.
    ``by_position`` are the methods that the stack passes arguments to by position, where their names
    do not matter.
    """

    pair: Pair
    protocol: ProtocolModel
    expression: str
    protocol_expression: str
    canary: bool = False
    live: type | None = field(default=None, compare=False)
    by_position: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Probe:
    """A few generated lines that mypy objects to if and only if one member's types do not fit.

    ``parameters`` maps a line to the parameter whose argument stands there; ``variant`` numbers the
    overloads of a protocol's method.
    """

    target: Target
    member: str
    style: Style
    lines: range
    parameters: Mapping[int, str] = field(default_factory=dict)
    variant: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """A type that does not fit: what the protocol promises, and what the implementation has."""

    member: str
    about: About
    promised: str
    found: str
    parameter: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What mypy said of one pair.

    ``reason`` says why nothing at all could be judged; ``unseen`` why single members could not.
    """

    objections: tuple[Objection, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
