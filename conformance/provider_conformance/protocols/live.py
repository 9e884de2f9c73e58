"""Look up what an implementation really has under a method's name, on a class or on an instance."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType, WrapperDescriptorType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.assigned import Late, assigned_late, hiding_value
from provider_conformance.protocols.bodies import (
    Body,
    class_line,
    definition_line,
    does_nothing,
    is_overload,
    kind_of_nothing,
)
from provider_conformance.protocols.calls import CallShape, refusal
from provider_conformance.protocols.model import (
    Binding,
    Implemented,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
    State,
)
from provider_conformance.protocols.results import (
    kind_by_definition,
    returns_generator,
    streams_once_awaited,
)
from provider_conformance.protocols.unwrap import Callee, callee

_ABSENT: Final = object()

_REFUSED_BY_OBJECT: Final = frozenset({"__lt__", "__le__", "__gt__", "__ge__"})
"""Comparisons that every object has, and that every object without one of its own refuses."""


@dataclass(frozen=True, slots=True)
class View:
    """An implementation as it is looked at: its class, and the instance where there is one."""

    cls: type
    instance: Any = None

    @classmethod
    def of(cls, implementation: Any) -> View:
        """View a class as a class and anything else as an instance of its type."""
        if issubclass(type(implementation), type):
            return cls(implementation)
        return cls(type(implementation), implementation)

    @property
    def location(self) -> Location | None:
        """Where the class statement stands."""
        place = class_line(self.cls)
        return Location(*place) if place else None


def look_up(view: View, method: ProtocolMethod, protocol: ProtocolModel) -> Implemented:
    """Find what a call of ``method`` on the implementation would run."""
    if method.name == "__call__" and (found := _function_itself(view, method)) is not None:
        return found
    if view.instance is not None and method.name not in classes.OF_THE_TYPE:
        own = classes.instance_values(view.instance).get(method.name, _ABSENT)
        if own is not _ABSENT and not _wins_over_instances(view.cls, method.name):
            return _described(view, own, callee(own, view.cls, binds=False), method)
        if classes.overrides(view.cls, "__getattribute__"):
            return _asked(view, method)
    for owner, raw in classes.definitions(view.cls, method.name):
        if owner is object and method.name in _REFUSED_BY_OBJECT:
            break
        found = _defined(view, owner, raw, method, protocol)
        if found.state in (State.STUB, State.MISSING) and view.instance is None:
            return set_late(view, method, protocol) or found
        return _unless_hidden(found, view, method)
    return _absent(view, method, protocol)


def _unless_hidden(found: Implemented, view: View, method: ProtocolMethod) -> Implemented:
    """What a class has, or that its constructor puts something in front of it which nobody can call."""
    if found.state is not State.PRESENT or view.instance is not None:
        return found
    return _hidden_by_value(view, method) or found


def _hidden_by_value(view: View, method: ProtocolMethod) -> Implemented | None:
    late = hiding_value(view.cls, method.name)
    return None if late is None else Implemented(State.MISSING, location=late.location, note=late.note)


def _function_itself(view: View, method: ProtocolMethod) -> Implemented | None:
    """What a function does as its own ``__call__``; None for objects of a class that has the method."""
    call = next((raw for _, raw in classes.definitions(view.cls, method.name)), None)
    if view.instance is None or not isinstance(call, WrapperDescriptorType):
        return None
    found = callee(view.instance, view.cls, binds=False)
    named = (found.outer, view.instance, getattr(view.instance, "func", None))
    name = next(filter(None, (getattr(one, "__name__", "") for one in named)), method.name)
    return replace(_described(view, view.instance, found, method), called=name)


def _defined(
    view: View, owner: type, raw: Any, method: ProtocolMethod, protocol: ProtocolModel
) -> Implemented:
    if classes.is_abstract(raw):
        hidden, title = _hidden(view, owner, method, protocol), classes.class_name(owner)
        note = f"`{title}.{method.name}` is abstract{_hiding(hidden, method)}"
        own = owner is view.cls
        place = _place(callee(raw, owner, binds=True), view) if own else view.location
        return Implemented(State.STUB, location=place, owner=title, note=note, hidden=hidden)
    if issubclass(type(raw), property | functools.cached_property):
        return _property(view, owner, raw, method, protocol)
    if view.instance is not None and _decides_at_access(raw):
        return _asked(view, method)
    found = callee(raw, view.cls, binds=True)
    if _promised_by(owner, protocol) or _is_promise(found.function, method, protocol):
        if protocol.abstract and not classes.is_protocol(owner):
            return _of_the_base(view, raw, found, method, protocol)
        return _inherited(view, owner, found, method, protocol)
    described = _described(view, raw, found, method)
    if method.binding is Binding.INSTANCE or found.signature is None:
        return described
    return replace(described, on_class=callee(raw, view.cls, binds=False).signature)


def _wins_over_instances(cls: type, name: str) -> bool:
    """Whether the class has a data descriptor, which comes before the instance's own attributes."""
    return any(classes.overrides(type(raw), "__set__") for _, raw in classes.definitions(cls, name))


