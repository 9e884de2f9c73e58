"""What rules see of the built-in stack while a provider runs in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.hosts.trial import Trial
from provider_conformance.stack.apis.shields import ShieldDef, ShieldType
from provider_conformance.stack.specs import Api, InlineProviderSpec


class Shields:
    def __init__(self) -> None:
        self.shields: dict[str, Any] = {}

    async def list_shields(self) -> list[Any]:
        return list(self.shields.values())

    async def register_shield(self, shield: Any) -> None:
        if "/" in shield.identifier:
            raise ValueError("no slashes")
        self.shields[shield.identifier] = shield

    async def run_shield(self, shield_type: str, messages: list[Any], params: Any = None) -> Any:
        return None


async def shields(config: object, deps: Mapping[Any, Any]) -> Shields:
    return Shields()


class Telemetry:
    async def log_event(self, event: Any) -> None:
        return None

    async def get_trace(self, trace_id: str) -> Any:
        return None


async def telemetry(config: object, deps: Mapping[Any, Any]) -> Telemetry:
    return Telemetry()


def trial(api: Api, factory: Any) -> Trial:
    spec = InlineProviderSpec(api=api, provider_type="inline::one", module="nowhere", config_class="")
    return Trial(spec, factory, None)


def done(tried: Trial, work: Any) -> Any:
    attempt = tried.run(tried.surroundings(), work)
    assert attempt.error is None
    return attempt.value


def test_objects_are_registered_and_listed_through_the_table() -> None:
    async def work(running: Running) -> None:
        shield = ShieldDef(identifier="s", type=ShieldType.generic_content_shield)
        assert running.listing == "list_shields"
        assert await running.register(shield) is None
        assert [obj.identifier for obj in await running.listed()] == ["s"]
        assert [(obj.identifier, obj.provider_id) for obj in await running.objects()] == [("s", FIRST)]
        assert all(isinstance(obj, running.kinds) for obj in await running.objects())
        assert running.problems() == ()

    done(trial(Api.safety, shields), work)


def test_a_refusal_is_what_the_provider_raised() -> None:
    async def work(running: Running) -> BaseException | None:
        return await running.register(ShieldDef(identifier="a/b", type=ShieldType.generic_content_shield))

    assert repr(done(trial(Api.safety, shields), work)) == "ValueError('no slashes')"


def test_nothing_is_unregistered_in_this_stack() -> None:
    async def work(running: Running) -> None:
        assert not running.unregistering
        with pytest.raises(NotImplementedError):
            await running.unregister(ShieldDef(identifier="a", type=ShieldType.generic_content_shield))

    done(trial(Api.safety, shields), work)


def test_an_api_without_a_routing_table_is_answered_by_its_provider() -> None:
    async def work(running: Running) -> None:
        assert running.table is None
        assert running.router is running.instances[FIRST]
        assert (running.kinds, running.listing, running.problems()) == ((), "", ())

    done(trial(Api.telemetry, telemetry), work)
