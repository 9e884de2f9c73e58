"""What somebody meets of a type that does not fit: nothing, the same JSON, or the mistake.

Mypy goes by annotations. A result of another class is the same to a client where its JSON is; None in an
annotation is met by nobody where the body never gives it; and what a server hands to a method is of the
method's own types where it makes the route of them.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_
from types import FunctionType, NoneType
from typing import Any, Final

from provider_conformance.package.places import called_function, plain_function
from provider_conformance.protocols import classes
from provider_conformance.protocols.endings import UNIONS, admits_none, never_gives_none, never_returns
from provider_conformance.protocols.members import declared_function
from provider_conformance.types.model import About, Objection

_UNKNOWN: Final = object()
"""In the place of a type that could not be read."""
_LISTS: Final = (list, tuple, set, frozenset, Sequence)
_DICTS: Final = (dict, Mapping)
_DEEP: Final = 12


class Meeting(StrEnum):
    """What becomes of an objection."""

    MISTAKE = "somebody gets what was not promised, or is refused what was"
    DEMANDED = "who leaves it out is refused already, and nothing else is wrong with it"
    SAME_JSON = "another class, and clients get the same JSON"
    NOTHING = "nobody meets it"


@dataclass(frozen=True, slots=True)
class Two:
    """A method twice: as the implementation has it, and as the protocol declares it.

    ``by_route``: the stack calls it only from a route that is made of the implementation's own signature.
    """

    function: FunctionType
    declared: FunctionType
    owner: type
    by_route: bool = False


def two(live: type | None, protocol: type | None, member: str, *, by_route: bool) -> Two | None:
    """The two functions behind a member, None where they are not both there to be looked at."""
    found = _function(live, member)
    promised = next((raw for _, raw in classes.definitions(protocol, member)), None) if protocol else None
    declared = plain_function(promised)
    if live is None or found is None or declared is None:
        return None
    return Two(found, declared_function(declared), live, by_route)


def _function(cls: type | None, member: str) -> FunctionType | None:
    """The function as it was written, None where a decorator stands before it: mypy sees what that makes."""
    raw = next((raw for _, raw in classes.definitions(cls, member)), None) if cls is not None else None
    written = plain_function(raw)
    return written if called_function(raw) is written else None


def meeting(objection: Objection, both: Two | None) -> Meeting:
    """What somebody meets of what mypy objects to; a mistake where that cannot be seen."""
    if both is None or objection.about is About.ATTRIBUTE:
        return Meeting.MISTAKE
    if objection.about is About.RETURN:
        return _of_result(objection, both)
    return _of_parameter(both, objection.parameter)


def _of_result(objection: Objection, both: Two) -> Meeting:
    if objection.found == "None" and never_returns(both.function):
        return Meeting.NOTHING
    given, wanted = _meant(both.function, "return"), _meant(both.declared, "return")
    if _UNKNOWN in (given, wanted) or given == wanted:  # equal, and mypy sees more than that
        return Meeting.MISTAKE
    if admits_none(given) and never_gives_none(both.function, both.owner):
        given = _without_none(given)
        if _Reading().reads(given, wanted):
            return Meeting.NOTHING
    return Meeting.SAME_JSON if _Reading(others=True).reads(given, wanted) else Meeting.MISTAKE


def _of_parameter(both: Two, parameter: str) -> Meeting:
    """A route made of the method's own signature hands it what that says, if it takes what was promised."""
    given, wanted = _meant(both.declared, parameter), _meant(both.function, parameter)
    if _UNKNOWN in (given, wanted):
        return Meeting.MISTAKE
    reading = _Reading(others=both.by_route, dicts=both.by_route)
    if both.by_route and reading.reads(given, wanted):
        return Meeting.NOTHING
    demanded = _is_required(both.function, parameter) and not _is_required(both.declared, parameter)
    return Meeting.DEMANDED if demanded and reading.reads(_without_none(given), wanted) else Meeting.MISTAKE


