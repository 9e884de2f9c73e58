"""What a running stack tells about itself."""

from __future__ import annotations

from typing import Any

from provider_conformance import check_protocol
from provider_conformance.stack.apis.inspect import Inspect
from provider_conformance.stack.inspect import InspectImpl, StackHealth
from provider_conformance.stack.resolver import resolve
from provider_conformance.stack.run_config import StackRunConfig
from provider_conformance.stack.specs import Api
from support.workshop import Behaviour, Workshop, run, run_config


def asked(workshop: Workshop, config: StackRunConfig, question: str) -> Any:
    async def ask() -> Any:
        async with await resolve(config, workshop.registry) as stack:
            return await getattr(stack.impls[Api.inspect], question)()

    return run(ask())


def test_the_providers_are_listed_by_api(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "i")
    workshop.provider(Api.telemetry, "t")
    listed = asked(workshop, run_config({"inference": ["i@a", "i@b"], "telemetry": ["t"]}), "list_providers")
    assert {api: [(p.provider_id, p.provider_type) for p in several] for api, several in listed.items()} == {
        "inference": [("a", "i"), ("b", "i")],
        "telemetry": [("t", "t")],
    }


def test_a_failed_listing_is_told_with_its_provider_and_in_the_health(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "i", behaviour=Behaviour(listing_fails=OSError("no backend")))
    workshop.provider(Api.inference, "sound")
    config = run_config({"inference": ["i", "sound"]})
    broken, sound = asked(workshop, config, "list_providers")["inference"]
    assert (broken.status, broken.problems) == ("Degraded", ["its listing failed: OSError: no backend"])
    assert (sound.status, sound.problems) == ("OK", [])
    assert asked(workshop, config, "health") == StackHealth(
        status="Degraded", problems=["models: i: its listing failed: OSError: no backend"]
    )


def test_a_provider_that_another_one_stands_before_is_told(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")
    config = run_config({"telemetry": ["t@first", "t@second"]})
    first, second = asked(workshop, config, "list_providers")["telemetry"]
    assert first.problems == ["not called: telemetry provider `second` answers for the API"]
    assert (first.status, second.problems) == ("OK", [])


def test_all_is_well_where_nothing_is_wrong(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "i")
    assert asked(workshop, run_config({"inference": ["i"]}), "health") == StackHealth(status="OK")


def test_the_routes_of_served_apis_are_listed_with_the_types_behind_them(workshop: Workshop) -> None:
    workshop.provider(Api.safety, "s")
    workshop.provider(Api.telemetry, "t")
    config = run_config({"safety": ["s"], "telemetry": ["t"]}, apis=["safety"])
    routes = asked(workshop, config, "list_routes")
    assert set(routes) == {"safety", "shields", "inspect"}
    (route,) = routes["safety"]
    assert (route.method, route.route, route.provider_types) == ("POST", "/safety/run_shield", ["s"])
    assert [(r.method, r.route, r.provider_types) for r in routes["shields"]] == [
        ("GET", "/shields/list", ["s"]),
        ("GET", "/shields/get", ["s"]),
        ("POST", "/shields/register", ["s"]),
    ]


def test_inspect_conforms_to_its_own_protocol() -> None:
    assert check_protocol(InspectImpl, Inspect, calls="both") == []