def _decides_at_access(raw: Any) -> bool:
    if type(raw) is FunctionType:
        return False
    return callee(raw, object, binds=True).signature is None and classes.overrides(type(raw), "__get__")


def _promised_by(owner: type, protocol: ProtocolModel) -> bool:
    """Whether ``owner`` only promises: a protocol, or a class that this protocol is made of.

    Identity decides. An implementation may bear the protocol's own name.
    """
    if classes.is_protocol(owner):
        return True
    return protocol.live is not None and owner is not object and owner in classes.mro(protocol.live)


def _is_promise(function: FunctionType | None, method: ProtocolMethod, protocol: ProtocolModel) -> bool:
    """Whether an alias leads back to the protocol's own function."""
    if function is None or protocol.live is None:
        return False
    return any(raw is function for _, raw in classes.definitions(protocol.live, function.__name__))


def _of_the_base(
    view: View, raw: Any, found: Callee, method: ProtocolMethod, protocol: ProtocolModel
) -> Implemented:
    """A concrete method of an abstract base class counts as implemented, also where its body is empty."""
    assert protocol.live is not None  # noqa: S101 - nothing else is known to be abstract
    promised = next(raw for _, raw in classes.definitions(protocol.live, method.name))
    if raw is promised:
        return Implemented(State.DEFAULT, found.signature, found.kinds, location=view.location)
    return Implemented(State.PRESENT, found.signature, found.kinds, found.claimed, _place(found, view))


def _inherited(
    view: View, owner: type, found: Callee, method: ProtocolMethod, protocol: ProtocolModel
) -> Implemented:
    if found.function is not None and is_overload(found.function):
        return _described(view, None, found, method)
    location = view.location or _place(found, view)
    hidden = _hidden(view, owner, method, protocol)
    if found.function is not None and not does_nothing(found.function):
        state = State.SHADOWED if hidden and method.optional else State.DEFAULT
        note = (
            f"`{classes.class_name(owner)}` comes before `{classes.class_name(hidden)}` among the bases"
            if hidden
            else ""
        )
        own = classes.class_name(owner)
        behind = hidden if state is State.SHADOWED else None
        return Implemented(
            state, found.signature, found.kinds, location=location, owner=own, note=note, hidden=behind
        )
    note = f"what runs is the empty body of the protocol `{classes.class_name(owner)}`"
    note += _hiding(hidden, method)
    own = classes.class_name(owner)
    if hidden:
        return Implemented(State.STUB, location=location, owner=own, note=note, hidden=hidden)
    return Implemented(State.STUB, found.signature, found.kinds, location=location, owner=own, note=note)


def _hiding(hidden: type | None, method: ProtocolMethod) -> str:
    if hidden is None:
        return ""
    return f", which hides `{classes.class_name(hidden)}.{method.name}` further along the bases"


def _hidden(view: View, owner: type, method: ProtocolMethod, protocol: ProtocolModel) -> type | None:
    """A class behind ``owner`` in lookup order that implements the method."""
    behind = False
    for other, raw in classes.definitions(view.cls, method.name):
        if behind and not _promised_by(other, protocol) and not classes.is_abstract(raw):
            function = callee(raw, view.cls, binds=True).function
            if function is not None and not _is_stub(function, method):
                return other
        behind = behind or other is owner
    return None


