"""Implementations made up from protocols: every method is there, takes what it should, and answers.

They are written as source, method by method, so that a stack that looks at what really runs finds
an honest signature.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from provider_conformance.errors import NoValueError
from provider_conformance.neighbours import outgoing
from provider_conformance.neighbours.handlers import handlers_of
from provider_conformance.neighbours.heard import Heard, in_classes
from provider_conformance.neighbours.smallest import STREAMS, smallest
from provider_conformance.protocols.annotated import hints, options, union, wanted

_called = [0]


def times_called() -> int:
    """How often stand-ins gave what nobody knows to be sensible: who crashed after that may not like it."""
    return _called[0]


def _counted(answer: Callable[[Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    def counted(arguments: Mapping[str, Any]) -> Any:
        _called[0] += 1
        return answer(arguments)

    return counted


def stand_in(name: str, protocols: Iterable[type], answer: Any = None, *, api: str = "") -> type:
    """A class that implements ``protocols``.

    Args:
        name: The name of the class.
        protocols: The protocols; of two methods with one name the first protocol's counts.
        answer: The coroutine function whose result every method gives; methods that a protocol
            declares as plain functions then return an awaitable. Without it each method answers as a real
            provider of its API would, where that is known, else with the smallest value that its
            annotation promises.
        api: The API, for what is known of it; what its objects are asked is noted then.

    Returns:
        The class.
    """
    members: dict[str, Any] = {}
    functions: dict[str, Any] = {}
    for protocol in protocols:
        for method, function in inspect.getmembers(protocol, inspect.isfunction):
            if not _is_object_s(method) and method not in members:
                functions[method] = function
                members[method] = _method(method, function, answer or _real(api, method, function))
    if api and answer is None:
        members["__getattribute__"] = _listening(api, functions)
    return type(name, (), members)


def _listening(api: str, functions: Mapping[str, Any]) -> Callable[[Any, str], Any]:
    """What looks up an attribute of a stand-in; its methods note what they are asked."""

    def look_up(self: Any, name: str) -> Any:
        found = object.__getattribute__(self, name)
        function = functions.get(name)
        # What somebody has put in a method's place is no concern of the protocol's.
        if function is None or name in object.__getattribute__(self, "__dict__"):
            return found
        return outgoing.noted(api, name, function, found)

    return look_up


def _real(api: str, method: str, function: Any) -> Callable[[Mapping[str, Any]], Awaitable[Any]] | None:
    """What answers as a real provider would; None where that is not known, or the method is no coroutine."""
    handler = handlers_of(api).get(method)
    if handler is None or not inspect.iscoroutinefunction(function):
        return None
    promised, smallest_one = hints(function).get("return", Any), _promised(function)

    async def answer(arguments: Mapping[str, Any]) -> Any:
        (_, itself), *given = arguments.items()
        plain = await handler(Heard(dict(given), vars(itself).setdefault("kept_here", {})))
        try:
            return in_classes(plain, promised)
        except Exception:  # this release promises something else
            return _counted(smallest_one)(arguments)

    return answer


def _is_object_s(method: str) -> bool:
    return method.startswith("__") and method.endswith("__")


def _method(name: str, function: Any, answer: Any) -> Any:
    parameters = list(inspect.signature(function).parameters.values())
    values = {f"default_{i}": p.default for i, p in enumerate(parameters)}
    later = inspect.iscoroutinefunction(function)
    answering = answer or _counted(_promised(function))
    namespace: dict[str, Any] = {**values, "__name__": __name__, "answer": answering}
    wait = "await " if later and answer else ""
    head, body = "async def" if later else "def", f"return {wait}answer(locals())"
    source = f"{head} {name}({', '.join(_listed(parameters))}):\n    {body}\n"
    exec(source, namespace)  # noqa: S102 - the source is made of a protocol's own names
    return namespace[name]


def _promised(function: Any) -> Callable[[Mapping[str, Any]], Any]:
    """What gives the smallest value that a method's annotation promises, for the arguments of a call."""
    promised = hints(function).get("return", inspect.Signature.empty)
    streams = tuple(option for option in options(promised) if wanted(option).form in STREAMS)
    values = tuple(option for option in options(promised) if option not in streams)

    def answer(arguments: Mapping[str, Any]) -> Any:
        chosen = streams if streams and (not values or _asks_for_stream(arguments)) else values
        if promised is inspect.Signature.empty or isinstance(promised, str):
            return []
        try:
            return smallest(union(chosen))
        except NoValueError:
            return []

    return answer


def _asks_for_stream(arguments: Mapping[str, Any]) -> bool:
    """Whether a call wants a stream: by an argument of that name, or a request that has such a field."""
    asked = (value for name, value in arguments.items() if name != "self")
    return arguments.get("stream") is True or any(getattr(v, "stream", None) is True for v in asked)


def _listed(parameters: list[inspect.Parameter]) -> Iterator[str]:
    """The parameters as a ``def`` lists them; annotations are left out."""
    marked = False
    for number, parameter in enumerate(parameters):
        kind = parameter.kind
        if kind is parameter.VAR_POSITIONAL:
            marked = True
        elif kind is parameter.KEYWORD_ONLY and not marked:
            marked = True
            yield "*"
        yield _one(parameter, number)
        following = parameters[number + 1].kind if number + 1 < len(parameters) else None
        if kind is parameter.POSITIONAL_ONLY and following is not parameter.POSITIONAL_ONLY:
            yield "/"


def _one(parameter: inspect.Parameter, number: int) -> str:
    stars = "*" * (parameter.kind is parameter.VAR_POSITIONAL) or "**" * (
        parameter.kind is parameter.VAR_KEYWORD
    )
    default = "" if parameter.default is parameter.empty else f"=default_{number}"
    return f"{stars}{parameter.name}{default}"
