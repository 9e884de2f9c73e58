"""One model of a signature, filled from a live function or from source text."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from types import FunctionType
from typing import Any, Final, NamedTuple


class Kind(IntEnum):
    """Parameter kinds, in the order in which Python lets them stand in a signature."""

    POSITIONAL_ONLY = 0
    POSITIONAL_OR_KEYWORD = 1
    VAR_POSITIONAL = 2
    KEYWORD_ONLY = 3
    VAR_KEYWORD = 4


_VARIADIC: Final = frozenset({Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD})


class _Missing:
    """Stands for "no default"; None is a default like any other."""

    def __repr__(self) -> str:
        return "<no default>"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class SourceDefault:
    """A default known only as text that no literal evaluation could turn into a value.

    ``member`` is the full name of the member of an enumeration that it is, where it is one.
    """

    text: str
    member: str = ""


class Parameter(NamedTuple):
    """A parameter; ``default`` is a value, a :class:`SourceDefault`, or ``MISSING``.

    A tuple, since thousands are made in a run and tuples are made faster.
    """

    name: str
    kind: Kind = Kind.POSITIONAL_OR_KEYWORD
    default: Any = MISSING

    @property
    def required(self) -> bool:
        """Whether a call that leaves it out fails."""
        return self.default is MISSING and self.kind not in _VARIADIC

    def __str__(self) -> str:
        star = {Kind.VAR_POSITIONAL: "*", Kind.VAR_KEYWORD: "**"}.get(self.kind, "")
        return star + self.name


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters that a caller sees: ``self`` and ``cls`` are bound already.

    ``takes_self`` is false for a function in a class body that has no parameter for the instance:
    no call through an instance binds. ``misfit`` says why no call at all does, where that is so.
    """

    parameters: tuple[Parameter, ...] = ()
    takes_self: bool = True
    misfit: str = ""

    def __str__(self) -> str:
        return f"({', '.join(self.rendered(_name))})"

    def rendered(self, show: Callable[[Parameter], str]) -> Iterator[str]:
        """The parts of a parameter list, each as ``show`` has it, the bare ``*`` and ``/`` included."""
        return _rendered(self.parameters, show)

    def named(self) -> tuple[Parameter, ...]:
        """The parameters that have a name of their own: all but ``*args`` and ``**kwargs``."""
        return tuple(p for p in self.parameters if p.kind not in _VARIADIC)

    def without_first(self) -> Signature:
        """The signature after binding to an instance or a class.

        A leading ``*args`` swallows the instance and stays.
        """
        first = self.parameters[0] if self.parameters else None
        if first is None or first.kind in (Kind.KEYWORD_ONLY, Kind.VAR_KEYWORD):
            return Signature(self.parameters, takes_self=False)
        return self if first.kind is Kind.VAR_POSITIONAL else Signature(self.parameters[1:])

    def nameless(self) -> Signature:
        """The signature for callers who pass by position whatever can be: no such parameter has a name."""
        ordinary, nameless = Kind.POSITIONAL_OR_KEYWORD, Kind.POSITIONAL_ONLY
        kept = (p._replace(kind=nameless) if p.kind is ordinary else p for p in self.parameters)
        return Signature(tuple(kept), self.takes_self)


def _name(parameter: Parameter) -> str:
    return f"{parameter}{'' if parameter.default is MISSING else '=...'}"


def _rendered(parameters: tuple[Parameter, ...], show: Callable[[Parameter], str]) -> Iterator[str]:
    star_seen = False
    for index, parameter in enumerate(parameters):
        if parameter.kind is Kind.VAR_POSITIONAL:
            star_seen = True
        elif parameter.kind is Kind.KEYWORD_ONLY and not star_seen:
            star_seen = True
            yield "*"
        yield show(parameter)
        last_positional_only = parameter.kind is Kind.POSITIONAL_ONLY and (
            index + 1 == len(parameters) or parameters[index + 1].kind is not Kind.POSITIONAL_ONLY
        )
        if last_positional_only:
            yield "/"


_CO_VARARGS: Final = inspect.CO_VARARGS
_CO_VARKEYWORDS: Final = inspect.CO_VARKEYWORDS


def of_function(function: FunctionType) -> Signature:
    """Read the signature that the interpreter itself uses when ``function`` is called.

    ``__wrapped__`` and ``__signature__`` are not consulted: they are claims about the
    function, and a call does not honour them.
    """
    code = function.__code__
    names = code.co_varnames
    positional = code.co_argcount
    keyword_only = code.co_kwonlyargcount
    defaults = function.__defaults__ or ()
    first_default = positional - len(defaults)
    parameters = [
        Parameter(
            names[i],
            Kind.POSITIONAL_ONLY if i < code.co_posonlyargcount else Kind.POSITIONAL_OR_KEYWORD,
            defaults[i - first_default] if i >= first_default else MISSING,
        )
        for i in range(positional)
    ]
    after = positional + keyword_only
    if code.co_flags & _CO_VARARGS:
        parameters.append(Parameter(names[after], Kind.VAR_POSITIONAL))
        after += 1
    keyword_defaults = function.__kwdefaults__ or {}
    parameters.extend(
        Parameter(name, Kind.KEYWORD_ONLY, keyword_defaults.get(name, MISSING))
        for name in names[positional : positional + keyword_only]
    )
    if code.co_flags & _CO_VARKEYWORDS:
        parameters.append(Parameter(names[after], Kind.VAR_KEYWORD))
    return Signature(tuple(parameters))


_KINDS: Final = {
    inspect.Parameter.POSITIONAL_ONLY: Kind.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: Kind.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL: Kind.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY: Kind.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD: Kind.VAR_KEYWORD,
}


def of_inspect(signature: inspect.Signature) -> Signature:
    """Translate an :class:`inspect.Signature`, for callables that have no Python code of their own."""
    return Signature(
        tuple(
            Parameter(p.name, _KINDS[p.kind], MISSING if p.default is p.empty else p.default)
            for p in signature.parameters.values()
        )
    )
