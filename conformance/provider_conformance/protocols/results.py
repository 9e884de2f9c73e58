"""What a caller holds right after a call: an awaitable, an async iterator, or a plain value."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Callable, Iterable
from types import FunctionType, MethodType, ModuleType, UnionType
from typing import Annotated, Any, Final, ForwardRef, TypeVar, Union, get_args, get_origin

from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, node_of, own_statements
from provider_conformance.protocols.generics import Meanings, own_meanings
from provider_conformance.protocols.model import ProtocolMethod, ResultKind

Kinds = frozenset[ResultKind]
Names = Callable[[str], Any]
"""What a name in an annotation means; None where that is not known."""

_AWAITABLE: Final = frozenset({ResultKind.AWAITABLE})
_ITERATOR: Final = frozenset({ResultKind.ASYNC_ITERATOR})
_GENERATOR: Final = frozenset({ResultKind.GENERATOR})
_PLAIN: Final = frozenset({ResultKind.PLAIN})
UNKNOWN: Final = frozenset({ResultKind.ANY})
"""The kind could not be seen; callers must not read it as "anything is fine"."""

_AWAITABLE_NAMES: Final = frozenset({"Awaitable", "Coroutine", "Future", "Task", "CoroutineType"})
_ITERATOR_NAMES: Final = frozenset({"AsyncIterator", "AsyncGenerator", "AsyncIterable", "AsyncGeneratorType"})
_NOTHING: Final[Meanings] = {}
_UNION_NAMES: Final = frozenset({"Union", "Optional"})
_OPEN_NAMES: Final = frozenset({"Any", "object", "TypeVar"})
_AWAITABLE_CALLS: Final = frozenset(
    {"create_task", "ensure_future", "gather", "shield", "run_in_executor", "create_future", "wrap_future"}
)
"""Functions of asyncio and of event loops that are no coroutine functions but return awaitables."""

_LOOP_CALLS: Final = frozenset({"run_until_complete", "run_coroutine_threadsafe"})
"""What runs a coroutine to its end, or elsewhere, and gives something that nobody can await."""

_DEPTH: Final = 5


def _no_names(name: str) -> Any:
    return None


def of_annotation(annotation: object, names: Names = _no_names) -> Kinds:
    """Read the kind off a return annotation; UNKNOWN where it says nothing.

    Args:
        annotation: An object, or text.
        names: What a name in it means, None where that is not known: type variables, aliases.
    """
    if annotation is inspect.Signature.empty:
        return UNKNOWN
    try:
        if isinstance(annotation, str):
            return _of_annotation_node(ast.parse(annotation, mode="eval").body, names)
        return _of_object(annotation, names)
    except (SyntaxError, RecursionError):  # it is no expression, or an alias of itself
        return UNKNOWN


def _of_object(annotation: Any, names: Names) -> Kinds:
    if isinstance(annotation, TypeVar):
        return _of_variable(annotation, names)
    if isinstance(annotation, ForwardRef):
        return of_annotation(annotation.__forward_arg__, names)
    if isinstance(annotation, type) and get_origin(annotation) is None:
        named = _of_name(annotation.__name__)
        return of_class(annotation) if named == _PLAIN else named
    if _is_alias(annotation):
        return _of_object(getattr(annotation, "__supertype__", None) or annotation.__value__, names)
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return _union(get_args(annotation), names)
    if origin is Annotated:
        return _of_object(get_args(annotation)[0], names)
    if isinstance(origin, type):
        return _of_object(origin, names)
    return _of_name(getattr(annotation, "__name__", None) or "")


def _of_variable(variable: TypeVar, names: Names) -> Kinds:
    """What is given for a type variable; without that its bound, or one of its constraints."""
    given = names(variable.__name__)
    if given is not None and given is not variable:
        return of_annotation(given)
    return _union(variable.__constraints__ or (variable.__bound__ or Any,), names)


def _union(members: Iterable[object], names: Names) -> Kinds:
    return frozenset().union(*(of_annotation(member, names) for member in members))


def _is_alias(value: object) -> bool:
    """Whether it is a ``NewType`` or the alias of ``type X = ...``, whose class differs between Pythons."""
    return type(value).__name__ in ("NewType", "TypeAliasType")


def _of_annotation_node(node: ast.expr, names: Names) -> Kinds:
    match node:
        case ast.Constant(value=str(text)):
            return of_annotation(text, names)
        case ast.Call():  # `TypeVar("T")`, as the source view writes a variable
            return _of_annotation_node(node.func, names)
        case ast.BinOp():
            return _of_annotation_node(node.left, names) | _of_annotation_node(node.right, names)
        case ast.Subscript():
            base = _last_name(node.value)
            members = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if base in _UNION_NAMES:
                return frozenset().union(*(_of_annotation_node(member, names) for member in members))
            return _of_annotation_node(members[0] if base == "Annotated" else node.value, names)
        case ast.Name(id=name) if _of_name(name) == _PLAIN:
            meant = names(name)
            known = isinstance(meant, type | TypeVar) or _is_alias(meant) or get_origin(meant) is not None
            return _of_object(meant, names) if known else _PLAIN
    return _of_name(_last_name(node))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _of_name(name: str) -> Kinds:
    if name in _AWAITABLE_NAMES:
        return _AWAITABLE
    if name in _ITERATOR_NAMES:
        return _ITERATOR
    return UNKNOWN if name in _OPEN_NAMES else _PLAIN


def of_protocol_function(function: FunctionType, given: Meanings = _NOTHING) -> ResultKind:
    """The kind that a protocol's method promises.

    A plain ``def`` may promise either kind, chosen by an argument: where the annotation names
    both, or where it has a ``stream`` parameter and names neither; or chosen by whoever implements
    it, where the result is a type variable for which nothing is ``given``.
    """
    declared = _of_flags(function)
    if declared is not None:
        return ResultKind.PLAIN if declared == _GENERATOR else next(iter(declared))
    annotated = _of_return(function, given)
    streams = "stream" in function.__code__.co_varnames[: function.__code__.co_argcount]
    if annotated in (_AWAITABLE, _ITERATOR):
        return next(iter(annotated))
    if annotated == _PLAIN and not streams:
        return ResultKind.PLAIN
    return ResultKind.ANY


def _of_return(function: FunctionType, given: Meanings) -> Kinds:
    own = {parameter.__name__: parameter for parameter in getattr(function, "__type_params__", ())}

    def meaning(name: str) -> Any:
        for known in (own, given):
            if name in known:
                return known[name]
        return name_in(function, name)

    return of_annotation(function.__annotations__.get("return", inspect.Signature.empty), meaning)


def kind_by_definition(function: FunctionType) -> ResultKind | None:
    """The kind that follows from how a function was defined; None for a plain ``def``."""
    declared = _of_flags(function)
    return next(iter(declared)) if declared is not None else None


def _of_flags(function: FunctionType) -> Kinds | None:
    """The kind that follows from how the function was defined; None for a plain ``def``."""
    flags = function.__code__.co_flags
    if flags & (inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE):
        return _AWAITABLE
    if flags & inspect.CO_ASYNC_GENERATOR:
        return _ITERATOR
    if function.__dict__ and inspect.iscoroutinefunction(function):  # marked by inspect
        return _AWAITABLE
    return _GENERATOR if flags & inspect.CO_GENERATOR else None


def fitting(method: ProtocolMethod) -> Kinds:
    """The kinds that keep what a protocol's method promises; ANY among them where it does not matter."""
    if method.result is ResultKind.PLAIN:
        return _PLAIN | _GENERATOR
    if method.result is not ResultKind.ANY:
        return frozenset({method.result})
    promised = of_annotation(method.returns)
    if promised <= _AWAITABLE | _ITERATOR:
        return promised | UNKNOWN
    if promised == _PLAIN and any(p.name == "stream" for p in method.signature.parameters):
        # Awaited or iterated over: the annotation names what comes of it, an implementation's does too.
        return frozenset(ResultKind) - _GENERATOR
    return frozenset(ResultKind)


