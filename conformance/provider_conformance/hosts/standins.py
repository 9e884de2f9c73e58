"""Implementations made up from protocols: every method is there, takes what it should, and does nothing.

They are written as source, method by method, so that a stack that looks at what really runs finds
an honest signature.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any


def stand_in(name: str, protocols: Iterable[type], answer: Any) -> type:
    """A class that implements ``protocols``.

    Args:
        name: The name of the class.
        protocols: The protocols; of two methods with one name the first protocol's counts.
        answer: The coroutine function whose result every method gives.

    Returns:
        The class. Methods that a protocol declares as plain functions return an awaitable.
    """
    members: dict[str, Any] = {}
    for protocol in protocols:
        for method, function in inspect.getmembers(protocol, inspect.isfunction):
            if not _is_object_s(method) and method not in members:
                members[method] = _method(method, function, answer)
    return type(name, (), members)


def _is_object_s(method: str) -> bool:
    return method.startswith("__") and method.endswith("__")


def _method(name: str, function: Any, answer: Any) -> Any:
    parameters = list(inspect.signature(function).parameters.values())
    values = {f"default_{i}": p.default for i, p in enumerate(parameters)}
    namespace: dict[str, Any] = {**values, "answer": answer}
    later = inspect.iscoroutinefunction(function)
    head, body = ("async def", "return await answer()") if later else ("def", "return answer()")
    source = f"{head} {name}({', '.join(_listed(parameters))}):\n    {body}\n"
    exec(source, namespace)  # noqa: S102 - the source is made of a protocol's own names
    return namespace[name]


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
