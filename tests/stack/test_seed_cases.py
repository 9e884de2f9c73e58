"""The built-in resolver on what the resolver of 2024 gets wrong; that it does is shown in tests/field."""

from __future__ import annotations

import pytest

from provider_conformance.stack.errors import NonConformingProviderError
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.run_config import StackRunConfig
from provider_conformance.stack.specs import Api
from support.resolver_cases import CASES, DEVIATIONS, Case, passed_through
from support.workshop import BASES, Workshop, run, run_config


def built(workshop: Workshop, case: Case) -> StackRunConfig:
    for provider in case.sketch.providers:
        needs = [Api(name) for name in provider.needs]
        workshop.provider(Api(provider.api), provider.provider_type, needs=needs)
    declared = {
        api: [f"{provider.provider_type}@{provider.provider_id}" for provider in several]
        for api, several in case.sketch.by_api().items()
    }
    return run_config(declared, apis=list(case.sketch.apis or ()))


def resolved(workshop: Workshop, config: StackRunConfig) -> None:
    async def start_and_stop() -> None:
        async with await resolve(config, workshop.registry):
            pass

    run(start_and_stop())


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.error])
def test_a_mistake_has_its_own_error_that_names_the_culprits(workshop: Workshop, name: str) -> None:
    case = CASES[name]
    config = built(workshop, case)
    assert case.error is not None
    with pytest.raises(case.error) as caught:
        resolved(workshop, config)
    assert all(named in str(caught.value) for named in case.names)
    assert workshop.events == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.error])
def test_what_is_in_order_starts(workshop: Workshop, name: str) -> None:
    resolved(workshop, built(workshop, CASES[name]))
    started = [event for event in workshop.events if event.startswith("started")]
    assert len(started) == len(CASES[name].sketch.providers)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_a_method_that_the_stacks_own_calls_trip_over_fails_the_load(workshop: Workshop, name: str) -> None:
    async def factory(_config: object, _deps: object) -> object:
        return type("Deviating", (BASES[Api.telemetry],), {"log_event": DEVIATIONS[name]})()

    workshop.provider(Api.telemetry, "t", factory=factory)
    with pytest.raises(NonConformingProviderError, match=r"log_event"):
        resolved(workshop, run_config({"telemetry": ["t"]}))


def test_a_method_that_passes_everything_through_is_accepted(workshop: Workshop) -> None:
    async def factory(_config: object, _deps: object) -> object:
        return type("Passing", (BASES[Api.telemetry],), {"log_event": passed_through})()

    workshop.provider(Api.telemetry, "t", factory=factory)
    resolved(workshop, run_config({"telemetry": ["t"]}))


def test_a_provider_without_the_private_protocol_fails_the_load(workshop: Workshop) -> None:
    async def factory(_config: object, _deps: object) -> object:
        lacking = {"list_models": None, "register_model": None}
        return type("Lacking", (BASES[Api.inference],), lacking)()

    workshop.provider(Api.inference, "i", factory=factory)
    with pytest.raises(NonConformingProviderError) as caught:
        resolved(workshop, run_config({"inference": ["i"]}))
    assert len(caught.value.problems) == 2
