"""What a provider looks up in its dependencies and does not declare: at its start, or by its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Final

from provider_conformance.evidence.start import Start
from provider_conformance.evidence.store import Cause, NotJudged
from provider_conformance.evidence.subject import Subject
from provider_conformance.findings import Location
from provider_conformance.package import places
from provider_conformance.protocols.bodies import certain, node_of
from provider_conformance.source.undefined import survived

if TYPE_CHECKING:
    from provider_conformance.hosts.watching import LookedUp

_DEPS: Final = 1
"""The place of the dependencies among a factory's parameters."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the stack's enumeration of APIs, by what the source calls it."""

    name: str


@dataclass(frozen=True, slots=True)
class Lookups:
    """Look-ups of what is not there.

    Attributes:
        undeclared: They, in their order.
        held: The APIs that were there.
    """

    undeclared: tuple[LookedUp, ...]
    held: tuple[str, ...]

    @classmethod
    def collect(cls, subject: Subject) -> Lookups:
        """Take them from the first start; where nothing is run, from the factory's source.

        Raises:
            NotJudged: It was not started, and nothing was found before that.
        """
        if subject.provider.not_imported:
            return _read(subject)
        first = subject.store.get(Start, subject)
        undeclared = tuple(first.witness.undeclared)
        if not undeclared and first.error is not None:
            raise NotJudged("it was not started", cause=Cause.NOT_STARTED)
        return cls(undeclared, tuple(first.witness.received[0]) if first.witness.received else ())


def _read(subject: Subject) -> Lookups:
    spec, factory = subject.spec, places.plain_function(subject.implementation().factory)
    if spec is None or factory is None:
        raise NotJudged(f"the provider's code is not run: {subject.provider.not_imported}")
    held = (*spec.api_dependencies, *spec.optional_api_dependencies)
    found = tuple(_undeclared(factory, held))
    if not found:
        # What the factory hands on may be asked for more, later and elsewhere.
        raise NotJudged(f"the provider's code is not run: {subject.provider.not_imported}")
    return Lookups(found, held)


def _undeclared(factory: FunctionType, held: Sequence[str]) -> Iterator[LookedUp]:
    """The look-ups that every call of a factory makes and that find nothing."""
    from provider_conformance.hosts.watching import LookedUp  # noqa: PLC0415 - the whole stack

    code, node = factory.__code__, node_of(factory.__code__)
    if node is None or code.co_argcount <= _DEPS:
        return
    deps = code.co_varnames[_DEPS]
    if any(
        isinstance(p, ast.Name) and p.id == deps and not isinstance(p.ctx, ast.Load) for p in ast.walk(node)
    ):
        return
    lived_through = {id(part) for part in survived(node, ("KeyError", "LookupError"))}
    for part in certain(node):
        key = _looked_up(part, deps)
        if key is None or id(part) in lived_through:
            continue
        if (wanted := _key(key, held)) is not None:
            yield LookedUp(wanted, Location(code.co_filename, key.lineno))


def _looked_up(part: ast.AST, deps: str) -> ast.expr | None:
    """The key of a look-up in ``deps``, None for whatever else there is."""
    match part:
        case ast.Subscript(value=ast.Name(id=name), slice=key, ctx=ast.Load()) if name == deps:
            return key
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get" | "pop"), args=[key, *_]) if (
            name == deps
        ):
            return key
    return None


def _key(key: ast.expr, held: Sequence[str]) -> str | Member | None:
    """What is looked up, None where it is there or cannot be read."""
    match key:
        case ast.Constant(value=str(text)):
            return text
        case ast.Attribute(value=ast.Name(id="Api"), attr=name) if name not in held:
            return Member(name)
    return None
