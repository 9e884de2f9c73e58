"""The contract of an installed stack, probed by features and never by version."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final, Protocol

from pydantic import BaseModel

from provider_conformance.contracts.calls.callsites import CallSites, merged, read_call_sites
from provider_conformance.contracts.loader import read_loader
from provider_conformance.contracts.model import ApiContract, Contract, Role, StackCall
from provider_conformance.contracts.probe import (
    FAMILIES,
    Stack,
    installed_families,
    open_stack,
    quietly_import,
)
from provider_conformance.errors import AmbiguousStackError, ContractError, StackNotInstalledError
from provider_conformance.protocols.members import read_protocol
from provider_conformance.protocols.model import ProtocolModel

__all__ = ["installed_contract", "installed_families", "read_contract"]

_ROUTING_PREFIX: Final = "rout"
_SERVER: Final = "server"
_ROUTES: Final = "fastapi_router_registry"
_IMPLS: Final = r"\bimpls?\b|__provider_spec__|impls_by_provider_id|get_provider_impl"
"""What a file outside of the routing layer mentions if it may hold a provider."""
_HANDED: Final = r"\bdeps\b"
"""What a factory calls the providers that it is given."""
_NO_CALLERS: Final = frozenset({"tests", "testing", "ui", "cli"})
"""Folders whose code runs in no stack."""
_PRIVATE: Final = "ProtocolPrivate"
_MARKERS: Final = ("__webmethod__", "__webmethods__")


def installed_contract(family: str | None = None) -> Contract:
    """What an installed stack demands of its providers.

    Args:
        family: "llama-stack" or "ogx"; None for the only one that is installed.

    Returns:
        The contract. It is read off once and costs about the import of the stack.

    Raises:
        StackNotInstalledError: If the stack is not installed.
        AmbiguousStackError: If no family is given and several stacks are installed.
        ContractError: If the stack cannot be imported or read; the message names the cause.
    """
    found = installed_families()
    if not found:
        raise StackNotInstalledError(
            f"no stack is installed beside this Python ({sys.prefix}): "
            f"install one of {', '.join(FAMILIES)}, or choose --provider-stack=builtin"
        )
    if family is None and len(found) > 1:
        raise AmbiguousStackError(found)
    if family is not None and family not in found:
        raise StackNotInstalledError(f"{family} is not installed here; there is {', '.join(found)}")
    return _read(family or found[0])


@cache
def _read(family: str) -> Contract:
    stack = open_stack(FAMILIES[family])
    try:
        return read_contract(stack)
    except ContractError:
        raise
    except Exception as error:
        title = f"{stack.family.name} {stack.release}"
        raise ContractError(
            f"the contract of {title} cannot be read off: {type(error).__name__}: {error}"
        ) from error


@dataclass(frozen=True, slots=True)
class _Apis:
    """What the resolver tells about the APIs, by their values; ``members`` are their names."""

    members: Mapping[str, str]
    public: Mapping[str, type]
    declared: Mapping[str, type]
    private: Mapping[str, type]
    routed: Mapping[str, str]
    providable: frozenset[str]

    def role(self, api: str) -> Role:
        if api in self.routed:
            return Role.ROUTED
        return Role.ROUTING_TABLE if api in self.routed.values() else Role.PLAIN

    def plain_protocols(self) -> dict[str, str]:
        """The APIs that a provider serves itself, by the names of their protocols."""
        return {
            cls.__name__: api
            for protocols in (self.declared, self.public)
            for api, cls in protocols.items()
            if self.role(api) is Role.PLAIN
        }


def read_contract(stack: Stack) -> Contract:
    """Read the contract off an imported stack.

    Raises:
        ContractError: If what every contract has is not found in the source.
    """
    specs = _spec_module(stack.resolver)
    apis = _apis(stack)
    routes = _route_factories(stack)
    sites = _call_sites(stack, apis, routes)
    loader = read_loader(_text(Path(str(stack.resolver.__file__))))
    private = _private_protocols(specs, apis, sites)
    contracts = {
        api: ApiContract(
            name=api,
            role=apis.role(api),
            public=_model(apis.public.get(api)),
            private=_model(private.get(api)),
            routed_by=apis.routed.get(api),
            calls=_calls(api, apis, sites, routes),
            injected=sites.injected.get(api, ()),
            providable=api in apis.providable,
        )
        for api in apis.members
    }
    _check(stack, contracts, loader.factories)
    return Contract(
        stack=stack.family.name,
        release=stack.release,
        api_release=stack.api_release,
        apis=contracts,
        factories=loader.factories,
        spec_fields=_spec_fields(specs),
        attributes=loader.attributes,
        refuses_cycles=_refuses_cycles(stack.resolver),
    )


def _refuses_cycles(resolver: ModuleType) -> bool:
    """Whether the resolver's sort refuses two that need each other, and takes a chain."""
    return _sorts(resolver, {"a": ["b"], "b": []}) and not _sorts(resolver, {"a": ["b"], "b": ["a"]})


