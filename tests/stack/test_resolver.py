"""Starting and stopping: what gets which dependencies, in which order, and what happens on failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.stack import resolver
from provider_conformance.stack.apis.models import ModelDefWithProvider
from provider_conformance.stack.errors import (
    ProviderConfigError,
    ProviderLoadError,
    ProviderStartError,
    ShutdownError,
)
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.run_config import StackRunConfig
from provider_conformance.stack.specs import Api
from provider_conformance.stack.store import InMemoryStore
from support.workshop import BASES, Behaviour, Settings, Workshop, resolved, run, run_config


def starts(workshop: Workshop) -> list[str]:
    return [event.removeprefix("start ") for event in workshop.events if event.startswith("start ")]


def stops(workshop: Workshop) -> list[str]:
    return [event.removeprefix("stop ") for event in workshop.events if event.startswith("stop ")]


def chain(workshop: Workshop) -> StackRunConfig:
    """Agents needs safety, safety needs inference; declared in that order."""
    workshop.provider(Api.agents, "agent", needs=[Api.safety])
    workshop.provider(Api.safety, "shield", needs=[Api.inference])
    workshop.provider(Api.inference, "model")
    return run_config({"agents": ["agent"], "safety": ["shield"], "inference": ["model"]})


@pytest.mark.parametrize("concurrent", [True, False])
def test_providers_start_after_what_they_need_and_stop_before_it(
    workshop: Workshop, concurrent: bool
) -> None:
    resolved(workshop, chain(workshop), concurrent=concurrent)
    assert starts(workshop) == ["model", "shield", "agent"]
    assert stops(workshop) == ["agent", "shield", "model"]


def test_the_deps_are_exactly_what_is_declared_and_there(workshop: Workshop) -> None:
    workshop.provider(
        Api.agents, "agent", needs=[Api.inference, Api.models], optional=[Api.memory, Api.safety]
    )
    workshop.provider(Api.inference, "model")
    workshop.provider(Api.safety, "shield")
    workshop.provider(Api.telemetry, "t")
    config = run_config(
        {"agents": ["agent"], "inference": ["model"], "safety": ["shield"], "telemetry": ["t"]}
    )
    stack = resolved(workshop, config)
    received = workshop.received["agent"]
    assert set(received) == {Api.inference, Api.models, Api.safety}
    assert all(received[api] is stack.impls[api] for api in received)


def test_a_provider_without_dependencies_gets_none(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")
    resolved(workshop, run_config({"telemetry": ["t"]}))
    assert workshop.received["t"] == {}


def test_the_impls_are_routers_tables_the_plain_providers_and_inspect(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "model")
    workshop.provider(Api.telemetry, "t")
    stack = resolved(workshop, run_config({"inference": ["model"], "telemetry": ["t"]}))
    names = {api.value: type(impl).__name__ for api, impl in stack.impls.items()}
    assert names == {
        "models": "ModelsRoutingTable",
        "inference": "InferenceRouter",
        "telemetry": "Made",
        "inspect": "InspectImpl",
    }


def test_every_provider_is_built_once_with_its_own_settings(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "model")
    providers = [
        {"provider_id": name, "provider_type": "model", "config": {"level": level}}
        for level, name in enumerate(["x", "y", "z"])
    ]
    stack = resolved(workshop, run_config({"inference": providers}))
    built = stack.providers[Api.inference]
    assert starts(workshop) == ["model"] * 3
    assert {name: impl.__provider_config__.level for name, impl in built.items()} == {"x": 0, "y": 1, "z": 2}
    assert len({id(impl) for impl in built.values()}) == 3


def test_the_stack_tells_a_provider_who_it_is(workshop: Workshop) -> None:
    spec = workshop.provider(Api.telemetry, "t")
    stack = resolved(workshop, run_config({"telemetry": ["t@mine"]}))
    provider = stack.impls[Api.telemetry]
    assert provider.__provider_id__ == "mine"
    assert provider.__provider_spec__ == spec
    assert provider.__provider_config__ == Settings()


def test_the_last_of_several_providers_of_an_api_without_a_router_answers(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")
    stack = resolved(workshop, run_config({"telemetry": ["t@first", "t@second"]}))
    assert stack.impls[Api.telemetry].__provider_id__ == "second"
    assert list(stack.providers[Api.telemetry]) == ["first", "second"]


def test_a_second_shutdown_does_nothing(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")

    async def twice() -> None:
        async with await resolve(run_config({"telemetry": ["t"]}), workshop.registry) as stack:
            await stack.shutdown()

    run(twice())
    assert stops(workshop) == ["t"]


def test_a_stack_can_be_resolved_again_after_it_was_shut_down(workshop: Workshop) -> None:
    config = chain(workshop)
    resolved(workshop, config)
    first = list(workshop.events)
    workshop.events.clear()
    resolved(workshop, config)
    assert workshop.events == first


def test_a_provider_that_cannot_be_shut_down_does_not_keep_the_others_from_it(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")
    workshop.provider(Api.agents, "agent", behaviour=Behaviour(stop_fails=OSError("disk is full")))
    with pytest.raises(ShutdownError, match="agents provider `agent`: OSError: disk is full"):
        resolved(workshop, run_config({"telemetry": ["t"], "agents": ["agent"]}))
    assert stops(workshop) == ["agent", "t"]


def test_a_provider_without_a_shutdown_needs_none(workshop: Workshop) -> None:
    async def factory(_config: Any, _deps: Any) -> Any:
        return BASES[Api.telemetry]()

    workshop.provider(Api.telemetry, "t", factory=factory)
    resolved(workshop, run_config({"telemetry": ["t"]}))


# The store of registrations


class Closing(InMemoryStore):
    """Says whether it was closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("behaviour", [Behaviour(), Behaviour(listing_fails=OSError())])
