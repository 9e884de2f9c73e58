"""What a stack does with a generated run config that has a planted fault, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.resolution import explains
from provider_conformance.evidence.store import NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Finding, Severity
from provider_conformance.hosts.model import Host, Resolution, StackSketch
from provider_conformance.strategies.search import smallest

if TYPE_CHECKING:
    from provider_conformance.strategies.faults import FaultKind, Planted

Graph = Mapping[str, Sequence[str]]

_RESOLUTIONS: Final = 40


def sorting(graph: Graph) -> str:
    """The call of a host that sorts a graph, as text."""
    return f"sort({dict(graph)!r})"


def resolving(sketch: StackSketch) -> str:
    """The call of a host that resolves a run config, as text."""
    return f"resolve({sketch!r})"


@dataclass(frozen=True, slots=True)
class HostedStack:
    """A stack that is judged itself.

    Attributes:
        host: The stack.
    """

    host: Host

    @classmethod
    def collect(cls, subject: Subject) -> HostedStack:
        """Make it.

        Raises:
            NotJudged: There is none.
        """
        if subject.host is None:
            raise NotJudged("there is no stack to judge")
        return cls(subject.host())

    def finding(
        self, message: str, call: str, why: str, detail: str = "", severity: Severity = Severity.ERROR
    ) -> Finding:
        """A finding, with the smallest example as text for a test, and as a command."""
        stack = self.host.stack
        command = f'python -c "from provider_conformance.hosts import *; print(load_host({stack!r}).{call})"'
        return Finding(
            "",
            severity,
            message,
            why=f"{why}\nThe smallest example found:\n    load_host({stack!r}).{call}",
            fix=f"this is the stack's to fix; to see it again:\n    {command}",
            detail=detail,
        )


def planted_in(
    host: Host, kind: FaultKind, violates: Callable[[Planted[StackSketch], Resolution], bool]
) -> tuple[Planted[StackSketch], Resolution] | None:
    """The smallest run config with a fault of ``kind`` that the stack handles badly, and what came of it."""
    from provider_conformance.strategies.stacks import faulty_stacks  # noqa: PLC0415 - needs hypothesis

    found = smallest(
        faulty_stacks(kind, vocabulary=host.vocabulary),
        lambda planted: violates(planted, host.resolve(planted.subject)),
        examples=_RESOLUTIONS,
    )
    return None if found is None else (found, host.resolve(found.subject))


def outcome(resolution: Resolution) -> str:
    """What a stack did, in a clause."""
    error = resolution.error
    if error is None:
        return "the stack starts without a word"
    return f"the stack says only {type(error).__name__}: {error}"


def is_unnamed(planted: Planted[StackSketch], resolution: Resolution) -> bool:
    """Whether a stack does not say which nodes are at fault."""
    return not explains(resolution.error, *planted.fault.nodes)