def _is_stub(function: FunctionType, method: ProtocolMethod) -> bool:
    """Whether a function is only there for its name; an empty body is enough where nothing is promised."""
    if not does_nothing(function):
        return False
    body = kind_of_nothing(function)
    if body is Body.ELLIPSIS:
        return not (method.optional and method.returns_none)
    return body is not Body.RETURNS_NONE and not method.returns_none


def _described(view: View, raw: Any, found: Callee, method: ProtocolMethod) -> Implemented:
    location = _place(found, view)
    if not found.is_callable:
        return Implemented(State.MISSING, location=view.location, note=f"{found.why}")
    if found.signature is None:
        return Implemented(State.UNSEEN, location=location, note=found.why)
    if found.function is not None and is_overload(found.function):
        return Implemented(State.STUB, location=location, note="it has only `@overload` declarations")
    if found.function is not None and _is_stub(found.function, method):
        note = f"its body is only {kind_of_nothing(found.function)}"
        return Implemented(State.STUB, found.signature, found.kinds, location=location, note=note)
    described = Implemented(State.PRESENT, found.signature, found.kinds, found.claimed, location)
    if streams_once_awaited(method) and found.function is not None:
        return replace(described, plain_stream=returns_generator(found.function, view.cls))
    return described


def _place(found: Callee, view: View) -> Location | None:
    """Where the method stands: the function that does the work, below what wraps it."""
    function = found.function or found.outer
    if function is None:
        return view.location
    wrapped = function.__dict__.get("__wrapped__")
    while isinstance(wrapped, FunctionType):
        function, wrapped = wrapped, wrapped.__dict__.get("__wrapped__")
    return Location(function.__code__.co_filename, definition_line(function))


def located(view: View, location: Location | None) -> Location | None:
    """The place to show: in the files of the class and its bases, else that of the class itself.

    A method may be made by somebody else's decorator; its author looks for it in the class.
    """
    bases = [cls for cls in classes.mro(view.cls) if not classes.only_promises(cls)]
    files = {file for cls in bases for file in classes.files_of(cls)}
    return location if location is not None and location.path in files else view.location or location


def _property(
    view: View, owner: type, raw: Any, method: ProtocolMethod, protocol: ProtocolModel
) -> Implemented:
    getter = raw.fget if isinstance(raw, property) else raw.func
    if reason := _never_a_method(callee(getter, view.cls, binds=True)):
        title = f"{classes.class_name(owner)}.{method.name}"
        note = f"reading the property `{title}` {reason}"
        place = _place(callee(getter, view.cls, binds=True), view)
        remedy = f"take `@{classes.class_name(type(raw))}` off"
        return Implemented(State.MISSING, location=place, note=note, remedy=remedy)
    if view.instance is not None:
        return _asked(view, method)
    late = Late.of_getter(getter)
    if late is not None:
        return _named(view, late, method, protocol)
    return Implemented(
        State.UNSEEN,
        location=view.location,
        note=f"`{classes.class_name(owner)}.{method.name}` is a property",
    )


def _never_a_method(getter: Callee) -> str:
    """Why reading a property gives nothing that can be called, as far as how its getter is defined tells."""
    if getter.signature is not None and (refused := refusal(getter.signature, CallShape())):
        return f"raises TypeError: nobody passes `{'`, `'.join(refused.missing)}`" if refused.missing else ""
    what = _WHAT_GETTERS_GIVE.get(kind_by_definition(getter.outer)) if getter.outer is not None else None
    return f"gives {what}, which cannot be called" if what else ""


_WHAT_GETTERS_GIVE: Final[dict[ResultKind | None, str]] = {
    ResultKind.AWAITABLE: "a coroutine",
    ResultKind.ASYNC_ITERATOR: "an asynchronous generator",
    ResultKind.GENERATOR: "a generator",
}


