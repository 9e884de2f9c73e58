"""Make stand-ins: functions, classes and objects as their source describes them. None is ever called."""

from __future__ import annotations

import ast
import enum
import types
import typing
from types import CellType, CodeType, FunctionType
from typing import Any, Final

from provider_conformance.protocols import bodies, classes
from provider_conformance.protocols.classes import ANYTHING, NO_ORDER, PLACE, Opaque
from provider_conformance.protocols.signature import MISSING, SourceDefault
from provider_conformance.source import calls, special
from provider_conformance.source.calls import Arguments
from provider_conformance.source.expressions import opaque, short
from provider_conformance.source.frames import SCOPES, Frame
from provider_conformance.source.modules import Missing
from provider_conformance.source.pydantic_models import fields_of, finish_model
from provider_conformance.source.scopes import Scope


class Reader(Frame):
    """Reads statements, and makes stand-ins of the functions and classes among them."""

    def function(self, node: bodies.FunctionNode) -> Any:
        """A function, below its decorators."""
        return make_function(node, self)

    def class_of(self, node: ast.ClassDef) -> Any:
        """A class, below its decorators and with later changes."""
        return make_class(node, self)

    def computed_class(self, given: tuple[Any, ...]) -> Any:
        """What ``type(name, bases, namespace)`` makes."""
        return computed_class(given, self)

    def instance(self, cls: Any, arguments: Arguments) -> Any:
        """An object, with what its ``__init__`` puts on it."""
        return make_instance(cls, arguments, self)


# -- functions --------------------------------------------------------------------------------


def make_function(node: bodies.FunctionNode, frame: Frame) -> Any:
    """The function of a ``def`` or a lambda, below its decorators."""
    function = _undecorated(node, frame)
    for decorator in reversed(getattr(node, "decorator_list", [])):
        if isinstance(function, Opaque):
            return function
        function = _decorated(frame, decorator, function)
    return function


def _decorated(frame: Frame, decorator: ast.expr, decoratee: Any) -> Any:
    result = frame.result(frame.value(decorator), Arguments((decoratee,)), short(decorator))
    if isinstance(result, Opaque):
        return Opaque(f"what its decorator `@{short(decorator)}` makes of it cannot be seen: {result.reason}")
    return result


def _undecorated(node: bodies.FunctionNode, frame: Frame) -> Any:
    scope = frame.scope
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    code = _code_of(node, name, scope)
    if code is None:
        return Opaque(f"`{name}` cannot be told from another function on its line")
    inner = scope.visible_from_inside()
    closure = tuple(_cell(inner, free) for free in code.co_freevars)
    function = FunctionType(code, scope.module.namespace, name, _defaults(node, frame), closure)
    function.__qualname__ = scope.path(name)
    function.__module__ = scope.module.name
    function.__kwdefaults__ = {
        argument.arg: _default(default, frame)
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is not None
    } or None
    if inner.names or inner.outer:
        SCOPES[function] = inner
    _annotate(function, node, frame)
    return function


def _code_of(node: bodies.FunctionNode, name: str, scope: Scope) -> CodeType | None:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    codes = scope.module.source.code.get((line, name), [])
    if len(codes) > 1:
        codes = [code for code in codes if bodies.node_of(code) is node]
    return codes[0] if len(codes) == 1 else None


def _cell(scope: Scope, name: str) -> CellType:
    value = scope.local(name, None)
    return CellType() if value is None else CellType(value)


def _defaults(node: bodies.FunctionNode, frame: Frame) -> tuple[Any, ...]:
    return tuple(_default(default, frame) for default in node.args.defaults)


def _default(node: ast.expr, frame: Frame) -> Any:
    value = frame.value(node)
    # A wrapper may hold what it calls in a default of its own.
    held = isinstance(value, FunctionType) and "<locals>" in frame.scope.qualname
    if isinstance(value, enum.Enum):
        return _member(value, node)
    return value if held or calls.is_plain(value) else SourceDefault(ast.unparse(node))


