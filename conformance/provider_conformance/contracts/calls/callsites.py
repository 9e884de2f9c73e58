"""The calls that a stack's own code makes on providers, and the attributes that it sets on them.

Read off the source: routing tables, routers, the server and the route modules. No method is known
by name; what counts as a provider is told by :mod:`provider_conformance.contracts.calls.flow`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from provider_conformance.contracts.calls.flow import Flow
from provider_conformance.contracts.calls.guards import (
    ApisNamed,
    answered,
    is_asked_for,
    is_awaited,
    is_caught,
    name_of,
    narrowed,
)
from provider_conformance.contracts.calls.held import DYNAMIC, Held, Shape
from provider_conformance.contracts.calls.reading import Reading
from provider_conformance.contracts.calls.sources import Sources, Unit, index
from provider_conformance.contracts.calls.values import Served, receiver
from provider_conformance.contracts.model import StackCall
from provider_conformance.findings import Location

_REGISTER = "register_"


@dataclass(frozen=True, slots=True)
class CallSites:
    """What the source shows, by API value.

    Attributes:
        calls: The calls by method.
        injected: The attributes that are set on a provider, in the order of the source.
        dynamic: The calls of methods whose name the source does not show, with their APIs.
    """

    calls: Mapping[str, Mapping[str, tuple[StackCall, ...]]] = field(default_factory=dict)
    injected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dynamic: Mapping[str, tuple[StackCall, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    call: StackCall
    apis: frozenset[str]
    node: ast.Call
    unit: Unit


def read_call_sites(
    texts: Mapping[str, str],
    *,
    routed: Mapping[str, str],
    protocols: Mapping[str, str],
    plain: Iterable[str] = (),
    members: Mapping[str, str] | None = None,
) -> CallSites:
    """Find the calls on providers.

    Args:
        texts: Source text by the path under which its places are shown.
        routed: The routing table's API by the routed API: ``{"inference": "models"}``.
        protocols: The APIs that the stack serves without a router, by the name of their protocol.
        plain: More of them, which have no protocol.
        members: API values by the name of the ``Api`` member, where the two differ.

    Raises:
        SyntaxError: If a text is no Python.
    """
    sources = index(texts)
    served = Served(
        classes=_classes(sources, routed),
        protocols=protocols,
        plain=frozenset((*protocols.values(), *plain)),
        members=members or {},
    )
    flow = Flow(sources, served)
    flow.run()
    seen = list(_seen(flow))
    resource = _resources(seen)
    reading = Reading(flow, lambda expression: flow.served.named(expression) or resource(expression))
    return CallSites(
        calls=_by_api(_narrowed(seen, resource), reading),
        injected=_injected(flow),
        dynamic=_dynamic(seen),
    )


def merged(sites: CallSites, further: CallSites) -> CallSites:
    """The calls of both, those of ``sites`` first; the rest is that of ``sites``."""
    calls = {api: dict(methods) for api, methods in sites.calls.items()}
    for api, methods in further.calls.items():
        own = calls.setdefault(api, {})
        for method, found in methods.items():
            own[method] = (*own.get(method, ()), *found)
    return replace(sites, calls=calls)


def _classes(sources: Sources, routed: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The routed APIs by the name of the class of their table or router.

    The stack keeps these in dictionaries from an API's value to the class.
    """
    apis = {name: api for api, table in routed.items() for name in (api, table)}
    found: dict[str, frozenset[str]] = {}
    for unit in sources.units:
        for node in unit.nodes:
            if isinstance(node, ast.Dict):
                for name, known in _entries(node, sources):
                    if name in apis:
                        found[known] = found.get(known, frozenset()) | {apis[name]}
    return found


def _entries(display: ast.Dict, sources: Sources) -> Iterator[tuple[str, str]]:
    for key, value in zip(display.keys, display.values, strict=True):
        known = isinstance(value, ast.Name) and value.id in sources.classes
        if known and isinstance(key, ast.Constant):
            yield str(key.value), name_of(value)


def _seen(flow: Flow) -> Iterator[_Seen]:
    for unit in flow.sources.units:
        for node in unit.nodes:
            if isinstance(node, ast.Call):
                held = flow.value(node.func, unit)
                if held is not None and held.shape is Shape.METHOD and not held.method.startswith("__"):
                    apis = narrowed(held.apis, node, unit, flow.served.named)
                    if apis:
                        yield _Seen(_stack_call(flow, node, unit, held), apis, node, unit)


def _stack_call(flow: Flow, node: ast.Call, unit: Unit, held: Held) -> StackCall:
    keywords, hidden = _keywords(flow, node.keywords, unit)
    asked = not held.sure or is_asked_for(node, ast.unparse(receiver(node)), held.method, unit)
    caught = not asked and is_caught(node, unit)
    return StackCall(
        method=held.method,
        positional=sum(not isinstance(argument, ast.Starred) for argument in node.args),
        keywords=keywords,
        spread=hidden or any(isinstance(argument, ast.Starred) for argument in node.args),
        awaited=is_awaited(node, unit),
        guarded=asked or caught,
        caught=caught,
        caller=unit.qualname,
        text=flow.sources.text(unit.path, node),
        location=Location(unit.path, node.lineno),
        answered=answered(node, unit),
    )


