"""What a wrapper hands its arguments on to, read off its source."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, Final

from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, certain, node_of, own_statements
from provider_conformance.protocols.results import name_in
from provider_conformance.protocols.signature import Kind, Signature, of_function

Values = Mapping[str, Any]

_VARIADIC: Final = (Kind.VAR_POSITIONAL, Kind.VAR_KEYWORD)
_READING: Final = frozenset({"get", "items", "keys", "values", "copy", "index", "count"})


@dataclass(frozen=True, slots=True)
class Target:
    """What a wrapper calls, with the arguments that it supplies itself.

    ``binds``: whether the callee's first parameter is filled by the instance.
    """

    raw: Any
    binds: bool
    positional: int = 0
    keywords: tuple[str, ...] = ()


def takes_anything(signature: Signature) -> bool:
    """Whether a bound signature has no demands of its own: ``*args``, ``**kwargs`` or both."""
    variadic = False
    for parameter in signature.parameters:
        if parameter.kind in _VARIADIC:
            variadic = True
        elif parameter.kind is not Kind.KEYWORD_ONLY or parameter.required:
            return False
    return variadic


def forwarded(function: FunctionType, owner: type, binds: bool, values: Values) -> Target | None:
    """Find what a wrapper that takes anything hands all its arguments on to.

    Args:
        function: the wrapper.
        owner: the class on which ``self.something`` and ``super()`` are looked up.
        binds: whether the wrapper's first argument is the instance.
        values: attributes of the object on which the wrapper lives, where it is one.

    Returns:
        The target. None where the wrapper changes the arguments on the way, forgives a call that
        does not fit, or calls something that cannot be resolved: then its own signature is all
        there is to judge.
    """
    node = node_of(function.__code__)
    if node is None:
        wrapped = function.__dict__.get("__wrapped__")
        return Target(wrapped, binds) if isinstance(wrapped, FunctionType) else None
    handed = {p.name: p.kind for p in of_function(function).parameters if p.kind in _VARIADIC}
    if _touches(node, set(handed)):
        return None
    calls = [s for s in own_statements(node) if isinstance(s, ast.Call) and _spreads(s, handed)]
    targets = [(call, _target(call, function, owner, binds, values)) for call in calls]
    if len(targets) > 1:
        targets = _of_the_wrapped(targets, function, node)
    if len(targets) != 1 or _forgives(node, targets[0][0]):
        return None
    return targets[0][1]


def supplied(function: FunctionType) -> Iterator[tuple[Any, str]]:
    """The keywords that a wrapper adds to every call of what it wraps, each with what it calls.

    Args:
        function: the wrapper; what it wraps is a variable of the function around it.
    """
    node = node_of(function.__code__) if set(function.__code__.co_freevars) - {"__class__"} else None
    if node is None:
        return
    mapping = node.args.kwarg.arg if node.args.kwarg else ""
    put: list[str] = []
    for part in certain(node):
        put.extend(_put_into(part, mapping))
        match part:
            case ast.Call(func=ast.Name(id=name), keywords=keywords) if (
                name in function.__code__.co_freevars and not _forgives(node, part)
            ):
                kept = () if _takes_out(node, mapping) else tuple(put)
                for keyword in keywords:
                    yield from ((name_in(function, name), key) for key in _added(keyword, mapping, kept))


def _added(keyword: ast.keyword, mapping: str, put: tuple[str, ...]) -> Iterable[str]:
    """The names that one keyword of a call stands for, but for those that the wrapper itself was given."""
    match keyword:
        case ast.keyword(arg=str(name)):
            return (name,)
        case ast.keyword(value=ast.Name(id=name)) if name == mapping:
            return put
        case ast.keyword(value=ast.Dict(keys=keys)):
            return (key.value for key in keys if isinstance(key, ast.Constant) and type(key.value) is str)
    return ()


def _put_into(part: ast.AST, mapping: str) -> Iterator[str]:
    """The keys that a statement puts into the dictionary of keywords."""
    match part:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key)), ctx=ast.Store()):
            yield from (key,) if name == mapping else ()
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="setdefault"),
            args=[ast.Constant(value=str(key)), *_],
        ):
            yield from (key,) if name == mapping else ()
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), keywords=keywords):
            yield from (keyword.arg for keyword in keywords if keyword.arg and name == mapping)


def _takes_out(node: FunctionNode, mapping: str) -> bool:
    """Whether something may be taken out of the dictionary of keywords again."""
    for statement in own_statements(node):
        match statement:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name == mapping:
                return True
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Del()) if name == mapping:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if name == mapping:
                if attr in ("pop", "popitem", "clear"):
                    return True
    return False


def _of_the_wrapped(
    targets: list[tuple[ast.Call, Target | None]], function: FunctionType, node: FunctionNode
) -> list[tuple[ast.Call, Target | None]]:
    """Of several calls the one of what is wrapped, unless another one's result may be returned instead.

    Tracing hands the arguments to a logger too; a wrapper that chooses between two functions is
    another matter.
    """
    wrapped = function.__dict__.get("__wrapped__")
    returned = {
        id(part)
        for statement in own_statements(node)
        if isinstance(statement, ast.Return) and statement.value is not None
        for part in ast.walk(statement.value)
    }
    ours = [(c, t) for c, t in targets if t is not None and t.raw is wrapped]
    others = [c for c, t in targets if t is None or t.raw is not wrapped]
    return [] if any(id(other) in returned for other in others) else list(ours)


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


def _forgives(node: FunctionNode, call: ast.Call) -> bool:
    """Whether the call stands in a ``try`` that goes on when it raises TypeError."""
    for statement in own_statements(node):
        if isinstance(statement, ast.Try) and any(call in ast.walk(part) for part in statement.body):
            return any(_goes_on(handler) for handler in statement.handlers)
    return False


def _goes_on(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    raises = any(isinstance(part, ast.Raise) for part in ast.walk(handler))
    return not raises and any(name in caught for name in ("TypeError", "Exception"))


def _target(
    call: ast.Call, function: FunctionType, owner: type, binds: bool, values: Values
) -> Target | None:
    leading = [p.name for p in of_function(function).parameters if p.kind <= Kind.POSITIONAL_OR_KEYWORD]
    given = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
    passed_on = [arg.id for arg in given[: len(leading)] if isinstance(arg, ast.Name)]
    keywords = tuple(keyword.arg for keyword in call.keywords if keyword.arg)
    match call.func:
        case ast.Name(id=name) if passed_on == leading:
            return _named(_visible(function, name), binds, len(given) - len(leading), keywords)
        case ast.Attribute(value=ast.Name(id=first), attr=attr) if leading[:1] == [first]:
            if attr in values:
                return Target(values[attr], False, len(given), keywords)
            for _, raw in classes.definitions(owner, attr):
                return Target(raw, True, len(given), keywords)
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[]), attr=attr):
            raw = _behind(name_in(function, "__class__"), owner, attr)
            return Target(raw, True, len(given), keywords) if raw is not None else None
    return None


def _visible(function: FunctionType, name: str) -> Any:
    """What a name means in the body: a parameter's default (``_function=function``) comes first."""
    defaults = function.__kwdefaults__ or {}
    return defaults[name] if name in defaults else name_in(function, name)


def _named(target: Any, binds: bool, positional: int, keywords: tuple[str, ...]) -> Target | None:
    if isinstance(target, staticmethod):
        target = target.__func__  # called as it is, it takes the instance like any function
    if isinstance(target, FunctionType | MethodType | functools.partial):
        return Target(target, binds, positional, keywords)
    return None


def _behind(cls: Any, owner: type, name: str) -> Any:
    """What ``super()`` in a method of ``cls`` finds for instances of ``owner``."""
    order = classes.mro(owner)
    if cls not in order:
        return None
    for base in order[order.index(cls) + 1 :]:
        if name in classes.namespace(base):
            return classes.namespace(base)[name]
    return None


def _spreads(call: ast.Call, handed: Mapping[str, Kind]) -> bool:
    """Whether the call hands on all that came in by ``*args``, as the last thing, and by ``**kwargs``."""
    spread: dict[str, Kind] = {}
    match call.args[-1:]:
        case [ast.Starred(value=ast.Name(id=name))]:
            spread[name] = Kind.VAR_POSITIONAL
    match [keyword.value for keyword in call.keywords if keyword.arg is None]:
        case [ast.Name(id=name)]:
            spread[name] = Kind.VAR_KEYWORD
    return spread == handed