def _member(value: enum.Enum, node: ast.expr) -> Any:
    """A member of an enumeration: its value where it is a text or a number itself."""
    if isinstance(value, str | int):
        return value.value
    kind = type(value)
    return SourceDefault(ast.unparse(node), f"{kind.__module__}.{kind.__qualname__}.{value.name}")


def _annotate(function: FunctionType, node: bodies.FunctionNode, frame: Frame) -> None:
    """Keep what an analysis of results may ask for: the return annotation, and that of ``**kwargs``."""
    if isinstance(node, ast.Lambda):
        return
    if node.returns is not None:
        function.__annotations__["return"] = _annotation(node.returns, frame)
    if node.args.kwarg is not None and node.args.kwarg.annotation is not None:
        function.__annotations__[node.args.kwarg.arg] = ast.unparse(node.args.kwarg.annotation)


def _annotation(node: ast.expr, frame: Frame) -> Any:
    """An annotation's text; an alias is replaced by what it stands for."""
    if not isinstance(node, ast.Name):
        return ast.unparse(node)
    alias = frame.scope.module.alias(node.id)
    return ast.unparse(alias) if alias is not None else node.id


# -- classes ----------------------------------------------------------------------------------

_PRESENCE: Final = frozenset(
    {"__getattr__", "__getattribute__", "__setattr__", "__get__", "__set__", "__delete__"}
)
"""Hooks whose presence says something; Python calls them on its own, so their code is kept away."""

_LEFT_OUT: Final = frozenset(
    {
        "__init_subclass__", "__set_name__", "__class_getitem__", "__mro_entries__", "__prepare__",
        "__instancecheck__", "__subclasscheck__", "__subclasshook__", "__del__", "__eq__", "__ne__",
        "__hash__",
        "__repr__", "__str__", "__format__", "__dir__", "__getstate__", "__delattr__",
        "__reduce__", "__reduce_ex__", "__class__", "__dict__", "__index__", "__fspath__", "__weakref__",
    }
)  # fmt: skip
"""Special methods that Python calls on its own: stand-ins do without."""

_MAKES_CLASSES: Final = ("__new__", "__init__", "__call__", "__prepare__", "mro", "__getattribute__")


def make_class(node: ast.ClassDef, frame: Frame) -> Any:
    """The class of a class statement, below its decorators and with what is changed after its body."""
    scope = frame.scope
    body = Scope(scope.module, {}, scope, is_class=True, qualname=scope.path(node.name))
    type(frame)(body, frame.trail).block(node.body)
    cls = _built(node, frame, body)
    for decorator in reversed(node.decorator_list):
        cls = _decorated_class(frame, decorator, cls)
    if isinstance(cls, type) and scope.outer is None and not scope.qualname:
        _change(cls, node, frame)
    return cls


def _built(node: ast.ClassDef, frame: Frame, body: Scope) -> Any:
    values = [frame.value(base) for base in node.bases]
    bases = tuple(_base(value, base, frame) for value, base in zip(values, node.bases, strict=True))
    unknown = _unknown_of_class(node, frame) or _unknown_of_bases(node.name, bases)
    names = _namespace(node, frame, body)
    if unknown is not None:
        names[ANYTHING] = unknown
    try:
        cls = _created(node.name, bases, names)
    except Exception as error:  # an impossible order of bases, slots beside values, what enum does not like
        cls = unreadable(
            node, frame, f"`{node.name}` cannot be put together: {type(error).__name__}: {error}"
        )
        if not any(isinstance(value, Opaque) for value in values) and not _has_order(bases):
            type.__setattr__(cls, NO_ORDER, True)
        return cls
    finish_model(cls, node, frame)
    _fill_class_cells(cls)
    return cls


def _has_order(bases: tuple[Any, ...]) -> bool:
    """Whether classes can be the bases of one class in this order."""
    try:
        types.new_class("Ordered", bases)
    except TypeError as error:
        return "method resolution" not in str(error)
    return True