def _sorts(resolver: ModuleType, graph: Mapping[str, list[str]]) -> bool:
    nodes = {
        name: [SimpleNamespace(spec=SimpleNamespace(deps__=needs), provider_id=name)]
        for name, needs in graph.items()
    }
    try:
        resolver.topological_sort(nodes)
    except Exception:  # what a resolver refuses with differs from release to release
        return False
    return True


def _check(stack: Stack, apis: Mapping[str, ApiContract], factories: Mapping[str, object]) -> None:
    """Refuse a contract that would let everything pass because nothing could be read."""
    title = f"{stack.family.name} {stack.release}"
    unseen = [api.name for api in apis.values() if api.role is Role.ROUTED and not api.calls]
    if unseen:
        raise ContractError(f"no call of {title} on the providers of {', '.join(unseen)} could be found")
    if not factories:
        raise ContractError(f"no function of {title} that makes providers could be found in its resolver")


def _apis(stack: Stack) -> _Apis:
    resolver = stack.resolver
    declared = _by_value(_call(resolver.api_protocol_map))
    checked = getattr(resolver, "api_protocol_map_for_compliance_check", None)
    auto_routed = resolver.builtin_automatically_routed_apis
    distribution = sys.modules[auto_routed.__module__]
    routed = {info.router_api.value: info.routing_table_api.value for info in auto_routed()}
    return _Apis(
        members={api.value: api.name for api in resolver.Api},
        declared=declared,
        public={**declared, **(_by_value(_call(checked)) if checked else {})},
        private=_mapped_privates(_call(resolver.additional_protocols_map), routed),
        routed=routed,
        providable=frozenset(api.value for api in distribution.providable_apis()),
    )


def _call(function: Callable[..., Any]) -> Any:
    """Call a map's function, which some releases hand a run config: none is needed."""
    required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    return function(*[None] * len(required))


def _by_value(protocols: Mapping[Any, Any]) -> dict[str, type]:
    """The protocols by their API's value; what is bound to no protocol is left out."""
    return {
        api.value: cls for api, cls in protocols.items() if isinstance(cls, type) and Protocol in cls.__mro__
    }


def _mapped_privates(mapping: Mapping[Any, Any], routed: Mapping[str, str]) -> dict[str, type]:
    """The private protocols by routed API; some releases key them by the routing table's."""
    tables = {table: api for api, table in routed.items()}
    bare = {api.value: value[0] if isinstance(value, tuple) else value for api, value in mapping.items()}
    return {tables.get(api, api): cls for api, cls in bare.items()}


def _private_protocols(specs: ModuleType, apis: _Apis, sites: CallSites) -> dict[str, type]:
    """The mapped private protocols, and those that are defined beside the specs but mapped nowhere.

    These are paired by what the routing layer calls: each goes to the API on whose providers
    most of its methods are called that the public protocol does not declare.
    """
    paired = dict(apis.private)
    for name, cls in vars(specs).items():
        if isinstance(cls, type) and name.endswith(_PRIVATE) and cls not in paired.values():
            scores = {api: _called(cls, api, apis, sites) for api in apis.routed if api not in paired}
            best = max(scores, key=lambda api: scores[api], default=None)
            if best is not None and scores[best]:
                paired[best] = cls
    return paired


def _called(cls: type, api: str, apis: _Apis, sites: CallSites) -> int:
    public = apis.public.get(api)
    own = set(read_protocol(cls).methods) - set(read_protocol(public).methods if public else ())
    return len(own & set(sites.calls.get(api, {})))


def _spec_module(resolver: ModuleType) -> ModuleType:
    """The module that defines ``ProviderSpec``, whichever spec class the resolver works with."""
    lineages = (getattr(cls, "__mro__", ()) for cls in vars(resolver).values())
    bases = {base for lineage in lineages for base in lineage if base.__name__ == "ProviderSpec"}
    return sys.modules[bases.pop().__module__]


