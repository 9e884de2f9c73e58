"""Finds out by execution what the stack's calls do to an implementation."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from protocols.corpus.case import Case, Seen
from protocols.corpus.stack import Use, uses_of

FINE = "fine"
MISSING = "missing"
EMPTY = "empty"
UNBOUND = "unbound"
RESULT = "result"
MISPLACED = "misplaced"
DEFAULT = "default"

FAILURE_OF = {
    "01": {MISSING},
    "02": {EMPTY, UNBOUND},  # the stub of another protocol may not even bind
    "03": {UNBOUND},
    "04": {MISPLACED},
    "05": {DEFAULT},
    "06": {RESULT},
    "07": {UNBOUND},
    "08": {MISSING, EMPTY},
}
"""What a finding with this number looks like to a caller."""


async def observe(case: Case) -> dict[str, set[str]]:
    """Make the stack's calls and say, per method of the protocol, what went wrong."""
    abstract: frozenset[str] = getattr(case.cls, "__abstractmethods__", frozenset())
    if abstract:
        return {name: {EMPTY} if name in abstract else set() for name in uses_of(case.protocol)}
    seen = {}
    for name, use in uses_of(case.protocol).items():
        outcomes = {await _call(case.make(), name, use, shape) for shape in use.shapes(case.calls)}
        if use.nothing and _is_the_protocols_own(case, name):
            outcomes.add(EMPTY)  # it returns nothing, as promised, and does nothing, which was not
        seen[name] = outcomes - {FINE}
    return seen


def _is_the_protocols_own(case: Case, name: str) -> bool:
    function = getattr(getattr(case.make(), name, None), "__func__", None)
    return any(vars(base).get(name) is function for base in case.protocol.__mro__) if function else False


async def misplaces(case: Case, name: str) -> bool:
    """Whether arguments that are passed positionally arrive under another name."""
    use = uses_of(case.protocol)[name]
    outcomes = {await _call(case.make(), name, use, shape) for shape in use.shapes("positional")}
    return MISPLACED in outcomes


async def _call(provider: Any, name: str, use: Use, shape: tuple[tuple[Any, ...], dict[str, Any]]) -> str:
    method = _lookup(provider, name)
    if not callable(method):
        _close(method)
        return MISSING
    args, kwargs = shape
    try:
        result = method(*args, **kwargs)
    except NotImplementedError as error:
        return EMPTY if "overloaded" in str(error) else FINE
    except (TypeError, IndexError):
        return UNBOUND
    return await _consume(result, use, len(args) + len(kwargs))


def _lookup(provider: Any, name: str) -> Any:
    with warnings.catch_warnings():
        # Python 3.13 announces that a partial in a class will bind one day.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return getattr(provider, name, None)
        except (RuntimeError, RecursionError, TypeError):
            return None


async def _consume(result: Any, use: Use, passed: int) -> str:
    if result is None and not use.nothing:
        return EMPTY
    if not _of_kind(result, use.then):
        _close(result)
        return RESULT
    try:
        value = await _finish(result, use.then)
    except NotImplementedError as error:
        return EMPTY if "overloaded" in str(error) else FINE
    except (TypeError, IndexError):
        return UNBOUND
    if value is WRONG_INSIDE:
        return RESULT
    if value is None and not use.nothing:
        return EMPTY
    return _arrival(value, use, passed)


WRONG_INSIDE = object()


def _of_kind(result: Any, then: str) -> bool:
    if then in ("await", "await-iterate"):
        return inspect.isawaitable(result)
    if then == "iterate":
        return hasattr(result, "__aiter__")
    if then == "value":
        return not inspect.isawaitable(result) and not hasattr(result, "__anext__")
    return inspect.isawaitable(result) or hasattr(result, "__aiter__")


async def _finish(result: Any, then: str) -> Any:
    if then == "value":
        return result
    if then == "await":
        return await result
    if then == "await-iterate":
        result = await result
        if not hasattr(result, "__aiter__"):
            return WRONG_INSIDE if result is not None else None
    elif inspect.isawaitable(result):
        return await result
    return [item async for item in result]


def _arrival(value: Any, use: Use, passed: int) -> str:
    """Whether the arguments reached the parameters of their name, and left-out ones the default."""
    if not isinstance(value, Seen):
        return FINE
    given = use.arguments() if passed == len(use.arguments()) else dict(use.required)
    if any(name in value and value[name] != wanted for name, wanted in given.items()):
        return MISPLACED
    left_out = {name: wanted for name, wanted in use.defaults.items() if name not in given}
    if any(name in value and value[name] != wanted for name, wanted in left_out.items()):
        return DEFAULT
    return FINE


def _close(result: Any) -> None:
    if inspect.iscoroutine(result):
        result.close()
