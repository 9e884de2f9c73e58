"""What two releases demand beside methods: APIs, members, spec classes, factories, the loader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from provider_conformance.contracts.model import ApiContract, Contract, Factory
from provider_conformance.protocols.model import ProtocolAttribute, ProtocolModel
from provider_conformance.releases.changes.model import Change, Kind, Side


def stackwide_changes(old: Contract, new: Contract) -> Iterator[Change]:
    """All changes of two contracts but those of methods and calls."""
    yield from _apis(old, new)
    yield from _specs(old, new)
    yield from _factories(old.factories, new.factories)
    for name in _gone(old.attributes, new.attributes):
        yield Change(Kind.ATTRIBUTE_REMOVED, name=name, before=name)
    for name in _gone(new.attributes, old.attributes):
        yield Change(Kind.ATTRIBUTE_ADDED, name=name, after=name)
    if old.refuses_cycles != new.refuses_cycles:
        name = "providers that depend on one another"
        yield Change(
            Kind.LOADER_CHANGED,
            name=name,
            before=_CYCLES[old.refuses_cycles],
            after=_CYCLES[new.refuses_cycles],
        )


_CYCLES: Final = {True: "refused", False: "started in some order"}


def _gone(some: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    known = {*others}
    return (name for name in some if name not in known)


# -- APIs --------------------------------------------------------------------------------------


def _apis(old: Contract, new: Contract) -> Iterator[Change]:
    for name in _gone(old.apis, new.apis):
        yield Change(Kind.API_REMOVED, name, before=described(old.apis[name]))
    for name in _gone(new.apis, old.apis):
        yield Change(Kind.API_ADDED, name, after=described(new.apis[name]))
    for name, api in new.apis.items():
        if name in old.apis:
            yield from _api(old.apis[name], api)


def described(api: ApiContract) -> str:
    """Who serves an API, and by which routing table: "routed by models"."""
    if not api.providable:
        return "served by the stack itself"
    return f"served by providers, routed by {api.routed_by}" if api.routed_by else "served by providers"


def _api(old: ApiContract, new: ApiContract) -> Iterator[Change]:
    if described(old) != described(new):
        yield Change(Kind.API_CHANGED, new.name, before=described(old), after=described(new))
    for name in _gone(old.injected, new.injected):
        yield Change(Kind.INJECTED_REMOVED, new.name, name=name, before=name)
    for name in _gone(new.injected, old.injected):
        yield Change(Kind.INJECTED_ADDED, new.name, name=name, after=name)
    yield from _protocol(new.name, Side.PUBLIC, old.public, new.public)
    yield from _protocol(new.name, Side.REGISTRY, old.private, new.private)


def _protocol(api: str, side: Side, old: ProtocolModel | None, new: ProtocolModel | None) -> Iterator[Change]:
    if old is None or new is None:
        if old is not None:
            yield Change(Kind.PROTOCOL_REMOVED, api, side, name=old.name, before=old.name)
        if new is not None:
            yield Change(Kind.PROTOCOL_ADDED, api, side, name=new.name, after=new.name)
        return
    if old.name != new.name:
        yield Change(Kind.PROTOCOL_RENAMED, api, side, name=new.name, before=old.name, after=new.name)
    for name in _gone(old.attributes, new.attributes):
        yield Change(Kind.MEMBER_REMOVED, api, side, name=name, before=_member(old.attributes[name]))
    for name, member in new.attributes.items():
        before, after = old.attributes.get(name), _member(member)
        if before is None:
            yield Change(Kind.MEMBER_ADDED, api, side, name=name, after=after)
        elif _member(before) != after:
            yield Change(Kind.MEMBER_CHANGED, api, side, name=name, before=_member(before), after=after)


def _member(member: ProtocolAttribute) -> str:
    """A data member as a reader wants it: its annotation, and who gives its value."""
    given = "set by the stack" if member.injected else "has a value" if member.has_value else "to be given"
    return f"{member.name}: {member.annotation.rpartition('.')[2] or 'Any'}, {given}"


# -- specs and factories -----------------------------------------------------------------------


def _specs(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = old.spec_fields, new.spec_fields
    for name in _gone(before, after):
        yield Change(Kind.CLASS_REMOVED, name=name, before=name)
    for name in _gone(after, before):
        yield Change(Kind.CLASS_ADDED, name=name, after=name, note=f"fields: {', '.join(after[name])}")
    for name, fields in after.items():
        for field in _gone(before.get(name, fields), fields):
            yield Change(Kind.FIELD_REMOVED, method=name, name=field, before=field)
        for field in _gone(fields, before.get(name, fields)):
            yield Change(Kind.FIELD_ADDED, method=name, name=field, after=field)


def _factories(old: Mapping[str, Factory], new: Mapping[str, Factory]) -> Iterator[Change]:
    for kind in _gone(old, new):
        yield Change(Kind.FACTORY_REMOVED, name=kind, before=_call(old[kind]))
    for kind in _gone(new, old):
        yield Change(Kind.FACTORY_ADDED, name=kind, after=_call(new[kind]))
    for kind, factory in new.items():
        before = old.get(kind, factory)
        fixed = [(one.function, one.parameters) for one in (before, factory)]
        if fixed[0] != fixed[1]:
            yield Change(Kind.FACTORY_CHANGED, name=kind, before=_call(before), after=_call(factory))
        for name in _gone(before.optional, factory.optional):
            yield Change(Kind.ARGUMENT_REMOVED, method=factory.function, name=name, before=name, note=kind)
        for name in _gone(factory.optional, before.optional):
            yield Change(Kind.ARGUMENT_ADDED, method=factory.function, name=name, after=name, note=kind)


def _call(factory: Factory) -> str:
    return f"{factory.function}({', '.join(factory.parameters)})"
