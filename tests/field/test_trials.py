"""A provider on a real stack: its own resolver, its own routing tables, nothing outside a folder of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.contracts.installed import installed_contract
from provider_conformance.contracts.probe import FAMILIES, open_stack
from provider_conformance.errors import StackIncompleteError
from provider_conformance.hosts.generated import nothing
from provider_conformance.hosts.installed import InstalledHost, installed_host
from provider_conformance.hosts.installed_specs import inline_spec_class, made
from provider_conformance.hosts.model import StackSketch
from provider_conformance.hosts.registrable import named
from provider_conformance.hosts.running import FIRST, SECOND, Running
from provider_conformance.hosts.trial import Trial, Witness
from provider_conformance.neighbours.standins import stand_in
from support.answers import methods, misfits
from support.field import ENVIRONMENT, only

pytestmark = only("stack-*")

INCOMPLETE = {"stack-ls0224"}
"""The environments whose stack does not require all that it imports."""


@pytest.fixture(scope="module")
def host() -> InstalledHost:
    try:
        return installed_host()
    except StackIncompleteError as error:
        assert ENVIRONMENT in INCOMPLETE, error
        pytest.skip(str(error))


class Serving:
    """Keeps what is registered with it."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    async def keep(self, obj: Any) -> Any:
        if "refused" in obj.identifier:
            raise ValueError("I do not serve this")
        self.kept[obj.identifier] = obj
        return obj

    async def drop(self, identifier: str) -> None:
        self.kept.pop(identifier)

    async def list_models(self) -> list[Any]:
        return list(self.kept.values())

    async def should_refresh_models(self) -> bool:
        return False

    async def shutdown(self) -> None:
        return None


def serving(host: InstalledHost, api: str) -> type:
    """A provider that keeps every promise of the API's protocols, and what is registered with it."""
    contract = installed_contract(host.stack).apis[api]
    protocols = [p.live for p in (contract.public, contract.private) if p and p.live]
    private = contract.private.methods if contract.private else ()
    kept = {name: Serving.keep for name in private if name.startswith("register_")}
    dropped = {name: Serving.drop for name in private if name.startswith("unregister_")}
    return type(f"Serving_{api}", (Serving, stand_in("Base", protocols, nothing)), {**kept, **dropped})


def tried(host: InstalledHost, api: str, cls: type | None = None) -> Trial:
    cls = serving(host, api) if cls is None else cls

    async def factory(config: Any, deps: Mapping[Any, Any]) -> Any:
        return cls()

    resolver: Any = open_stack(FAMILIES[host.stack]).resolver
    spec = made(
        inline_spec_class(resolver),
        api=resolver.Api(api),
        provider_type="inline::tried",
        module="nowhere",
        config_class="nowhere.Config",
        pip_packages=[],
        api_dependencies=[],
    )
    return Trial(spec, factory, None, host)


def done(trial: Trial, work: Any, sketch: StackSketch | None = None) -> Any:
    attempt = trial.run(sketch or trial.surroundings(), work)
    if attempt.error is not None:
        raise attempt.error
    return attempt.value


def registrable(running: Running, name: str) -> Any:
    return named(running.kinds[0], name)


def test_what_is_registered_goes_through_the_stack_s_own_table(host: InstalledHost) -> None:
    async def work(running: Running) -> None:
        obj = registrable(running, "one")
        assert type(running.table).__module__.startswith(("llama_stack.", "ogx."))
        assert await running.register(obj) is None
        assert [o.identifier for o in await running.objects()] == ["one"]
        assert [o.identifier for o in await running.listed()] in (["one"], [])
        assert all(o.provider_id == FIRST for o in await running.objects())

    done(tried(host, "inference"), work)


def test_a_refusal_is_what_the_provider_raised(host: InstalledHost) -> None:
    async def work(running: Running) -> BaseException | None:
        return await running.register(registrable(running, "refused"))

    assert repr(done(tried(host, "inference"), work)) == "ValueError('I do not serve this')"


def test_what_is_unregistered_is_gone(host: InstalledHost) -> None:
    async def work(running: Running) -> list[str]:
        if not running.unregistering:
            pytest.skip("this release has no way to unregister")
        obj = registrable(running, "one")
        await running.register(obj)
        await running.unregister(obj)
        return [o.identifier for o in (*await running.objects(), *await running.listed())]

    assert done(tried(host, "inference"), work) == []


def test_every_routed_api_has_its_kinds_and_registers_them(host: InstalledHost) -> None:
    async def work(running: Running) -> str:
        obj = registrable(running, "one")
        return "" if await running.register(obj) is None else type(obj).__name__

    refused = {api: done(tried(host, api), work) for api in host.vocabulary.routed}
    assert len(refused) >= 3
    assert not any(refused.values())


def test_an_api_without_a_routing_table_is_tried_too(host: InstalledHost) -> None:
    async def work(running: Running) -> None:
        assert running.table is None
        assert running.router is running.instances[FIRST]
        assert (running.kinds, running.listing) == ((), "")

    for api in host.vocabulary.plain:
        done(tried(host, api), work)


def test_two_instances_are_two_entries_of_the_run_config(host: InstalledHost) -> None:
    async def work(running: Running) -> list[str]:
        assert await running.register(registrable(running, "one"), SECOND) is None
        return [o.provider_id for o in await running.objects()]

    trial = tried(host, "inference")
    own = trial.surroundings().providers[0]
    two = StackSketch((own, replace(own, provider_id=SECOND)))
    assert done(trial, work, two) == [SECOND]


def test_the_stack_s_own_router_calls_the_provider(host: InstalledHost) -> None:
    async def work(running: Running) -> Any:
        return running.router

    router = done(tried(host, "inference"), work)
    assert type(router).__module__.startswith(("llama_stack.", "ogx."))


def test_the_stack_writes_to_a_folder_that_is_gone_afterwards(host: InstalledHost) -> None:
    seen = Witness()
    folders: list[str] = []

    async def work(running: Running) -> None:
        folders.append(os.environ["SQLITE_STORE_DIR"])

    trial = tried(host, "inference")
    trial.run(trial.surroundings(), work, seen)
    assert len(seen.made) == 1
    assert not Path(folders[0]).exists()
    assert os.environ.get("SQLITE_STORE_DIR") != folders[0]


def test_what_stands_in_for_an_api_answers_as_its_protocols_promise(host: InstalledHost) -> None:
    contracts = installed_contract(host.stack).apis.values()
    lives = {c.name: [p.live for p in (c.public, c.private) if p and p.live] for c in contracts}
    told = {api: misfits(protocols) for api, protocols in lives.items() if protocols}
    assert sum(len(methods(protocols)) for protocols in lives.values()) > 30
    assert {api: wrong for api, wrong in told.items() if wrong} == {}


def test_a_dependency_of_any_api_is_there(host: InstalledHost) -> None:
    resolver: Any = open_stack(FAMILIES[host.stack]).resolver
    # One that no router needs: a router may depend on another API's.
    own = host.vocabulary.plain[0]
    asked: list[str] = []

    async def factory(config: Any, deps: Mapping[Any, Any]) -> Any:
        asked.extend(api.value for api in deps)
        return serving(host, own)()

    first = tried(host, own)
    needs = [resolver.Api(api) for api in sorted({*host.vocabulary.providable} - {own})]
    wanting = replace(first, factory=factory, spec=first.spec.model_copy(update={"api_dependencies": needs}))
    assert wanting.run(wanting.surroundings(), nothing).error is None
    assert set(asked) == {api.value for api in needs}