def computed_class(given: tuple[Any, ...], frame: Frame) -> Any:
    """The class that ``type(name, bases, namespace)`` makes."""
    name, bases, names = given
    known = isinstance(name, str) and isinstance(bases, tuple) and isinstance(names, dict)
    if not known or not all(isinstance(base, type) for base in bases) or not all(map(calls.is_plain, names)):
        return Opaque("a class made by `type(...)` is computed")
    kept = {
        key: _harmless(key) if key in _PRESENCE else value
        for key, value in names.items()
        if key not in _LEFT_OUT
    }
    if "__init_subclass__" in names:
        kept[_HOOK] = True
    kept.setdefault("__module__", frame.scope.module.name)
    return calls.safely(lambda: _created(name, bases, {**kept, PLACE: None}), f"type({name!r}, ...)")


def _created(name: str, bases: tuple[type, ...], names: dict[str, Any]) -> type:
    if typing.Generic in bases:
        names.setdefault("__orig_bases__", ())
    return types.new_class(name, bases, {}, lambda namespace: namespace.update(names))


def unreadable(node: ast.ClassDef, frame: Frame, reason: str) -> type:
    """A class of which nothing can be told but where it stands."""
    names = {PLACE: (frame.scope.module.path, node.lineno), ANYTHING: Opaque(reason)}
    return type(node.name, (), {**names, "__module__": frame.scope.module.name})


def _unknown_of_class(node: ast.ClassDef, frame: Frame) -> Opaque | None:
    """Why a class may hold anything: its metaclass, or keywords that some base may act on."""
    for keyword in node.keywords:
        if keyword.arg != "metaclass" or frame.scope.module.library.is_own(frame.scope.module.name):
            continue
        value = frame.value(keyword.value)
        if isinstance(value, Opaque):
            return Opaque(f"the metaclass of `{node.name}` cannot be seen: {value.reason}")
        if calls.is_stand_in(value) and any(name in classes.namespace(value) for name in _MAKES_CLASSES):
            return Opaque(f"the metaclass `{value.__name__}` decides what `{node.name}` has")
    return None


def _unknown_of_bases(name: str, bases: tuple[Any, ...]) -> Opaque | None:
    for base in bases:
        for cls in classes.mro(base) if isinstance(base, type) else ():
            if _HOOK in classes.namespace(cls):
                return Opaque(f"`{cls.__name__}.__init_subclass__` decides what `{name}` has")
    return None


_HOOK: Final = "__source_subclass_hook__"
"""Where a class keeps that it changes its subclasses."""


def _base(value: Any, node: ast.expr, frame: Frame) -> Any:
    if isinstance(value, type) or value is typing.NamedTuple or value is typing.TypedDict:
        return value
    if isinstance(value, Opaque):
        return _anything(short(node), f"the base class `{short(node)}` cannot be read: {value.reason}")
    origin = typing.get_origin(value)
    if isinstance(origin, type):
        return origin
    return _anything(short(node), f"the base class `{short(node)}` is computed")


def _anything(name: str, reason: str) -> type:
    return type(name.rpartition(".")[2] or name, (), {ANYTHING: Opaque(reason)})


def _namespace(node: ast.ClassDef, frame: Frame, body: Scope) -> dict[str, Any]:
    names = {
        _mangled(name, node.name): _harmless(name) if name in _PRESENCE else value
        for name, value in body.names.items()
        if name not in _LEFT_OUT
    }
    module = frame.scope.module
    if "__init_subclass__" in body.names and not module.library.is_own(module.name):
        names[_HOOK] = True
    names["__module__"] = module.name
    names["__qualname__"] = body.qualname
    names[PLACE] = (frame.scope.module.path, node.lineno)
    if "__slots__" in names and opaque(names["__slots__"], *_listed(names["__slots__"])):
        del names["__slots__"]
    return names


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple | set) else ()


