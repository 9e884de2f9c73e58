"""The calls that a caller makes to a method, and whether a signature accepts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from provider_conformance.protocols.model import Calls, ProtocolMethod
from provider_conformance.protocols.signature import Kind, Parameter, Signature

EXTRA: Final = "any_other_keyword"
"""Stands for a keyword that only a protocol's ``**kwargs`` takes."""


@dataclass(frozen=True, slots=True)
class CallShape:
    """One way to call a method.

    ``positional`` are the protocol's names for the arguments passed by position (``*`` for one
    that only ``*args`` takes), ``keywords`` the names passed by keyword. A call that somebody is
    known to make has its ``text``, and who makes it (``by``).
    """

    positional: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    text: str = field(default="", compare=False)
    by: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"({', '.join((*self.positional, *(f'{name}=...' for name in self.keywords)))})"


@dataclass(frozen=True, slots=True)
class Callers:
    """Who calls a method, as far as it is known.

    ``style``: how whoever knows only the protocol passes arguments. ``seen`` are the calls that somebody is
    known to make; ``unseen``: there are others, of which only that much is known. ``ignored``: nobody reads
    what a call gives.
    """

    style: Calls
    seen: tuple[CallShape, ...] = ()
    unseen: bool = False
    ignored: bool = False

    @property
    def all_seen(self) -> bool:
        """Whether every call of today is known: what only the protocol promises then breaks nobody."""
        return bool(self.seen) and not self.unseen

    @property
    def by_position(self) -> int | None:
        """How many arguments are passed by position at most, None for any number."""
        if self.style is not Calls.KEYWORD and not self.all_seen:
            return None
        return max((len(shape.positional) for shape in self.seen), default=0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call does not bind: what the signature does not take, and what it misses."""

    shape: CallShape
    too_many: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    no_self: bool = False
    misfit: str = ""

    def __bool__(self) -> bool:
        wrong = self.too_many or self.unexpected or self.twice or self.missing
        return bool(wrong or self.no_self or self.misfit)


def shapes(promised: Signature, calls: Calls) -> tuple[CallShape, ...]:
    """The calls that a caller who knows only ``promised`` makes.

    Whoever accepts the call with all parameters and the one with only the required ones accepts
    every call in between.
    """
    styles = (Calls.KEYWORD, Calls.POSITIONAL) if calls is Calls.BOTH else (calls,)
    found: dict[CallShape, None] = {}
    for style in styles:
        named = promised.named()
        required = tuple(p for p in named if p.required)
        for parameters in (named, required):
            found[_shape(parameters, style)] = None
        found.update(dict.fromkeys(_variadic_shapes(promised)))
    return tuple(found)


def _shape(parameters: tuple[Parameter, ...], style: Calls) -> CallShape:
    by_position = [
        p
        for p in parameters
        if p.kind is Kind.POSITIONAL_ONLY
        or (style is Calls.POSITIONAL and p.kind is Kind.POSITIONAL_OR_KEYWORD)
    ]
    return CallShape(
        tuple(p.name for p in by_position),
        tuple(p.name for p in parameters if p not in by_position),
    )


def _variadic_shapes(promised: Signature) -> Iterator[CallShape]:
    """Calls that use a protocol's own ``*args`` and ``**kwargs``."""
    named = promised.named()
    kinds = {p.kind for p in promised.parameters}
    if Kind.VAR_POSITIONAL in kinds:
        full = _shape(named, Calls.POSITIONAL)
        yield CallShape((*full.positional, "*"), full.keywords)
    if Kind.VAR_KEYWORD in kinds:
        full = _shape(named, Calls.KEYWORD)
        yield CallShape(full.positional, (*full.keywords, EXTRA))


def refusal(signature: Signature, shape: CallShape) -> Refusal:
    """Bind ``shape`` to ``signature`` as the interpreter would; a falsy refusal means that it binds."""
    takes_position = [p for p in signature.parameters if p.kind <= Kind.POSITIONAL_OR_KEYWORD]
    kinds = {p.kind for p in signature.parameters}
    given = len(shape.positional)
    too_many = () if Kind.VAR_POSITIONAL in kinds else shape.positional[len(takes_position) :]
    filled = {p.name for p in takes_position[:given]}
    positional_only = {p.name for p in takes_position if p.kind is Kind.POSITIONAL_ONLY}
    by_name = {p.name for p in signature.named()} - positional_only
    twice, unexpected = [], []
    for name in shape.keywords:
        if name not in by_name:
            if Kind.VAR_KEYWORD not in kinds:
                unexpected.append(name)
        elif name in filled:
            twice.append(name)
        else:
            filled.add(name)
    missing = tuple(p.name for p in signature.named() if p.required and p.name not in filled)
    return Refusal(
        shape,
        tuple(too_many),
        tuple(unexpected),
        tuple(twice),
        missing,
        no_self=not signature.takes_self,
        misfit=signature.misfit,
    )


def contradicts(method: ProtocolMethod, shape: CallShape) -> bool:
    """Whether a call is none that the protocol itself promises to take."""
    return all(refusal(signature, shape) for signature in (method.signature, *method.overloads))


def refusals(signature: Signature, wanted: tuple[CallShape, ...]) -> tuple[Refusal, ...]:
    """The refusals among ``wanted``; empty when every call binds."""
    return tuple(found for shape in wanted if (found := refusal(signature, shape)))