def _keywords(flow: Flow, keywords: Iterable[ast.keyword], unit: Unit) -> tuple[tuple[str, ...], bool]:
    """The names passed by keyword, and whether there are others that the source does not show."""
    names: list[str] = []
    hidden = False
    for keyword in keywords:
        shown = [keyword.arg] if keyword.arg else _keys(flow, keyword.value, unit)
        hidden = hidden or shown is None
        names.extend(name for name in shown or () if name not in names)
    return tuple(names), hidden


def _keys(flow: Flow, mapping: ast.expr, unit: Unit, depth: int = 0) -> list[str] | None:
    """The keys of a mapping as far as its construction shows all of them, else None."""
    if isinstance(mapping, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in mapping.keys]
        return None if None in keys else [str(key) for key in keys]
    if isinstance(mapping, ast.Call) and name_of(mapping.func) == "dict" and not mapping.args:
        names = [keyword.arg for keyword in mapping.keywords]
        return None if None in names else [str(name) for name in names]
    if isinstance(mapping, ast.Name) and depth < 3:
        return _keys_of_name(flow, mapping.id, unit, depth)
    return None


def _keys_of_name(flow: Flow, name: str, unit: Unit, depth: int) -> list[str] | None:
    found = [_keys(flow, value, unit, depth + 1) for value in _assigned(name, unit)]
    found += [
        _keys(flow, argument, caller, depth + 1) for argument, caller in flow.arguments.get((unit, name), ())
    ]
    if not found or None in found:
        return None
    keys = [key for one in found for key in one or ()] + list(_added(name, unit))
    return list(dict.fromkeys(keys))


def _assigned(name: str, unit: Unit) -> Iterator[ast.expr]:
    for node in unit.nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_name(target, name) for target in targets):
                yield node.value


def _added(name: str, unit: Unit) -> Iterator[str]:
    """Keys that are set one by one: ``params["stream"] = True``."""
    for node in unit.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            key = node.slice
            if _is_name(node.value, name) and isinstance(key, ast.Constant):
                yield str(key.value)


def _is_name(expression: ast.expr, name: str) -> bool:
    return isinstance(expression, ast.Name) and expression.id == name


def _resources(seen: list[_Seen]) -> ApisNamed:
    """Which API the resource of ``ResourceType.x`` belongs to: the one that is called with ``register_x``."""
    nouns: dict[str, frozenset[str]] = {}
    for one in seen:
        if one.call.method.startswith(_REGISTER):
            noun = _noun(one.call.method.removeprefix(_REGISTER))
            nouns[noun] = nouns.get(noun, frozenset()) | one.apis

    def named(expression: ast.expr) -> frozenset[str] | None:
        if isinstance(expression, ast.Attribute) and expression.attr == "value":
            expression = expression.value
        if isinstance(expression, ast.Attribute) and name_of(expression.value) == "ResourceType":
            return nouns.get(_noun(expression.attr))
        return None

    return named


def _narrowed(seen: list[_Seen], resource: ApisNamed) -> Iterator[_Seen]:
    """Narrow calls by the ``obj.type == ResourceType.x`` tests around them."""
    for one in seen:
        apis = narrowed(one.apis, one.node, one.unit, resource)
        if apis and one.call.method != DYNAMIC:
            yield _Seen(one.call, apis, one.node, one.unit)


def _noun(name: str) -> str:
    return name.replace("_", "").lower()


def _by_api(seen: Iterable[_Seen], reading: Reading) -> dict[str, dict[str, tuple[StackCall, ...]]]:
    found: dict[str, dict[str, tuple[StackCall, ...]]] = {}
    for one in seen:
        for api in one.apis:
            call = replace(one.call, ignored=not reading.reads(one.node, one.unit, api))
            calls = found.setdefault(api, {})
            if call not in calls.get(call.method, ()):
                calls[call.method] = (*calls.get(call.method, ()), call)
    return found


def _dynamic(seen: Iterable[_Seen]) -> dict[str, tuple[StackCall, ...]]:
    found: dict[str, tuple[StackCall, ...]] = {}
    for one in seen:
        if one.call.method == DYNAMIC:
            for api in one.apis:
                found[api] = (*found.get(api, ()), one.call)
    return found


def _injected(flow: Flow) -> dict[str, tuple[str, ...]]:
    """Attributes set on a provider by routing code, ``__dunder__`` ones of the loader left out."""
    found: dict[str, tuple[str, ...]] = {}
    for unit in flow.sources.units:
        for node in unit.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                held = flow.value(node.value, unit)
                if held is not None and held.shape is Shape.ONE and not node.attr.startswith("__"):
                    for api in narrowed(held.apis, node, unit, flow.served.named):
                        if node.attr not in found.get(api, ()):
                            found[api] = (*found.get(api, ()), node.attr)
    return found