def _spec_fields(specs: ModuleType) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(cls.model_fields)
        for name, cls in vars(specs).items()
        if isinstance(cls, type) and issubclass(cls, BaseModel) and name.endswith("Spec")
    }


def _route_factories(stack: Stack) -> dict[str, Path]:
    """The modules whose routes call the providers of an API, by its value; none in older releases."""
    if not (stack.core / _SERVER / f"{_ROUTES}.py").is_file():
        return {}
    registry = quietly_import(f"{stack.core_package}.{_SERVER}.{_ROUTES}")
    return {
        api: Path(factory.__code__.co_filename)
        for known in vars(registry).values()
        if isinstance(known, dict)
        for api, factory in known.items()
        if inspect.isfunction(factory)
    }


def _call_sites(stack: Stack, apis: _Apis, routes: Mapping[str, Path]) -> CallSites:
    protocols = apis.plain_protocols()
    wanted = re.compile("|".join((_IMPLS, *(rf"\b{name}\b" for name in protocols))))
    around = (*stack.core.glob("*.py"), *(stack.core / _SERVER).glob("*.py"))
    routing = (
        *stack.core.glob(f"{_ROUTING_PREFIX}*/*.py"),
        *(path for api, path in routes.items() if apis.role(api) is Role.PLAIN),
    )
    texts = {_shown(path, stack.root): _text(path) for path in sorted({*around, *routing})}
    kept = {_shown(path, stack.root) for path in routing}
    plain = [api for api in apis.members if apis.role(api) is Role.PLAIN]
    members = {name: value for value, name in apis.members.items()}
    sites = read_call_sites(
        {path: text for path, text in texts.items() if path in kept or wanted.search(text)},
        routed=apis.routed,
        protocols=protocols,
        plain=plain,
        members=members,
    )
    elsewhere = {path: text for path, text in _elsewhere(stack, apis).items() if path not in texts}
    others = read_call_sites(elsewhere, routed={}, protocols=protocols, plain=plain, members=members)
    return merged(sites, _declared_only(others, apis))


def _elsewhere(stack: Stack, apis: _Apis) -> dict[str, str]:
    """The rest of the stack's code, its own providers above all, as far as it may call a provider.

    Only those of APIs without a router can be reached from there: of the others everybody holds the router.
    """
    names = {name for api in apis.plain_protocols().values() for name in _methods(apis, api)}
    if not names:
        return {}
    wanted = re.compile(rf"{_HANDED}|\.(?:{'|'.join(sorted(map(re.escape, names)))})\(")
    package = stack.core.parent
    paths = (p for p in sorted(package.rglob("*.py")) if not _NO_CALLERS & {*p.relative_to(package).parts})
    texts = {_shown(path, stack.root): _text(path) for path in paths}
    return {path: text for path, text in texts.items() if wanted.search(text)}


def _declared_only(sites: CallSites, apis: _Apis) -> CallSites:
    """The calls of methods that a protocol declares: far from the routing layer a name may mean anything."""
    calls = {
        api: {name: found for name, found in methods.items() if name in _methods(apis, api)}
        for api, methods in sites.calls.items()
    }
    return CallSites(calls)


def _methods(apis: _Apis, api: str) -> frozenset[str]:
    cls = apis.public.get(api)
    return frozenset(read_protocol(cls).methods if cls else ())


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _calls(
    api: str, apis: _Apis, sites: CallSites, routes: Mapping[str, Path]
) -> dict[str, tuple[StackCall, ...]]:
    """The calls on an API's providers, those of the server included.

    A server without route modules calls what a route names: every marked method of the protocol.
    """
    calls = dict(sites.calls.get(api, {}))
    cls = apis.public.get(api)
    if apis.role(api) is not Role.PLAIN or api in routes or cls is None:
        return calls
    served = [
        call for call in sites.dynamic.get(api, ()) if call.location and f"/{_SERVER}/" in call.location.path
    ]
    for name in _marked(cls):
        calls[name] = (*calls.get(name, ()), *(replace(call, method=name) for call in served))
    return calls


def _marked(cls: type) -> Iterable[str]:
    for name in read_protocol(cls).methods:
        if any(hasattr(getattr(cls, name, None), marker) for marker in _MARKERS):
            yield name


def _model(cls: type | None) -> ProtocolModel | None:
    return None if cls is None else read_protocol(cls)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