def streams_once_awaited(method: ProtocolMethod) -> bool:
    """Whether awaiting a method's result may give an asynchronous iterator, and never a plain one."""
    plain = {"Iterator", "Iterable", "Generator"} & set(re.findall(r"\w+", method.returns))
    promised = of_annotation(method.returns) if method.result is ResultKind.AWAITABLE else UNKNOWN
    return ResultKind.ASYNC_ITERATOR in promised and not plain


def returns_generator(function: FunctionType, owner: type) -> bool:
    """Whether a coroutine function returns a plain generator, on one way at least."""
    node = node_of(function.__code__) if function.__code__.co_flags & inspect.CO_COROUTINE else None
    if node is None:
        return False
    return ResultKind.GENERATOR in _Returns(function, owner, _DEPTH).kinds(node)


def names_values_only(method: ProtocolMethod) -> bool:
    """Whether a method may be awaited or iterated over, and its annotation tells neither.

    So it is with the methods that take ``stream`` in the stacks of 2024: a plain ``def`` annotated
    with the response and its chunk.
    """
    streams = any(parameter.name == "stream" for parameter in method.signature.parameters)
    return streams and method.result is ResultKind.ANY and of_annotation(method.returns) == _PLAIN


def of_function(function: FunctionType, owner: type | None = None, depth: int = _DEPTH) -> Kinds:
    """The kinds that calling ``function`` may yield.

    ``owner`` is the class on which ``self.something`` is looked up. A plain ``def`` is judged by
    what its return statements evaluate to, then by its annotation. An empty set means that it
    never returns (it only raises).
    """
    declared = _of_flags(function)
    if declared is not None:
        return declared
    node = node_of(function.__code__)
    seen = _Returns(function, owner, depth).kinds(node) if node is not None and depth else UNKNOWN
    if ResultKind.ANY not in seen:
        return seen
    return _of_return(function, own_meanings(owner))


