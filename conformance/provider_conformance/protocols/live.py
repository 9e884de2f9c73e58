"""Look up what an implementation really has under a method's name, on a class or on an instance."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.assigned import Late, assigned_late
from provider_conformance.protocols.bodies import (
    Body,
    class_line,
    definition_line,
    does_nothing,
    is_overload,
    kind_of_nothing,
)
from provider_conformance.protocols.model import Implemented, ProtocolMethod, ProtocolModel, State
from provider_conformance.protocols.unwrap import Callee, callee

_ABSENT: Final = object()


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
    if view.instance is not None:
        own = classes.instance_values(view.instance).get(method.name, _ABSENT)
        if own is not _ABSENT and not _wins_over_instances(view.cls, method.name):
            return _described(view, own, callee(own, view.cls, binds=False), method)
        if classes.overrides(view.cls, "__getattribute__"):
            return _asked(view, method)
    for owner, raw in classes.definitions(view.cls, method.name):
        found = _defined(view, owner, raw, method, protocol)
        if found.state in (State.STUB, State.MISSING) and view.instance is None:
            return set_late(view, method, protocol) or found
        return found
    return _absent(view, method, protocol)


def _defined(
    view: View, owner: type, raw: Any, method: ProtocolMethod, protocol: ProtocolModel
) -> Implemented:
    if getattr(raw, "__isabstractmethod__", False) is True:
        note = f"`{classes.class_name(owner)}.{method.name}` is abstract"
        return Implemented(State.STUB, location=_place(callee(raw, owner, binds=True), view), note=note)
    if issubclass(type(raw), property | functools.cached_property):
        return _property(view, owner, raw, method, protocol)
    if view.instance is not None and _decides_at_access(raw):
        return _asked(view, method)
    found = callee(raw, view.cls, binds=True)
    if _promised_by(owner, protocol) or _is_promise(found.function, method, protocol):
        return _inherited(view, owner, found, method)
    return _described(view, raw, found, method)


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
    return protocol.live is not None and owner in classes.mro(protocol.live)


def _is_promise(function: FunctionType | None, method: ProtocolMethod, protocol: ProtocolModel) -> bool:
    """Whether an alias leads back to the protocol's own function."""
    if function is None or protocol.live is None:
        return False
    return any(raw is function for _, raw in classes.definitions(protocol.live, function.__name__))


def _inherited(view: View, owner: type, found: Callee, method: ProtocolMethod) -> Implemented:
    if found.function is not None and is_overload(found.function):
        return _described(view, None, found, method)
    location = view.location or _place(found, view)
    hidden = _hidden(view, owner, method.name)
    if found.function is not None and not does_nothing(found.function):
        state = State.SHADOWED if hidden and method.optional else State.DEFAULT
        note = (
            f"`{classes.class_name(owner)}` comes before `{classes.class_name(hidden)}` among the bases"
            if hidden
            else ""
        )
        return Implemented(state, found.signature, found.kinds, location=location, note=note)
    note = f"what runs is the empty body of the protocol `{classes.class_name(owner)}`"
    if hidden:
        note += f", which hides `{classes.class_name(hidden)}.{method.name}` further along the bases"
        return Implemented(State.STUB, location=location, owner=classes.class_name(owner), note=note)
    return Implemented(
        State.STUB, found.signature, found.kinds, None, location, classes.class_name(owner), note
    )


def _hidden(view: View, owner: type, name: str) -> type | None:
    """A class behind ``owner`` in lookup order that has a real method of that name."""
    behind = False
    for other, raw in classes.definitions(view.cls, name):
        if behind and not classes.is_protocol(other):
            function = callee(raw, view.cls, binds=True).function
            if function is not None and not does_nothing(function):
                return other
        behind = behind or other is owner
    return None


def _described(view: View, raw: Any, found: Callee, method: ProtocolMethod) -> Implemented:
    location = _place(found, view)
    if not found.is_callable:
        return Implemented(State.MISSING, location=view.location, note=f"{found.why}")
    if found.signature is None:
        return Implemented(State.UNSEEN, location=location, note=found.why)
    if found.function is not None and is_overload(found.function):
        return Implemented(State.STUB, location=location, note="it has only `@overload` declarations")
    if found.function is not None and does_nothing(found.function):
        body = kind_of_nothing(found.function)
        if body is Body.ELLIPSIS or (body is not Body.RETURNS_NONE and not method.returns_none):
            return Implemented(
                State.STUB, found.signature, found.kinds, None, location, "", f"its body is only {body}"
            )
    return Implemented(State.PRESENT, found.signature, found.kinds, found.claimed, location)


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
    if view.instance is not None:
        return _asked(view, method)
    getter = raw.fget if isinstance(raw, property) else raw.func
    late = Late.of_getter(getter)
    if late is not None:
        return _named(view, late, method, protocol)
    return Implemented(
        State.UNSEEN,
        location=view.location,
        note=f"`{classes.class_name(owner)}.{method.name}` is a property",
    )


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
    answering = answers_for_others(view.cls)
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


def answers_for_others(cls: type) -> str:
    """The hook that answers for attributes that are not there, "" without one.

    Pydantic's own hook serves fields and private attributes only, never methods.
    """
    for hook in ("__getattr__", "__getattribute__"):
        for owner, _ in classes.definitions(cls, hook):
            if owner is not object and not classes.is_of_pydantic(owner):
                return f"{classes.class_name(owner)}.{hook}"
    return ""


def _rewrites_access(cls: type) -> str:
    owner = next((owner for owner, _ in classes.definitions(cls, "__getattribute__")), object)
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
    late = assigned_late(view.cls, method.name)
    return _named(view, late, method, protocol) if late else None


def _named(view: View, late: Late, method: ProtocolMethod, protocol: ProtocolModel) -> Implemented:
    if late.attribute and late.attribute != method.name:
        for owner, raw in classes.definitions(view.cls, late.attribute):
            if not issubclass(type(raw), property):
                return _defined(view, owner, raw, method, protocol)
    return Implemented(State.UNSEEN, location=late.location, note=late.note)
