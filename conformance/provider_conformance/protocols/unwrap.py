"""Follow a callable to the signature of what really runs when it is called."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FunctionType, MethodType
from typing import Any, Final

from provider_conformance.protocols import classes
from provider_conformance.protocols.calls import CallShape, refusal
from provider_conformance.protocols.forwarding import Target, Values, forwarded, supplied, takes_anything
from provider_conformance.protocols.model import ResultKind
from provider_conformance.protocols.results import UNKNOWN, Kinds
from provider_conformance.protocols.results import of_class as kinds_of_class
from provider_conformance.protocols.results import of_function as kinds_of_function
from provider_conformance.protocols.signature import Kind, Parameter, Signature, of_function, of_inspect

_DEPTH: Final = 12
"""Wrappers around wrappers that are followed before giving up."""


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
    if signature.parameters and takes_anything(signature) and depth:
        target = forwarded(function, owner, binds, values)
        inner = _followed(target, owner, depth - 1) if target else None
        if inner is not None:
            signature = _narrowed(inner.signature or Signature(), signature)
            found = replace(found, signature=signature, function=inner.function)
    if depth and (misfit := _misfit(function, owner, binds, depth - 1)):
        found = replace(found, signature=replace(signature, misfit=misfit))
    return found


def _misfit(function: FunctionType, owner: type, binds: bool, depth: int) -> str:
    """Why no call gets through a wrapper: it adds a keyword that what it wraps does not take."""
    for wrapped, keyword in supplied(function):
        inner = callee(wrapped, owner, binds=binds, depth=depth).signature if wrapped is not None else None
        if inner is None or refusal(inner, CallShape((), (keyword,))).unexpected != (keyword,):
            continue
        wrapper = function.__code__.co_qualname.partition(".<locals>")[0]
        name = getattr(wrapped, "__name__", "what it wraps")
        return f"cannot be called: `{wrapper}` adds `{keyword}`, which `{name}{inner}` does not take"
    return ""


def _narrowed(inner: Signature, wrapper: Signature) -> Signature:
    """What gets through a wrapper: its own keywords, and of the inner parameters what it can hand on."""
    kinds = {p.kind for p in wrapper.parameters}
    own = {p.name: p for p in wrapper.named()}
    named = [p for p in inner.named() if p.name not in own]
    if Kind.VAR_KEYWORD not in kinds:
        named = [_of_kind(p, Kind.POSITIONAL_ONLY) for p in named]
    elif Kind.VAR_POSITIONAL not in kinds:
        named = [_of_kind(p, Kind.KEYWORD_ONLY) for p in named]
    variadic = [p for p in inner.parameters if p.kind in kinds and p not in named]
    parameters = sorted([*named, *own.values(), *variadic], key=lambda p: p.kind)
    return replace(inner, parameters=tuple(parameters))


def _of_kind(parameter: Parameter, kind: Kind) -> Parameter:
    return parameter._replace(kind=kind) if parameter.kind is Kind.POSITIONAL_OR_KEYWORD else parameter


def _followed(target: Target, owner: type, depth: int) -> Callee | None:
    inner = callee(target.raw, owner, binds=target.binds, depth=depth)
    if inner.signature is None:
        return None
    left = _apply(inner.signature, (None,) * target.positional, dict.fromkeys(target.keywords))
    # unlike with functools.partial nobody can pass once more what the wrapper passes
    free = tuple(p for p in left.parameters if p.name not in target.keywords)
    return replace(inner, signature=replace(left, parameters=free))


def _claimed(function: Any, binds: bool) -> Signature | None:
    try:
        claimed = of_inspect(inspect.signature(function))
    except (TypeError, ValueError):
        return None
    return claimed.without_first() if binds else claimed


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
    left = (_filled(p, keywords, i >= by_keyword) for i, p in enumerate(kept) if _stays(p, i >= by_keyword))
    return replace(signature, parameters=tuple(left))


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


def _opaque(raw: Any, owner: type, binds: bool, depth: int) -> Callee:
    return Callee(why=raw.reason)


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
        return Callee(why=f"the descriptor {classes.class_name(kind)} decides at access what it is")
    if isinstance(python_call, FunctionType | staticmethod | classmethod):
        return _callable_object(raw, python_call, depth, values)
    if "__wrapped__" in values:
        return callee(values["__wrapped__"], owner, binds=binds, depth=depth)
    if getter is not None and python_call is None:
        return Callee(why=f"the descriptor {classes.class_name(kind)} decides at access what it is")
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
    return "None" if raw is None else f"a value of type {classes.class_name(type(raw))}"


_RESOLVERS: Final[tuple[tuple[Any, Callable[[Any, type, bool, int], Callee]], ...]] = (
    (staticmethod, _unbinding),
    ((classmethod, MethodType), _binding),
    ((functools.partial, functools.partialmethod), _partial),
    (functools.singledispatchmethod, _dispatching),
    (type, _class),
    (classes.Opaque, _opaque),
)