def _mangled(name: str, cls: str) -> str:
    private = name.startswith("__") and not name.endswith("__")
    return f"_{cls.lstrip('_')}{name}" if private else name


def _harmless(name: str) -> FunctionType:
    """A function under the name of a hook that does what there would be without it."""

    def missing(self: Any, attribute: str) -> Any:
        raise AttributeError(attribute)

    def read(self: Any, attribute: str) -> Any:
        return object.__getattribute__(self, attribute)

    def written(self: Any, attribute: str, value: Any) -> None:
        object.__setattr__(self, attribute, value)

    def got(self: Any, _instance: Any, _owner: Any = None) -> Any:
        return self

    def stored(self: Any, _instance: Any, _value: Any) -> None: ...

    def removed(self: Any, _instance: Any) -> None: ...

    hooks: dict[str, Any] = {
        "__getattr__": missing,
        "__getattribute__": read,
        "__setattr__": written,
        "__get__": got,
        "__set__": stored,
        "__delete__": removed,
    }
    function: FunctionType = hooks[name]
    return function


def _fill_class_cells(cls: type) -> None:
    for raw in classes.namespace(cls).values():
        function = raw.__func__ if isinstance(raw, staticmethod | classmethod) else raw
        if isinstance(function, FunctionType) and "__class__" in function.__code__.co_freevars:
            cell = (function.__closure__ or ())[function.__code__.co_freevars.index("__class__")]
            cell.cell_contents = cls


def _decorated_class(frame: Frame, decorator: ast.expr, cls: Any) -> Any:
    if isinstance(cls, Opaque):
        return cls
    function = frame.value(decorator)
    if _changes_nothing(function, frame):
        return cls
    result = frame.result(function, Arguments((cls,)), short(decorator))
    if isinstance(result, type):
        return result
    reason = result.reason if isinstance(result, Opaque) else "it makes something else of it"
    type.__setattr__(
        cls, ANYTHING, Opaque(f"what `@{short(decorator)}` does to `{cls.__name__}` cannot be seen: {reason}")
    )
    return cls


def _changes_nothing(function: Any, frame: Frame) -> bool:
    """Whether a class decorator is a stack's own: those register schemas and routes."""
    module = function.module if isinstance(function, Missing) else getattr(function, "__module__", "")
    if function is special.validated:
        return False
    return isinstance(module, str) and frame.scope.module.library.is_own(module)


def _change(cls: type, node: ast.ClassDef, frame: Frame) -> None:
    """Take in the module's later statements about the class."""
    for statement in frame.scope.module.changes.get(node.name, ()):
        if statement.lineno > node.lineno:
            type(frame)(Scope(frame.scope.module, {node.name: cls}), frame.trail).statement(statement)


# -- objects ----------------------------------------------------------------------------------


def make_instance(cls: Any, arguments: Arguments, frame: Frame) -> Any:
    """An object of a stand-in class, with what its ``__init__`` puts on it."""
    if isinstance(cls, enum.EnumType):
        return calls.safely(lambda: cls(*arguments.positional), cls.__name__)
    if not calls.is_stand_in(cls) or issubclass(cls, type):
        return Opaque(f"`{cls.__name__}(...)` is computed")
    instance = calls.safely(lambda: object.__new__(cls), f"{cls.__name__}()")
    if isinstance(instance, Opaque):
        return instance
    _initialise(instance, cls, arguments, frame)
    return instance


def _initialise(instance: Any, cls: type, arguments: Arguments, frame: Frame) -> None:
    if issubclass(cls, special.BaseModel):
        defaults = {n: one.default for n, one in fields_of(cls).items() if one.default is not MISSING}
        for name, value in {**defaults, **arguments.keywords}.items():
            calls.set_attribute(instance, name, value)
        return
    found = next((raw for _, raw in classes.definitions(cls, "__init__")), None)
    if isinstance(found, FunctionType) and calls.is_stand_in(found):
        frame.result(found, arguments.after(instance), f"{cls.__name__}()")
