"""What a comparison reads off a snapshot: each method with the types in its source, and request objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from provider_conformance.contracts.model import ApiContract, Contract
from provider_conformance.contracts.snapshots import Release, Snapshot
from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, node_of
from provider_conformance.protocols.model import ProtocolMethod, ProtocolModel
from provider_conformance.releases.changes.model import Side
from provider_conformance.releases.changes.types import plain
from provider_conformance.source.declared import function_of
from provider_conformance.source.pydantic_models import fields_of
from provider_conformance.source.reading import SourceReader


@dataclass(frozen=True, slots=True)
class RequestObject:
    """A data model that a parameter takes.

    Attributes:
        name: The name of its class.
        fields: Its fields, and whether each has to be given.
        extra: It takes fields beside these.
    """

    name: str
    fields: Mapping[str, bool]
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """A method as a comparison sees it.

    Attributes:
        declared: What the contract has of it.
        types: The annotations of its parameters, see :func:`plain`.
        returns: The annotation of its result.
        objects: The parameters that take a data model.
    """

    declared: ProtocolMethod
    types: Mapping[str, str] = field(default_factory=dict)
    returns: str = ""
    objects: Mapping[str, RequestObject] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.declared.name


@dataclass(frozen=True, slots=True)
class Seen:
    """A release as a comparison sees it.

    Attributes:
        release: Which one it is.
        contract: What it demands.
        methods: The methods of each protocol that it has, by API and side.
    """

    release: Release
    contract: Contract
    methods: Mapping[tuple[str, Side], Mapping[str, Method]]


def protocols_of(api: ApiContract) -> Iterator[tuple[Side, ProtocolModel]]:
    """The protocols of an API, with their sides."""
    for side, protocol in ((Side.PUBLIC, api.public), (Side.REGISTRY, api.private)):
        if protocol is not None:
            yield side, protocol


@cache
def seen(snapshot: Snapshot) -> Seen:
    """What is to be compared of a release. Nothing of it is run."""
    reader = SourceReader((snapshot.finder,))
    found = {
        (name, side): {method.name: _method(method, reader.counterpart(protocol)) for method in methods}
        for name, api in snapshot.contract.apis.items()
        for side, protocol in protocols_of(api)
        for methods in [protocol.methods.values()]
    }
    return Seen(snapshot.release, snapshot.contract, found)


def _method(declared: ProtocolMethod, protocol: type | None) -> Method:
    function = function_of(declared.name, protocol)
    node = node_of(function.__code__) if function is not None else None
    if node is None or isinstance(node, ast.Lambda):
        return Method(declared, returns=declared.returns)
    annotations = {arg.arg: arg.annotation for arg in _arguments(node) if arg.annotation is not None}
    objects = {name: _object(found, function.__globals__) for name, found in annotations.items()}
    return Method(
        declared,
        {name: plain(annotation) for name, annotation in annotations.items()},
        plain(node.returns),
        {name: found for name, found in objects.items() if found is not None},
    )


def _arguments(node: FunctionNode) -> Iterator[ast.arg]:
    args = node.args
    yield from (*args.posonlyargs, *args.args, *args.kwonlyargs)
    yield from (arg for arg in (args.vararg, args.kwarg) if arg is not None)


def _object(annotation: ast.expr, names: Mapping[str, Any]) -> RequestObject | None:
    """The data model that a parameter takes, None where it takes anything else or several things."""
    name = plain(annotation).removesuffix(" | None")
    spelt = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    found = names.get(name) if name in spelt else None
    fields = fields_of(found) if isinstance(found, type) else {}
    if not isinstance(found, type) or not fields:
        return None
    extra = classes.namespace(found).get("model_config", {}).get("extra") == "allow"
    return RequestObject(name, {key: one.required for key, one in fields.items()}, extra)
