"""Data members of a protocol: which must be there, and which the stack must be able to set.

The policy: what the stack injects must be assignable, not present; a member to which the protocol
itself gives a value is optional; any other declared member must be there.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import FunctionType, MemberDescriptorType, MethodType
from typing import Any

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.assigned import assigned_late
from provider_conformance.protocols.bodies import definition_line, getter_of, is_property, only_promises
from provider_conformance.protocols.live import View, answers_for_others
from provider_conformance.protocols.model import ProtocolAttribute, ResultKind
from provider_conformance.protocols.results import of_function
from provider_conformance.protocols.wording import HOW, WHAT


@dataclass(frozen=True, slots=True)
class AttributeVerdict:
    """What is wrong with a data member, or why it cannot be told; all empty if nothing is."""

    wrong: str = ""
    why: str = ""
    fix: str = ""
    unseen: str = ""
    location: Location | None = None


_FINE = AttributeVerdict()
_DICT_OFFSET = type.__dict__["__dictoffset__"].__get__


def judge_attribute(view: View, attribute: ProtocolAttribute) -> AttributeVerdict:
    """Judge one data member of a protocol against a class or an instance."""
    if attribute.injected:
        return _assignable(view, attribute.name)
    if attribute.has_value:
        return _FINE
    return _present(view, attribute)


def _assignable(view: View, name: str) -> AttributeVerdict:
    refusal, unseen = why_not_assignable(view.cls, name)
    if unseen:
        return AttributeVerdict(unseen=f"`{name}` cannot be judged: {unseen}")
    if not refusal:
        return _FINE
    return AttributeVerdict(
        f"`{name}` cannot be set on `{classes.class_name(view.cls)}`: {refusal}",
        why=f"the routing table sets `{name}` on each provider when the stack starts, which raises here",
        fix=f"let instances take the attribute, for example with `{name} = None` in the class body"
        " of an ordinary class",
    )


def why_not_assignable(cls: type, name: str) -> tuple[str, str]:
    """Say why ``instance.name = value`` would fail for instances of ``cls``.

    Returns:
        The reason, "" if it works; and, where it cannot be told, the reason for that.
    """
    for hook in (name, "__setattr__"):
        for _, raw in classes.definitions(cls, hook):
            if type(raw) is classes.Opaque:
                return "", raw.reason
            break
    refusal = _descriptor_refusal(cls, name)
    if refusal is not None:
        return refusal, ""
    if _is_pydantic(cls):
        return _pydantic_refusal(cls, name), ""
    guards = [owner for owner, _ in classes.definitions(cls, "__setattr__") if owner is not object]
    if guards and not _of_frozen_dataclass(guards[0]):
        return "", f"`{classes.class_name(guards[0])}` has its own __setattr__"
    if guards and (guards[0] is cls or name in classes.namespace(guards[0])["__dataclass_fields__"]):
        return "it is a frozen dataclass", ""
    slot = any(isinstance(raw, MemberDescriptorType) for _, raw in classes.definitions(cls, name))
    if not _DICT_OFFSET(cls) and not slot:
        return "its instances have no `__dict__` (`__slots__`) and no slot of that name", ""
    return "", ""


def _descriptor_refusal(cls: type, name: str) -> str | None:
    """Why the descriptor of that name refuses to be set, "" where it does not, None without one."""
    for owner, raw in classes.definitions(cls, name):
        if classes.only_promises(owner):
            continue
        if isinstance(raw, property):
            return "" if raw.fset else f"`{classes.class_name(owner)}.{name}` is a property without a setter"
        deletes = classes.overrides(type(raw), "__delete__")
        if deletes and not classes.overrides(type(raw), "__set__"):
            return f"`{classes.class_name(owner)}.{name}` is a descriptor without `__set__`"
        return None
    return None


def _of_frozen_dataclass(cls: type) -> bool:
    """Whether the dataclass machinery gave ``cls`` its guard: it covers its own instances and its fields."""
    return bool(getattr(classes.namespace(cls).get("__dataclass_params__"), "frozen", False))


def _is_pydantic(cls: type) -> bool:
    return any(classes.is_of_pydantic(base) for base in classes.mro(cls))


def _pydantic_refusal(cls: Any, name: str) -> str:
    if name.startswith("_"):
        return ""  # never a field
    config = getattr(cls, "model_config", {})
    if config.get("frozen"):
        return "it is a frozen pydantic model"
    if name in getattr(cls, "__class_vars__", ()):
        return f"pydantic takes `{name}` for a class variable"
    if name in classes.model_fields(cls) or config.get("extra") == "allow":
        return ""
    return "it is a pydantic model without such a field, and its configuration does not allow extra ones"


def _present(view: View, attribute: ProtocolAttribute) -> AttributeVerdict:
    name = attribute.name
    owner, raw = next(classes.definitions(view.cls, name), (object, None))
    if type(raw) is classes.Opaque:
        return AttributeVerdict(unseen=f"`{name}` cannot be seen: {raw.reason}")
    own = classes.instance_values(view.instance)
    if name in own or _on_class(view, name):
        return _held(view, attribute, own.get(name, raw))
    hook = answers_for_others(view)
    if hook:
        return AttributeVerdict(unseen=f"`{name}` cannot be seen: `{hook}` may answer for it")
    if _set_late(view, name):
        return _FINE
    return _empty_property(view, owner, raw, name) if is_property(raw) else _absent(name)


def _absent(name: str) -> AttributeVerdict:
    return AttributeVerdict(
        f"the attribute `{name}`, which the protocol declares, is not there",
        why=f"whoever reads `{name}` gets an AttributeError",
        fix=f"set `{name}` in the class body or in `__init__`",
    )


def _empty_property(view: View, owner: type, raw: Any, name: str) -> AttributeVerdict:
    further = (base for base, other in classes.definitions(view.cls, name) if not _only_promised(base, other))
    hidden = next(further, None)
    hiding = f", which hides that of `{classes.class_name(hidden)}` further along the bases" if hidden else ""
    abstract = classes.is_abstract(raw)
    return AttributeVerdict(
        f"`{name}` is not implemented: what is there is the {'abstract' if abstract else 'empty'} property"
        f" of `{classes.class_name(owner)}`{hiding}",
        why="Python makes no instance of the class" if abstract else f"whoever reads `{name}` gets None",
        fix=f"write the property `{name}`" + (", or put the contract last among the bases" if hidden else ""),
    )


def _on_class(view: View, name: str) -> bool:
    cls: Any = view.cls
    for owner, raw in classes.definitions(cls, name):
        if isinstance(raw, MemberDescriptorType) and view.instance is not None:
            return hasattr(view.instance, name)  # a slot may be empty
        if not _only_promised(owner, raw):
            return True
        break
    if dataclasses.is_dataclass(cls) and name in {field.name for field in dataclasses.fields(cls)}:
        return True
    return name in classes.model_fields(cls)


def _only_promised(owner: type, raw: Any) -> bool:
    """Whether it is a property that is left to be implemented: an abstract one, or a protocol's empty one."""
    getter = getter_of(raw)
    empty = getter is None or only_promises(getter)
    return is_property(raw) and (classes.is_abstract(raw) or (classes.only_promises(owner) and empty))