def test_the_stacks_own_store_is_closed_with_it(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    store = Closing()
    monkeypatch.setattr(resolver, "open_store", lambda _config: store)
    workshop.provider(Api.inference, "i", behaviour=behaviour)
    resolved(workshop, run_config({"inference": ["i"]}))
    assert store.closed


def test_the_stacks_own_store_is_closed_when_a_provider_fails_to_start(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Closing()
    monkeypatch.setattr(resolver, "open_store", lambda _config: store)
    workshop.provider(Api.inference, "i", behaviour=fails(OSError("broken")))
    with pytest.raises(ProviderStartError):
        resolved(workshop, run_config({"inference": ["i"]}))
    assert store.closed


def test_a_store_that_is_given_stays_open(workshop: Workshop) -> None:
    store = Closing()
    workshop.provider(Api.inference, "i")
    resolved(workshop, run_config({"inference": ["i"]}), store=store)
    assert not store.closed


def test_registrations_survive_a_restart_with_the_file_that_the_run_config_names(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.provider(Api.inference, "i")
    kept = {"type": "sqlite", "db_path": str(tmp_path / "registry.db")}
    config = run_config({"inference": ["i"]}, metadata_store=kept)
    model = ModelDefWithProvider(identifier="new", llama_model="core", provider_id="i")

    async def register() -> None:
        async with await resolve(config, workshop.registry) as stack:
            await stack.impls[Api.models].register_model(model)

    async def listed() -> Any:
        async with await resolve(config, workshop.registry) as stack:
            return await stack.impls[Api.models].list_models()

    run(register())
    assert run(listed()) == [model]


# Concurrency


def test_independent_providers_start_at_the_same_time(workshop: Workshop) -> None:
    barrier = asyncio.Barrier(3)

    async def meet() -> None:
        await barrier.wait()

    for api in (Api.telemetry, Api.inference, Api.memory):
        workshop.provider(api, api.value, behaviour=Behaviour(start=meet))
    resolved(
        workshop, run_config({"telemetry": ["telemetry"], "inference": ["inference"], "memory": ["memory"]})
    )
    assert len(starts(workshop)) == 3


def test_a_slow_provider_holds_up_only_those_that_need_it(workshop: Workshop) -> None:
    deep_down = asyncio.Event()

    async def reached() -> None:
        deep_down.set()

    workshop.provider(Api.telemetry, "slow", behaviour=Behaviour(start=deep_down.wait))
    workshop.provider(Api.inference, "quick")
    workshop.provider(Api.agents, "above", needs=[Api.inference], behaviour=Behaviour(start=reached))
    resolved(workshop, run_config({"telemetry": ["slow"], "inference": ["quick"], "agents": ["above"]}))
    assert workshop.events.index("started above") < workshop.events.index("started slow")


def test_the_switch_starts_one_after_the_other(workshop: Workshop) -> None:
    async def pause() -> None:
        await asyncio.sleep(0)

    for api in (Api.telemetry, Api.agents):
        workshop.provider(api, api.value, behaviour=Behaviour(start=pause))
    config = run_config({"telemetry": ["telemetry"], "agents": ["agents"]})
    resolved(workshop, config, concurrent=False)
    begun = [event for event in workshop.events if event.startswith("start")]
    assert begun == ["start telemetry", "started telemetry", "start agents", "started agents"]


# Failures


def fails(error: BaseException) -> Behaviour:
    async def start() -> None:
        raise error

    return Behaviour(start=start)


@pytest.mark.parametrize("concurrent", [True, False])
@pytest.mark.parametrize("error", [OSError("no backend at port 1"), SystemExit(3)], ids=["raises", "exits"])
def test_when_a_provider_fails_those_started_are_shut_down_in_reverse_order(
    workshop: Workshop, concurrent: bool, error: BaseException
) -> None:
    workshop.provider(Api.agents, "agent", needs=[Api.safety], behaviour=fails(error))
    workshop.provider(Api.safety, "shield", needs=[Api.inference])
    workshop.provider(Api.inference, "model")
    config = run_config({"agents": ["agent@mine"], "safety": ["shield"], "inference": ["model"]})
    with pytest.raises(ProviderStartError) as caught:
        resolved(workshop, config, concurrent=concurrent)
    assert stops(workshop) == ["shield", "model"]
    assert caught.value.__cause__ is error
    assert str(caught.value) == (
        f"the provider `mine` (agent) of `agents` failed to start: {type(error).__name__}: {error}"
    )


def test_what_is_starting_when_another_fails_is_cancelled_and_not_shut_down(workshop: Workshop) -> None:
    slow_has_begun = asyncio.Event()

    async def endless() -> None:
        slow_has_begun.set()
        await asyncio.Event().wait()

    async def fail_later() -> None:
        await slow_has_begun.wait()
        raise OSError("broken")

    workshop.provider(Api.telemetry, "slow", behaviour=Behaviour(start=endless))
    workshop.provider(Api.agents, "broken", behaviour=Behaviour(start=fail_later))
    with pytest.raises(ProviderStartError, match="broken"):
        resolved(workshop, run_config({"telemetry": ["slow"], "agents": ["broken"]}))
    assert stops(workshop) == []


def test_of_several_failures_the_first_in_order_is_raised_with_a_note_on_the_others(
    workshop: Workshop,
) -> None:
    barrier = asyncio.Barrier(2)

    async def fail_together() -> None:
        await barrier.wait()
        raise OSError("broken")

    for api in (Api.telemetry, Api.agents):
        workshop.provider(api, api.value, behaviour=Behaviour(start=fail_together))
    with pytest.raises(ProviderStartError) as caught:
        resolved(workshop, run_config({"telemetry": ["telemetry"], "agents": ["agents"]}))
    assert caught.value.api == "telemetry"
    assert "`agents`" in caught.value.__notes__[0]


def test_a_shutdown_that_fails_after_a_failed_start_is_a_note(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "model", behaviour=Behaviour(stop_fails=OSError("stuck")))
    workshop.provider(Api.agents, "agent", needs=[Api.inference], behaviour=fails(OSError("broken")))
    with pytest.raises(ProviderStartError, match="broken") as caught:
        resolved(workshop, run_config({"agents": ["agent"], "inference": ["model"]}))
    assert caught.value.__notes__ == ["and inference provider `model` could not be shut down: OSError: stuck"]


def test_when_starting_is_cancelled_those_started_are_shut_down(workshop: Workshop) -> None:
    begun = asyncio.Event()

    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    workshop.provider(Api.inference, "model")
    workshop.provider(Api.agents, "agent", needs=[Api.inference], behaviour=Behaviour(start=endless))
    config = run_config({"agents": ["agent"], "inference": ["model"]})

    async def cancel() -> None:
        task = asyncio.create_task(resolve(config, workshop.registry))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel())
    assert stops(workshop) == ["model"]


async def returns_none(_config: Any, _deps: Any) -> None:
    return None


def is_plain(_config: Any, _deps: Any) -> Any:
    return BASES[Api.telemetry]()


async def has_slots(_config: Any, _deps: Any) -> Any:
    class Slotted:
        __slots__ = ()

    return Slotted()


@pytest.mark.parametrize(
    ("factory", "told"),
    [
        (returns_none, "returned None"),
        (is_plain, "no coroutine function"),
        (has_slots, "__provider_id__"),
    ],
)
def test_a_factory_that_returns_the_wrong_thing_is_told(workshop: Workshop, factory: Any, told: str) -> None:
    workshop.provider(Api.telemetry, "t", factory=factory)
    with pytest.raises(ProviderStartError, match=told):
        resolved(workshop, run_config({"telemetry": ["t"]}))


# Loading: before anything is started


def refused(workshop: Workshop, **fields: Any) -> pytest.ExceptionInfo[Exception]:
    """What a broken provider leads to, beside a sound one that must not be started."""
    workshop.provider(Api.telemetry, "sound")
    workshop.provider(Api.agents, "broken", **fields)
    config = run_config({"telemetry": ["sound"], "agents": ["broken@mine"]})
    with pytest.raises((ProviderLoadError, ProviderConfigError)) as caught:
        resolved(workshop, config)
    assert workshop.events == []
    return caught


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"module": "there.is_none"}, "`there.is_none` cannot be imported: ModuleNotFoundError"),
        ({"module": "json"}, "`json` has no function `get_provider_impl`"),
        ({"config_class": "json.Nothing"}, "`json` has no configuration class `Nothing`"),
        ({"config_class": "Settings"}, "`Settings` is no dotted path"),
    ],
)
def test_what_cannot_be_loaded_is_told_before_anything_starts(
    workshop: Workshop, fields: Mapping[str, str], told: str
) -> None:
    caught = refused(workshop, **fields)
    assert caught.type is ProviderLoadError
    assert told in str(caught.value)
    assert "the provider `mine` (broken) of `agents`" in str(caught.value)


def test_refused_settings_are_told_with_their_place_and_without_their_values(workshop: Workshop) -> None:
    workshop.provider(Api.agents, "a")
    declared = {"provider_id": "mine", "provider_type": "a", "config": {"level": "s3cret"}}
    with pytest.raises(ProviderConfigError, match=r"providers\.agents\[mine\]\.config\.level: ") as caught:
        resolved(workshop, run_config({"agents": [declared]}))
    assert "s3cret" not in str(caught.value)


# Compliance
