"""Follow a callable to the signature of what really runs when it is called."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import FunctionType, MethodType
from typing import Any, Final

from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, node_of, own_statements
from provider_conformance.protocols.model import ResultKind
from provider_conformance.protocols.results import UNKNOWN, Kinds, name_in
from provider_conformance.protocols.results import of_class as kinds_of_class
from provider_conformance.protocols.results import of_function as kinds_of_function
from provider_conformance.protocols.signature import Kind, Parameter, Signature, of_function, of_inspect

_DEPTH: Final = 12
"""Wrappers around wrappers that are followed before giving up."""


Values = Mapping[str, Any]
_NO_VALUES: Final[Values] = {}

PlainFunction = Any
"""A FunctionType or None; declared so, a dataclass field would be taken for a method of the class."""


@dataclass(frozen=True, slots=True)
class Callee:
    """What runs when an attribute is called.

    ``function`` is the innermost function reached, whose body does the work; ``outer`` the one
    that is called first. Without a ``signature`` the callee could not be seen, and ``why`` says
    why. ``is_callable`` is false for a value that cannot be called at all.
    """

    signature: Signature | None = None
    function: PlainFunction = None
    outer: PlainFunction = None
    kinds: Kinds = UNKNOWN
    claimed: Signature | None = None
    why: str = ""
    is_callable: bool = True


def callee(raw: Any, owner: type, *, binds: bool, depth: int = _DEPTH, values: Values = _NO_VALUES) -> Callee:
    """Resolve a raw attribute value.

    Args:
        raw: the value as it stands in a class or instance namespace.
        owner: the class on which a wrapper's ``self.something`` is looked up.
        binds: whether attribute access binds it, so that its first parameter is filled.
        depth: how many further wrappers may be followed.
        values: attributes of the object on which the wrapper itself lives, where it is one.
    """
    if type(raw) is FunctionType:
        return _function(raw, owner, binds, depth, values)
    if depth == 0:
        return Callee(why="it is wrapped too deeply to follow")
    for kinds, resolve in _RESOLVERS:
        if issubclass(type(raw), kinds):  # isinstance would ask the object, which may lie
            return resolve(raw, owner, binds, depth - 1)
    return _object(raw, owner, binds, depth - 1)


def _function(function: FunctionType, owner: type, binds: bool, depth: int, values: Values) -> Callee:
    own = of_function(function)
    signature = own.without_first() if binds else own
    found = Callee(signature, function, function, kinds_of_function(function, owner))
    attributes = function.__dict__
    if attributes and ("__wrapped__" in attributes or "__signature__" in attributes):
        found = replace(found, claimed=_claimed(function, binds))
    if signature.parameters and _takes_anything(signature) and depth:
        target = _forwarded(function, owner, binds, values)
        inner = _followed(target, owner, depth - 1) if target else None
        if inner is not None:
            return replace(found, signature=inner.signature, function=inner.function)
    return found


def _followed(target: _Target, owner: type, depth: int) -> Callee | None:
    inner = callee(target.raw, owner, binds=target.binds, depth=depth)
    if inner.signature is None:
        return None
    given = dict.fromkeys(target.keywords)
    return replace(inner, signature=_apply(inner.signature, (None,) * target.positional, given))


def _takes_anything(signature: Signature) -> bool:
    return {p.kind for p in signature.parameters} == {Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD}


def _claimed(function: Any, binds: bool) -> Signature | None:
    try:
        claimed = of_inspect(inspect.signature(function))
    except (TypeError, ValueError):
        return None
    return claimed.without_first() if binds else claimed


@dataclass(frozen=True, slots=True)
class _Target:
    """What a wrapper calls, with the arguments that it supplies itself."""

    raw: Any
    binds: bool
    positional: int = 0
    keywords: tuple[str, ...] = ()


def _forwarded(function: FunctionType, owner: type, binds: bool, values: Values) -> _Target | None:
    """What a ``*args, **kwargs`` wrapper hands all its arguments on to.

    None where the wrapper changes the arguments on the way or calls something that cannot be
    resolved: then its own signature is all there is to judge.
    """
    node = node_of(function.__code__)
    if node is None:
        wrapped = function.__dict__.get("__wrapped__")
        return _Target(wrapped, binds) if isinstance(wrapped, FunctionType) else None
    args, kwargs = (p.name for p in of_function(function).parameters if p.kind in _VARIADIC)
    if _touches(node, {args, kwargs}):
        return None
    calls = [
        statement
        for statement in own_statements(node)
        if isinstance(statement, ast.Call) and _spreads(statement, args, kwargs)
    ]
    return _target(calls[0], function, owner, binds, values) if len(calls) == 1 else None


_VARIADIC: Final = (Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD)
_READING: Final = frozenset({"get", "items", "keys", "values", "copy", "index", "count"})


def _touches(node: FunctionNode, names: set[str]) -> bool:
    """Whether the body may change the objects that ``names`` hold."""
    for statement in own_statements(node):
        match statement:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in names:
                return True
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in names:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                name in names and attr not in _READING
            ):
                return True
    return False


def _target(
    call: ast.Call, function: FunctionType, owner: type, binds: bool, values: Values
) -> _Target | None:
    leading = [p.name for p in of_function(function).named()]
    given = call.args[:-1]
    passed_on = [arg.id for arg in given[: len(leading)] if isinstance(arg, ast.Name)]
    keywords = tuple(keyword.arg for keyword in call.keywords if keyword.arg)
    match call.func:
        case ast.Name(id=name) if passed_on == leading:
            target = name_in(function, name)
            if isinstance(target, FunctionType | MethodType | functools.partial):
                return _Target(target, binds, len(given) - len(leading), keywords)
        case ast.Attribute(value=ast.Name(id=first), attr=attr) if leading[:1] == [first]:
            if attr in values:
                return _Target(values[attr], False, len(given), keywords)
            for _, raw in classes.definitions(owner, attr):
                return _Target(raw, True, len(given), keywords)
    return None


def _spreads(call: ast.Call, args: str, kwargs: str) -> bool:
    """Whether the call hands on both, all of the first and all of the second."""
    match call.args[-1:], call.keywords[-1:]:
        case [[ast.Starred(value=ast.Name(id=a))], [ast.keyword(arg=None, value=ast.Name(id=k))]]:
            return a == args and k == kwargs
    return False


def _unbinding(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    return callee(raw.__func__, owner, binds=False, depth=depth)


def _binding(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    return callee(raw.__func__, owner, binds=True, depth=depth)


def _partial(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    inner = callee(raw.func, owner, binds=isinstance(raw, functools.partialmethod), depth=depth)
    if inner.signature is None:
        return inner
    try:
        signature = _apply(inner.signature, raw.args, raw.keywords)
    except (TypeError, ValueError) as error:
        return replace(inner, signature=None, why=f"its partial arguments do not fit: {error}")
    return replace(inner, signature=signature, claimed=None)


def _apply(signature: Signature, args: tuple[Any, ...], keywords: dict[str, Any]) -> Signature:
    """The signature left after :class:`functools.partial` has filled some parameters."""
    takes_position = [p for p in signature.parameters if p.kind <= Kind.POSITIONAL_OR_KEYWORD]
    filled = {p.name for p in takes_position[: len(args)]}
    kept = [p for p in signature.parameters if p.name not in filled]
    by_keyword = next((i for i, p in enumerate(kept) if p.name in keywords), len(kept))
    # what stands behind a parameter filled by keyword can no longer be reached by position
    return Signature(
        tuple(_filled(p, keywords, i >= by_keyword) for i, p in enumerate(kept) if _stays(p, i >= by_keyword))
    )


def _stays(parameter: Parameter, behind: bool) -> bool:
    return not (behind and parameter.kind is Kind.VAR_POSITIONAL)


def _filled(parameter: Parameter, keywords: dict[str, Any], behind: bool) -> Parameter:
    default = keywords.get(parameter.name, parameter.default)
    by_keyword = behind and parameter.kind is Kind.POSITIONAL_OR_KEYWORD
    return Parameter(parameter.name, Kind.KEYWORD_ONLY if by_keyword else parameter.kind, default)


def _dispatching(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    """``singledispatchmethod`` picks by the first positional argument: it must be given by position."""
    inner = callee(raw.func, owner, binds=True, depth=depth)
    if inner.signature is None or not inner.signature.parameters:
        return inner
    first, *rest = inner.signature.parameters
    positional_only = first._replace(kind=Kind.POSITIONAL_ONLY)
    return replace(inner, signature=Signature((positional_only, *rest)))


def _class(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    found = _introspected(raw, binds=False)
    return replace(found, kinds=kinds_of_class(raw))


def _introspected(raw: Any, binds: bool) -> Callee:
    try:
        signature = of_inspect(inspect.signature(raw, follow_wrapped=False))
    except (TypeError, ValueError) as error:
        return Callee(why=f"its signature cannot be read: {error}")
    return Callee(signature.without_first() if binds else signature)


def _object(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    """Any other value: a wrapper written in C, a descriptor, an object with ``__call__``."""
    values = classes.instance_values(raw)
    kind = type(raw)
    python_call = next((value for _, value in classes.definitions(kind, "__call__")), None)
    getter = next((value for _, value in classes.definitions(kind, "__get__")), None)
    if binds and isinstance(getter, FunctionType):
        return Callee(why=f"the descriptor {kind.__name__} decides at access what it is")
    if isinstance(python_call, FunctionType | staticmethod | classmethod):
        return _callable_object(raw, python_call, depth, values)
    if "__wrapped__" in values:
        return callee(values["__wrapped__"], owner, binds=binds, depth=depth)
    if getter is not None and python_call is None:
        return Callee(why=f"the descriptor {kind.__name__} decides at access what it is")
    if not callable(raw):
        return Callee(is_callable=False, why=f"it is {_shown(raw)}, which cannot be called")
    return _introspected(raw, binds=binds and inspect.ismethoddescriptor(raw))


def _callable_object(raw: Any, call: Any, depth: int, values: Values) -> Callee:
    found = callee(call, type(raw), binds=True, depth=depth, values=values)
    if "__signature__" in values or classes.overrides(type(raw), "__signature__"):
        found = replace(found, claimed=_claimed(raw, binds=False))
    if inspect.iscoroutinefunction(raw):  # marked so, as asynchronous mocks are
        return replace(found, kinds=frozenset({ResultKind.AWAITABLE}))
    return found


def _shown(raw: Any) -> str:
    return "None" if raw is None else f"a value of type {type(raw).__name__}"


_RESOLVERS: Final[tuple[tuple[Any, Callable[[Any, type, bool, int], Callee]], ...]] = (
    (staticmethod, _unbinding),
    ((classmethod, MethodType), _binding),
    ((functools.partial, functools.partialmethod), _partial),
    (functools.singledispatchmethod, _dispatching),
    (type, _class),
)