class _Returns:
    """Evaluates, as far as text and live names allow, the kind of what a function returns."""

    def __init__(self, function: FunctionType, owner: type | None, depth: int) -> None:
        self._function = function
        self._owner = owner
        self._depth = depth

    def kinds(self, node: FunctionNode) -> Kinds:
        if isinstance(node, ast.Lambda):
            return self._of(node.body, node, frozenset())
        returned = [s.value for s in own_statements(node) if isinstance(s, ast.Return)]
        if not returned:
            return frozenset() if isinstance(node.body[-1], ast.Raise) else _PLAIN
        return self._union((value for value in returned), node, frozenset())

    def _union(self, values: Iterable[ast.expr | None], node: FunctionNode, seen: frozenset[str]) -> Kinds:
        return frozenset().union(*(self._of(v, node, seen) if v else _PLAIN for v in values))

    def _of(self, value: ast.expr, node: FunctionNode, seen: frozenset[str]) -> Kinds:
        match value:
            case ast.IfExp():
                return self._union((value.body, value.orelse), node, seen)
            case ast.BoolOp():
                return self._union(value.values, node, seen)
            case ast.GeneratorExp():
                return _ITERATOR if any(g.is_async for g in value.generators) else _GENERATOR
            case ast.Call():
                return self._of_call(value)
            case ast.Name():
                return self._of_local(value.id, node, seen)
            case ast.Await() | ast.Attribute() | ast.Subscript() | ast.NamedExpr() | ast.Starred():
                return UNKNOWN
        return _PLAIN

    def _of_local(self, name: str, node: FunctionNode, seen: frozenset[str]) -> Kinds:
        assigned = [
            statement.value
            for statement in own_statements(node)
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            and any(isinstance(t, ast.Name) and t.id == name for t in _targets(statement))
        ]
        if not assigned or name in seen:
            return UNKNOWN
        return self._union(assigned, node, seen | {name})

    def _of_call(self, call: ast.Call) -> Kinds:
        name = _last_name(call.func)
        if name in _AWAITABLE_CALLS:
            return _AWAITABLE
        target = self._resolve(call.func)
        if target is asyncio.run or name in _LOOP_CALLS:
            return _PLAIN
        while isinstance(target, staticmethod | classmethod | MethodType):
            target = target.__func__
        if isinstance(target, FunctionType):
            return of_function(target, self._owner, self._depth - 1)
        if isinstance(target, type):
            return of_class(target)
        return UNKNOWN

    def _resolve(self, node: ast.expr) -> Any:
        """The live object that a name or ``self.name`` or ``module.name`` refers to; None if unseen."""
        if isinstance(node, ast.Name):
            return name_in(self._function, node.id)
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        code = self._function.__code__
        if code.co_argcount and node.value.id == code.co_varnames[0] and self._owner is not None:
            return next((raw for _, raw in classes.definitions(self._owner, node.attr)), None)
        base = name_in(self._function, node.value.id)
        return vars(base).get(node.attr) if isinstance(base, ModuleType) else None


def _targets(statement: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def of_class(cls: type) -> Kinds:
    """The kind of an instance of ``cls``: what calling the class itself yields."""
    if hasattr(cls, "__await__"):
        return _AWAITABLE
    return _ITERATOR if hasattr(cls, "__aiter__") else _PLAIN


def name_in(function: FunctionType, name: str) -> Any:
    """What ``name`` refers to in a function's body: closure before globals, None where it is unbound."""
    free = function.__code__.co_freevars
    if name not in free:
        return function.__globals__.get(name)
    try:
        return (function.__closure__ or ())[free.index(name)].cell_contents
    except (ValueError, IndexError):  # a cell that is still empty
        return None
