"""What a provider asks of the made-up ones around it, judged by the protocols that they keep."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.protocols import careful
from provider_conformance.protocols.annotated import hints, options, wanted
from provider_conformance.protocols.fitting import misfit

_OURS: Final = __name__.partition(".")[0]
_PLAIN: Final = (str, bytes, int, float, list, tuple, set, dict)
"""The classes whose values cannot be taken for something else that behaves alike."""
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call of a provider on one of its dependencies.

    Attributes:
        api: The API of the dependency.
        method: The method.
        problem: What is wrong with the call, in a sentence; "" where it is right.
        call: The call as a line of code.
        declared: The method as its protocol declares it.
        module: The module that makes the call.
        place: The line that makes it.
    """

    api: str
    method: str
    problem: str
    call: str
    declared: str
    module: str
    place: Location | None


_listeners: list[list[Outgoing]] = []


@contextlib.contextmanager
def listening() -> Iterator[list[Outgoing]]:
    """Write down what is asked of made-up providers, wherever it comes from, while the context lasts."""
    found: list[Outgoing] = []
    _listeners.append(found)
    try:
        yield found
    finally:
        _listeners.remove(found)


def wrong_so_far() -> int:
    """How many wrong calls the latest listener has been told of."""
    return sum(bool(one.problem) for one in _listeners[-1]) if _listeners else 0


def noted(api: str, name: str, function: Any, method: Callable[..., Any]) -> Callable[..., Any]:
    """A bound method of a made-up provider, which says what it is asked before it answers.

    Args:
        api: The API.
        name: The method's name.
        function: The method as the protocol has it.
        method: The method itself.
    """

    @functools.wraps(method)
    def asked(*arguments: Any, **keywords: Any) -> Any:
        if _listeners:
            _listeners[-1].append(_outgoing(api, name, function, arguments, keywords))
        return method(*arguments, **keywords)

    return asked


def _outgoing(
    api: str, name: str, function: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]
) -> Outgoing:
    frame = _calling(sys._getframe(2))
    module, place = "", None
    if frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        place = Location(frame.f_code.co_filename, frame.f_lineno)
    problem = _problem(function, arguments, keywords)
    call = declared = ""
    if problem:
        parts = [*map(careful.short_repr, arguments)]
        parts += [f"{key}={careful.short_repr(value)}" for key, value in keywords.items()]
        call = f"{name}({', '.join(parts)})"[:_LONGEST]
        declared = f"{name}{_signature(function)}"
    return Outgoing(api, name, problem, call, declared, module, place)


def _calling(frame: FrameType | None) -> FrameType | None:
    """The frame that makes the call: the nearest that is none of this tool."""
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _OURS:
        frame = frame.f_back
    return frame


def _problem(function: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
    """What is wrong with a call, "" where nothing is or nothing can be told."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(None, *arguments, **keywords)
    except TypeError as error:
        return f"the call does not bind: {error}"
    annotations = hints(function)
    for name, value in list(bound.arguments.items())[1:]:
        parameter = signature.parameters[name]
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or value is parameter.default:
            continue
        if not isinstance(value, (*_PLAIN, type(None))) and not hasattr(value, "model_fields_set"):
            continue  # an object of a class of its own may well behave as it should
        if told := misfit(value, annotations.get(name, Any), f"`{name}`"):
            return told
    return ""


def _signature(function: Any) -> str:
    """A method's parameters with the names of their types, as an author reads them."""
    listed = []
    annotations = hints(function)
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        kind = _title(annotations.get(name, Any))
        default = (
            "" if parameter.default is parameter.empty else f" = {careful.short_repr(parameter.default)}"
        )
        listed.append(f"{name}: {kind}{default}")
    return f"({', '.join(listed)})"


def _title(annotation: Any) -> str:
    forms = (wanted(option).form for option in options(annotation))
    return " | ".join("None" if f is type(None) else getattr(f, "__name__", str(f)) for f in forms)