def _set_late(view: View, name: str) -> bool:
    return view.instance is None and assigned_late(view.cls, name, constants=True) is not None


def _held(view: View, attribute: ProtocolAttribute, raw: Any) -> AttributeVerdict:
    """Judge what stands under the name of an attribute that is there."""
    name = attribute.name
    function = raw.__func__ if type(raw) in (staticmethod, classmethod) else raw
    if attribute.data and type(function) in (FunctionType, MethodType) and not _set_late(view, name):
        return AttributeVerdict(
            f"`{name}` is a method where the protocol has the attribute `{name}: {attribute.annotation}`",
            why=f"whoever reads `{name}` gets the method, not what it returns; it is true in every condition",
            fix="put `@property` above it",
            location=_place(function),
        )
    getter = getter_of(raw)
    kinds = of_function(getter, view.cls) if getter is not None else frozenset()
    fitting = (
        {attribute.kind, ResultKind.GENERATOR} if attribute.kind is ResultKind.PLAIN else {attribute.kind}
    )
    if kinds <= fitting or ResultKind.ANY in kinds | fitting:
        return _refuses_to_be_set(view, attribute)
    wrong = WHAT[min(kinds - fitting)]
    return AttributeVerdict(
        f"reading `{name}` gives {wrong} where the protocol promises {WHAT[attribute.kind]}",
        why=f"whoever reads `{name}` {HOW[attribute.kind]}, which fails on {wrong}",
        fix=f"write the property with `{'async def' if attribute.kind is ResultKind.AWAITABLE else 'def'}`",
        location=_place(getter),
    )


def _refuses_to_be_set(view: View, attribute: ProtocolAttribute) -> AttributeVerdict:
    refusal = why_not_assignable(view.cls, attribute.name)[0] if attribute.settable else ""
    if not refusal:
        return _FINE
    return AttributeVerdict(
        f"`{attribute.name}` cannot be set on `{classes.class_name(view.cls)}`: {refusal}",
        why=f"the protocol gives `{attribute.name}` a setter, so callers assign it, which raises here",
        fix=f"write a setter for `{attribute.name}`, or make it an ordinary attribute",
    )


def _place(function: Any) -> Location:
    function = getattr(function, "__func__", function)
    return Location(function.__code__.co_filename, definition_line(function))
