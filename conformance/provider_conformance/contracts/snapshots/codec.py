"""Contracts as plain data that JSON can hold, and back."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any, Final

from provider_conformance.contracts.model import ApiContract, Contract, Factory, Role, StackCall
from provider_conformance.contracts.snapshots.expressions import without_prose
from provider_conformance.findings import Location
from provider_conformance.protocols.bodies import node_of
from provider_conformance.protocols.model import (
    Binding,
    ProtocolAttribute,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
)
from provider_conformance.protocols.signature import MISSING, Kind, Parameter, Signature, SourceDefault

Data = Any
"""What JSON can hold."""

_PLAIN: Final = (type(None), bool, int, float, str)
_UNSHOWN: Final = "..."


# -- what can be kept ---------------------------------------------------------------------------


def portable(contract: Contract, root: PurePath) -> Contract:
    """A probed contract as a snapshot holds it.

    Places are shown from ``root``, the folder that the stack is installed in. A default that is an
    object becomes a :class:`SourceDefault`: a member of an enumeration by its full name, anything
    else by the text that stands in the protocol. Protocols have no live class.

    Args:
        contract: The contract of an installed stack.
        root: Where its packages are.
    """
    apis = {name: _portable_api(api, root) for name, api in contract.apis.items()}
    return dataclasses.replace(contract, apis=apis)


def _portable_api(api: ApiContract, root: PurePath) -> ApiContract:
    public, private = (_portable_protocol(p, root) for p in (api.public, api.private))
    return dataclasses.replace(api, public=public, private=private)


def _portable_protocol(protocol: ProtocolModel | None, root: PurePath) -> ProtocolModel | None:
    if protocol is None:
        return None
    methods = {
        name: _portable_method(method, _sources(protocol.live, name), root)
        for name, method in protocol.methods.items()
    }
    return dataclasses.replace(protocol, methods=methods, live=None)


def _portable_method(method: ProtocolMethod, sources: Mapping[str, str], root: PurePath) -> ProtocolMethod:
    place = method.location
    inside = place is not None and PurePath(place.path).is_relative_to(root)
    if place is not None and inside:
        place = Location(PurePath(place.path).relative_to(root).as_posix(), place.line)
    return dataclasses.replace(
        method,
        signature=_portable_signature(method.signature, sources),
        overloads=tuple(_portable_signature(one, sources) for one in method.overloads),
        location=place,
    )


def _portable_signature(signature: Signature, sources: Mapping[str, str]) -> Signature:
    kept = (p._replace(default=_portable_default(p, sources)) for p in signature.parameters)
    return Signature(tuple(kept), signature.takes_self)


def _portable_default(parameter: Parameter, sources: Mapping[str, str]) -> Any:
    default = parameter.default
    if default is MISSING or isinstance(default, SourceDefault) or _is_plain(default):
        return default
    text = sources.get(parameter.name, _UNSHOWN)
    if isinstance(default, Enum):
        kind = type(default)
        member = f"{kind.__module__}.{kind.__qualname__}.{default.name}"
        return default.value if isinstance(default, str | int) else SourceDefault(text, member)
    return SourceDefault(text)


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and _is_plain(inner) for key, inner in value.items())
    return type(value) in _PLAIN


def _sources(protocol: type | None, method: str) -> dict[str, str]:
    """The texts of a method's defaults by parameter, as far as its source is there."""
    function = _function(getattr(protocol, method, None))
    node = node_of(function.__code__) if function is not None else None
    if node is None or isinstance(node, ast.Lambda):
        return {}
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    pairs = [
        *zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    return {arg.arg: ast.unparse(without_prose(value)) for arg, value in pairs if value is not None}


def _function(value: Any) -> Any:
    while hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    return value if hasattr(value, "__code__") else None


# -- writing ------------------------------------------------------------------------------------


def encode(contract: Contract) -> Data:
    """A portable contract as data: fields that have their default are left out.

    Raises:
        TypeError: If it holds what only :func:`portable` would replace.
    """
    return _encoded(contract)


def _encoded(value: Any) -> Data:
    if isinstance(value, Signature):
        return _encoded_signature(value)
    if isinstance(value, Location):
        return f"{value.path}:{value.line}"
    if dataclasses.is_dataclass(value):
        return {
            field.name: _encoded(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.compare and getattr(value, field.name) != _default_of(field)
        }
    if isinstance(value, Mapping):
        return {key: _encoded(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_encoded(inner) for inner in value]
    return _encoded_enum(value) if isinstance(value, Enum) else value


def _encoded_enum(value: Enum) -> Data:
    return value.value


def _default_of(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _encoded_signature(signature: Signature) -> Data:
    shown = [_encoded_parameter(parameter) for parameter in signature.parameters]
    return shown if signature.takes_self else {"no self": shown}


def _encoded_parameter(parameter: Parameter) -> Data:
    """``"name"``, with its kind where that is not the usual one, with its default where it has one."""
    shown = [parameter.name, parameter.kind.name.lower()]
    if parameter.default is not MISSING:
        return [*shown, _encoded_default(parameter.default)]
    return parameter.name if parameter.kind is Kind.POSITIONAL_OR_KEYWORD else shown


def _encoded_default(value: Any) -> Data:
    if isinstance(value, SourceDefault):
        return {"text": value.text, **({"member": value.member} if value.member else {})}
    if not _is_plain(value):
        raise TypeError(f"a default of type {type(value).__name__} cannot be kept")
    return {"tuple": [*map(_encoded_default, value)]} if type(value) is tuple else _encoded_container(value)


def _encoded_container(value: Any) -> Data:
    if type(value) is list:
        return {"list": [*map(_encoded_default, value)]}
    if type(value) is dict:
        return {"dict": {key: _encoded_default(inner) for key, inner in value.items()}}
    return {"float": value.hex()} if type(value) is float else value


# -- reading ------------------------------------------------------------------------------------


def decode(data: Data) -> Contract:
    """The contract that :func:`encode` made data of."""
    fields = dict(data)
    fields["apis"] = {name: _api(inner) for name, inner in fields["apis"].items()}
    fields["factories"] = {
        name: Factory(**_tuples(inner)) for name, inner in fields.get("factories", {}).items()
    }
    fields["spec_fields"] = {name: tuple(names) for name, names in fields.get("spec_fields", {}).items()}
    return Contract(**_tuples(fields))


def _tuples(fields: Mapping[str, Data]) -> dict[str, Any]:
    return {name: tuple(value) if type(value) is list else value for name, value in fields.items()}


def _api(data: Data) -> ApiContract:
    fields = {**data}
    if "role" in fields:
        fields["role"] = Role(fields["role"])
    for name in ("public", "private"):
        if name in fields:
            fields[name] = _protocol(fields[name])
    if "calls" in fields:
        fields["calls"] = {name: tuple(map(_call, calls)) for name, calls in fields["calls"].items()}
    return ApiContract(**_tuples(fields))


def _call(data: Data) -> StackCall:
    fields = {**data}
    if "location" in fields:
        fields["location"] = _location(fields["location"])
    return StackCall(**_tuples(fields))


def _location(text: str) -> Location:
    path, _, line = text.rpartition(":")
    return Location(path, int(line))


def _protocol(data: Data) -> ProtocolModel:
    return ProtocolModel(
        name=data["name"],
        module=data["module"],
        methods={name: _method(inner) for name, inner in data["methods"].items()},
        attributes={name: _attribute(inner) for name, inner in data.get("attributes", {}).items()},
        abstract=data.get("abstract", False),
    )


def _attribute(data: Data) -> ProtocolAttribute:
    return ProtocolAttribute(**{**data, "kind": ResultKind(data.get("kind", ResultKind.ANY))})


def _method(data: Data) -> ProtocolMethod:
    fields = {**data, "signature": _signature(data["signature"]), "result": ResultKind(data["result"])}
    fields["binding"] = Binding(data.get("binding", Binding.INSTANCE))
    if "location" in fields:
        fields["location"] = _location(fields["location"])
    fields["overloads"] = tuple(map(_signature, fields.get("overloads", ())))
    return ProtocolMethod(**fields)


def _signature(data: Data) -> Signature:
    takes_self = isinstance(data, list)
    shown = data if takes_self else data["no self"]
    return Signature(tuple(map(_parameter, shown)), takes_self)


def _parameter(data: Data) -> Parameter:
    if isinstance(data, str):
        return Parameter(data)
    name, kind, *default = data
    return Parameter(name, _KINDS[kind], _default(default[0]) if default else MISSING)


_KINDS: Final = {kind.name.lower(): kind for kind in Kind}


def _default(data: Data) -> Any:
    if not isinstance(data, dict):
        return data
    if "text" in data:
        return SourceDefault(**data)
    ((kind, value),) = data.items()
    return _DEFAULTS[kind](value)


_DEFAULTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "tuple": lambda value: tuple(map(_default, value)),
    "list": lambda value: [*map(_default, value)],
    "dict": lambda value: {key: _default(inner) for key, inner in value.items()},
    "float": float.fromhex,
}