def _is_required(function: FunctionType, parameter: str) -> bool:
    found = inspect.signature(function).parameters.get(parameter)
    return found is not None and found.default is found.empty


def _meant(function: FunctionType, name: str) -> Any:
    """What an annotation of a function means, past what is awaited."""
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # an annotation may name anything, what only type checkers import above all
        return _UNKNOWN
    hint = hints.get(name, _UNKNOWN)
    if typing.get_origin(hint) in (Awaitable, Coroutine):
        return typing.get_args(hint)[-1]
    return hint


def _without_none(hint: Any) -> Any:
    """A type without its None."""
    if typing.get_origin(hint) not in UNIONS:
        return hint
    return reduce(or_, [one for one in typing.get_args(hint) if one is not NoneType])


@dataclass(frozen=True, slots=True)
class _Reading:
    """Whether every value of one type is one of another, or reads as one from JSON.

    ``others``: another model with the same fields reads as well, and so do the items of another list.
    ``dicts``: a model reads as a dict.
    """

    others: bool = False
    dicts: bool = False
    _assumed: set[tuple[type, type]] = field(default_factory=set)

    def reads(self, given: Any, wanted: Any, depth: int = _DEEP) -> bool:
        """Whether ``given`` reads as ``wanted``; False also for what is not understood."""
        given, wanted = _bare(given), _bare(wanted)
        if wanted in (Any, object) or given == wanted:
            return True
        if not depth:
            return False
        if typing.get_origin(given) in UNIONS:
            return all(self.reads(one, wanted, depth - 1) for one in typing.get_args(given))
        if typing.get_origin(wanted) in UNIONS:
            return any(self.reads(given, one, depth - 1) for one in typing.get_args(wanted))
        if isinstance(given, type) and isinstance(wanted, type):
            return self._of_classes(given, wanted, depth)
        return self._of_generics(given, wanted, depth)

    def _of_classes(self, given: type, wanted: type, depth: int) -> bool:
        if wanted in classes.mro(given):
            return (given, wanted) != (bool, int)
        if self.dicts and wanted in _DICTS:
            return _fields(given) is not None
        return self.others and self._of_models(given, wanted, depth)

    def _of_models(self, given: type, wanted: type, depth: int) -> bool:
        """Field by field, by the names that they have in JSON."""
        has, asks = _fields(given), _fields(wanted)
        if has is None or asks is None:
            return False
        if (given, wanted) in self._assumed:
            return True
        self._assumed.add((given, wanted))
        if getattr(wanted, "model_config", {}).get("extra") == "forbid" and not has.keys() <= asks.keys():
            return False
        return all(
            self.reads(has[name].annotation, field.annotation, depth - 1)
            if name in has
            else not field.is_required()
            for name, field in asks.items()
        )

    def _of_generics(self, given: Any, wanted: Any, depth: int) -> bool:
        origin, target = typing.get_origin(given) or given, typing.get_origin(wanted) or wanted
        inner, outer = typing.get_args(given), typing.get_args(wanted)
        if origin is typing.Literal:
            return all(one in outer if target is typing.Literal else type(one) is target for one in inner)
        if self.dicts and target in _DICTS and isinstance(given, type) and _fields(given) is not None:
            return outer[1:] in ((Any,), (object,))
        same = origin == target or (self.others and origin in _LISTS and target in _LISTS)
        if not same or len(inner) != len(outer):
            return same and not outer
        return all(self.reads(a, b, depth - 1) for a, b in zip(inner, outer, strict=True))


def _bare(hint: Any) -> Any:
    """A type without what is only said beside it."""
    while typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    return NoneType if hint is None else hint


def _fields(cls: type) -> dict[str, Any] | None:
    """The fields of a pydantic model by the names that they have in JSON, None for any other class."""
    fields = getattr(cls, "model_fields", None)
    if not isinstance(fields, Mapping):
        return None
    return {getattr(field, "alias", None) or name: field for name, field in fields.items()}