def _asked(view: View, method: ProtocolMethod, failing: State = State.UNSEEN) -> Implemented:
    """Ask the instance itself, as the stack does: for properties, descriptors and ``__getattr__``.

    ``failing`` is what an error other than AttributeError means: a property may only want a
    connection first, a ``__getattr__`` that raises has no such method.
    """
    try:
        value = getattr(view.instance, method.name)
    except AttributeError:
        return Implemented(State.MISSING, location=view.location)
    except Exception as error:  # the provider's code may raise anything
        note = f"reading the attribute raises {type(error).__name__}: {error}"
        return Implemented(failing, location=view.location, note=note)
    return _described(view, value, callee(value, view.cls, binds=False), method)


def _absent(view: View, method: ProtocolMethod, protocol: ProtocolModel) -> Implemented:
    answering = "" if method.name in classes.OF_THE_TYPE else answers_for_others(view)
    if answering and view.instance is not None:
        return _asked(view, method, State.MISSING)
    if answering:
        note = f"`{answering}` may answer for it; only an instance can tell"
        return Implemented(State.UNSEEN, location=view.location, note=note)
    late = set_late(view, method, protocol) if view.instance is None else None
    if late is not None:
        return late
    if view.instance is None and method.name in classes.model_fields(view.cls):
        note = "it is a field; each instance has a value of its own"
        return Implemented(State.UNSEEN, location=view.location, note=note)
    if view.instance is None and _makes_instances(view.cls):
        note = "its metaclass or its `__new__` decides what an instance is"
        return Implemented(State.UNSEEN, location=view.location, note=note)
    on_metaclass = any(True for _ in classes.definitions(type(view.cls), method.name))
    note = "the metaclass has it, which instances do not see" if on_metaclass else ""
    return Implemented(State.MISSING, location=view.location, note=note)


def answers_for_others(view: View) -> str:
    """The hook that answers for attributes that are not there, "" without one.

    Pydantic's own hook serves fields and private attributes only, never methods. A module may have one
    of its own.
    """
    if issubclass(view.cls, ModuleType) and "__getattr__" in classes.instance_values(view.instance):
        return f"{view.instance.__name__}.__getattr__"
    for hook in ("__getattr__", "__getattribute__"):
        for owner, _ in classes.definitions(view.cls, hook):
            if owner is not object and not classes.is_of_pydantic(owner):
                return f"{classes.class_name(owner)}.{hook}"
    return ""


def _rewrites_access(cls: type) -> str:
    # what cannot be read is no reason to doubt what is there
    defined = (
        o for o, raw in classes.definitions(cls, "__getattribute__") if type(raw) is not classes.Opaque
    )
    owner = next(defined, object)
    builtin = classes.class_module(owner) == "builtins"  # `super`, `type` and the like have one of their own
    return "" if builtin else f"{classes.class_name(owner)}.__getattribute__"


def _makes_instances(cls: type) -> bool:
    """Whether calling the class does something else than making an instance and initialising it."""
    owner = next((owner for owner, _ in classes.definitions(type(cls), "__call__")), type)
    if owner is not type and not classes.is_of_pydantic(owner):
        return True
    _, constructor = next(classes.definitions(cls, "__new__"))
    function = constructor.__func__ if isinstance(constructor, staticmethod) else None
    return isinstance(function, FunctionType) and "__new__" not in function.__code__.co_names


def set_late(view: View, method: ProtocolMethod, protocol: ProtocolModel) -> Implemented | None:
    """What the class's own methods put on the instance under the method's name, None if nothing."""
    if answering := _rewrites_access(view.cls):
        return Implemented(State.UNSEEN, location=view.location, note=f"`{answering}` decides what it is")
    if (hidden := _hidden_by_value(view, method)) is not None:
        return hidden
    late = assigned_late(view.cls, method.name)
    return _named(view, late, method, protocol) if late else None


def _named(view: View, late: Late, method: ProtocolMethod, protocol: ProtocolModel) -> Implemented:
    if late.attribute and late.attribute != method.name:
        for owner, raw in classes.definitions(view.cls, late.attribute):
            if not issubclass(type(raw), property):
                return _defined(view, owner, raw, method, protocol)
    return Implemented(State.UNSEEN, location=late.location, note=late.note)
