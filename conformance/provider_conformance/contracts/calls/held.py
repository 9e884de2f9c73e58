"""What an expression of the stack's code may hold, as far as providers go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

DYNAMIC: Final = "*"
"""Stands for a method whose name the source does not show: ``getattr(impl, route.name)``."""


class Shape(Enum):
    """What an expression is, seen from the provider that it leads to."""

    ONE = "a provider"
    MAPPING = "a mapping onto them"
    EACH = "an iterable of them"
    PAIRS = "an iterable of (key, one)"
    TUPLE = "a tuple with one in it"
    METHOD = "a bound method of one"


@dataclass(frozen=True, slots=True)
class Held:
    """What an expression may hold; ``apis`` are those whose providers it may be.

    ``sure`` is false where whoever holds it has asked which members it has, or has picked the
    provider by a fixed key: the others go on working without the method.
    """

    shape: Shape
    apis: frozenset[str] = frozenset()
    inner: Held | None = None
    parts: tuple[Held | None, ...] = ()
    method: str = ""
    sure: bool = True

    def only(self, apis: frozenset[str]) -> Held:
        """The same, for those of its APIs that are among ``apis``."""
        return replace(
            self,
            apis=self.apis & apis,
            inner=self.inner and self.inner.only(apis),
            parts=tuple(part and part.only(apis) for part in self.parts),
        )

    def every(self) -> frozenset[str]:
        """All APIs that it mentions, at any depth."""
        nested = (self.inner, *self.parts)
        return self.apis.union(*(part.every() for part in nested if part is not None))


Maybe: TypeAlias = Held | None


def one(apis: frozenset[str], *, sure: bool = True) -> Held:
    """A provider of one of ``apis``."""
    return Held(Shape.ONE, apis, sure=sure)


def joined(first: Maybe, second: Maybe) -> Maybe:
    """What holds either; where the shapes differ the first stays."""
    if first is None or second is None:
        return first or second
    if first.shape is not second.shape or first.method != second.method:
        return first
    parts = [joined(*pair) for pair in zip(first.parts, second.parts, strict=False)]
    return replace(
        first,
        apis=first.apis | second.apis,
        inner=joined(first.inner, second.inner),
        parts=tuple(parts) or first.parts or second.parts,
        sure=first.sure and second.sure,
    )


def element(held: Maybe) -> Maybe:
    """What iterating over ``held`` yields; a mapping yields its keys."""
    if held is None or held.inner is None:
        return None
    if held.shape is Shape.PAIRS:
        return Held(Shape.TUPLE, parts=(None, held.inner))
    return held.inner if held.shape is Shape.EACH else None


def part(held: Held, position: int) -> Maybe:
    """What unpacking ``held`` gives at a position."""
    return held.parts[position] if held.shape is Shape.TUPLE and position < len(held.parts) else None
