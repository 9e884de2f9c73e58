"""The faults that strategies plant, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Subject = TypeVar("Subject")


class FaultKind(StrEnum):
    """What is wrong with a graph or a run config."""

    CYCLE = "cycle"
    SELF_DEPENDENCY = "self-dependency"
    MISSING_DEPENDENCY = "missing dependency"
    DUPLICATE_ID = "duplicate provider_id"
    UNKNOWN_TYPE = "unknown provider_type"
    TABLE_OVERRIDE = "provider for a routing table"
    API_LEFT_OUT = "needed API left out of apis"
    EMPTY_ROUTER = "router over nothing"


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted fault.

    Attributes:
        kind: What is wrong.
        nodes: The culprits: the cycle's nodes in their order; who needs and what is missing;
            otherwise what an error ought to name.
    """

    kind: FaultKind
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted(Generic[Subject]):
    """Something with exactly one fault, and the fault."""

    subject: Subject
    fault: Fault
