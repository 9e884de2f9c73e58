"""What a run config amounts to, and each mistake that it can hold."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from provider_conformance.stack.errors import (
    ApiLeftOutError,
    DependencyCycleError,
    DuplicateProviderIdError,
    MissingDependencyError,
    NothingProvidesApiError,
    ProviderNotAllowedError,
    StackError,
    UnknownApiError,
    UnknownProviderTypeError,
)
from provider_conformance.stack.plan import Plan, ProviderNode, RouterNode, TableNode, make_plan
from provider_conformance.stack.specs import Api
from support.workshop import Workshop, run_config


def order_of(plan: Plan) -> list[str]:
    return [str(node) for node in plan.order]


def test_a_routed_api_gets_a_router_over_a_routing_table_over_its_providers(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "a")
    plan = make_plan(run_config({"inference": ["a"]}), workshop.registry)
    assert plan.dependencies[RouterNode(Api.inference)] == (TableNode(Api.models),)
    assert plan.dependencies[TableNode(Api.models)] == (ProviderNode(Api.inference, "a"),)
    assert plan.served == (Api.models, Api.inference, Api.inspect)


def test_a_dependency_on_a_routed_api_is_one_on_its_router(workshop: Workshop) -> None:
    workshop.provider(Api.agents, "agent", needs=[Api.safety, Api.models])
    workshop.provider(Api.safety, "s")
    workshop.provider(Api.inference, "i")
    config = run_config({"agents": ["agent"], "safety": ["s"], "inference": ["i"]})
    plan = make_plan(config, workshop.registry)
    needed = plan.dependencies[ProviderNode(Api.agents, "agent")]
    assert needed == (RouterNode(Api.safety), TableNode(Api.models))


def test_only_the_provider_that_declares_a_dependency_waits_for_it(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "free")
    workshop.provider(Api.inference, "bound", needs=[Api.telemetry])
    workshop.provider(Api.telemetry, "t")
    config = run_config({"inference": ["free", "bound"], "telemetry": ["t"]})
    plan = make_plan(config, workshop.registry)
    assert plan.dependencies[ProviderNode(Api.inference, "free")] == ()
    assert plan.dependencies[ProviderNode(Api.inference, "bound")] == (ProviderNode(Api.telemetry, "t"),)


def test_providers_keep_the_order_of_the_run_config_where_they_are_free(workshop: Workshop) -> None:
    for api, name in ((Api.telemetry, "t"), (Api.safety, "s"), (Api.inference, "i")):
        workshop.provider(api, name)
    config = run_config({"telemetry": ["t"], "inference": ["i"], "safety": ["s"]})
    plan = make_plan(config, workshop.registry)
    assert [node.provider_id for node in plan.order if isinstance(node, ProviderNode)] == ["t", "i", "s"]


def test_an_optional_dependency_is_waited_for_where_it_is_there(workshop: Workshop) -> None:
    workshop.provider(Api.agents, "agent", optional=[Api.telemetry, Api.memory])
    workshop.provider(Api.telemetry, "t")
    plan = make_plan(run_config({"agents": ["agent"], "telemetry": ["t"]}), workshop.registry)
    assert plan.dependencies[ProviderNode(Api.agents, "agent")] == (ProviderNode(Api.telemetry, "t"),)


def test_apis_leave_out_what_is_not_served(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t")
    workshop.provider(Api.inference, "i")
    plan = make_plan(
        run_config({"telemetry": ["t"], "inference": ["i"]}, apis=["telemetry"]), workshop.registry
    )
    assert order_of(plan) == ["telemetry provider `t`", "inspect"]


def test_a_routing_table_can_be_served_without_its_router(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "i")
    plan = make_plan(run_config({"inference": ["i"]}, apis=["models"]), workshop.registry)
    assert order_of(plan) == ["inference provider `i`", "routing table of models", "inspect"]


def test_no_router_is_made_over_no_provider(workshop: Workshop) -> None:
    plan = make_plan(run_config({"inference": []}), workshop.registry)
    assert order_of(plan) == ["inspect"]


def test_several_providers_of_an_api_without_a_router_all_start_and_the_last_one_answers(
    workshop: Workshop,
) -> None:
    workshop.provider(Api.telemetry, "t")
    plan = make_plan(run_config({"telemetry": ["t@first", "t@second"]}), workshop.registry)
    assert order_of(plan)[:2] == ["telemetry provider `first`", "telemetry provider `second`"]
    assert plan.answering(Api.telemetry) == ProviderNode(Api.telemetry, "second")


def test_the_levels_say_what_may_start_together(workshop: Workshop) -> None:
    workshop.provider(Api.telemetry, "t", needs=[Api.inference])
    workshop.provider(Api.inference, "i")
    plan = make_plan(run_config({"telemetry": ["t"], "inference": ["i@a", "i@b"]}), workshop.registry)
    assert [[str(node) for node in level] for level in plan.levels()] == [
        ["inference provider `a`", "inference provider `b`", "inspect"],
        ["routing table of models"],
        ["router of inference"],
        ["telemetry provider `t`"],
    ]


def test_an_unknown_api_is_told_along_with_near_ones() -> None:
    with pytest.raises(UnknownApiError, match=r"no API `inferense`. Did you mean `inference`") as caught:
        make_plan(run_config({"inferense": []}), Workshop().registry)
    assert caught.value.api == "inferense"


def test_an_unknown_api_in_apis_is_told() -> None:
    with pytest.raises(UnknownApiError, match=r"^apis: there is no API `agnets`"):
        make_plan(run_config({}, apis=["agnets"]), Workshop().registry)


def test_an_unknown_provider_type_is_told_along_with_near_ones(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "remote::ollama")
    with pytest.raises(UnknownProviderTypeError, match=r"Did you mean `remote::ollama`") as caught:
        make_plan(run_config({"inference": ["remote::olama@o"]}), workshop.registry)
    assert caught.value.near[0] == "remote::ollama"


def test_a_provider_type_of_another_api_is_told_to_be_one(workshop: Workshop) -> None:
    workshop.provider(Api.safety, "guard")
    with pytest.raises(UnknownProviderTypeError, match=r"`guard` is a provider of `safety`"):
        make_plan(run_config({"inference": ["guard"]}), workshop.registry)


@pytest.mark.parametrize(
    ("api", "instead"), [("models", "inference"), ("shields", "safety"), ("memory_banks", "memory")]
)
def test_a_provider_for_a_routing_table_is_not_allowed(api: str, instead: str) -> None:
    with pytest.raises(ProviderNotAllowedError, match=f"`{api}` itself.*configure providers for `{instead}`"):
        make_plan(run_config({api: ["remote"]}), Workshop().registry)


def test_a_provider_for_inspect_is_not_allowed() -> None:
    with pytest.raises(ProviderNotAllowedError, match=r"takes no provider for it$"):
        make_plan(run_config({"inspect": ["remote"]}), Workshop().registry)


def test_a_provider_id_given_twice_is_told_with_both_types(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "a")
    workshop.provider(Api.inference, "b")
    with pytest.raises(DuplicateProviderIdError, match=r"`x` is given to 2 providers \(a, b\)") as caught:
        make_plan(run_config({"inference": ["a@x", "b@x"]}), workshop.registry)
    assert caught.value.provider_id == "x"


def test_a_provider_id_may_be_used_once_in_each_api(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "a")
    workshop.provider(Api.safety, "b")
    plan = make_plan(run_config({"inference": ["a@x"], "safety": ["b@x"]}), workshop.registry)
    assert len(plan.providers) == 2


def test_a_missing_dependency_is_told_with_all_who_need_it(workshop: Workshop) -> None:
    workshop.provider(Api.agents, "agent", needs=[Api.memory])
    workshop.provider(Api.telemetry, "t", needs=[Api.memory])
    with pytest.raises(MissingDependencyError, match=r"add one under `providers.memory`") as caught:
        make_plan(run_config({"agents": ["agent"], "telemetry": ["t"]}), workshop.registry)
    assert caught.value.needed_by == ("agents provider `agent`", "telemetry provider `t`")


def test_a_missing_routing_table_is_told_to_come_with_providers_of_its_routed_api(workshop: Workshop) -> None:
    workshop.provider(Api.agents, "agent", needs=[Api.models])
    with pytest.raises(MissingDependencyError, match=r"needs the API `models`.*`providers.inference`"):
        make_plan(run_config({"agents": ["agent"]}), workshop.registry)


def test_a_needed_api_left_out_of_apis_is_told(workshop: Workshop) -> None:
    workshop.provider(Api.agents, "agent", needs=[Api.inference])
    workshop.provider(Api.inference, "i")
    config = run_config({"agents": ["agent"], "inference": ["i"]}, apis=["agents"])
    with pytest.raises(ApiLeftOutError, match=r"add `inference` to it") as caught:
        make_plan(config, workshop.registry)
    assert caught.value.needed_by == ("agents provider `agent`",)


@pytest.mark.parametrize(("api", "configure"), [("safety", "safety"), ("shields", "safety")])
def test_an_api_in_apis_that_nothing_provides_is_told(api: str, configure: str) -> None:
    with pytest.raises(NothingProvidesApiError, match=f"nothing provides `{api}`") as caught:
        make_plan(run_config({}, apis=[api]), Workshop().registry)
    assert caught.value.configure == configure


def test_an_empty_list_of_providers_provides_nothing() -> None:
    with pytest.raises(NothingProvidesApiError):
        make_plan(run_config({"inference": []}, apis=["inference"]), Workshop().registry)


def test_a_cycle_is_told_whole_also_through_routers_and_routing_tables(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "i", needs=[Api.safety])
    workshop.provider(Api.safety, "s", needs=[Api.inference])
    with pytest.raises(DependencyCycleError) as caught:
        make_plan(run_config({"inference": ["i"], "safety": ["s"]}), workshop.registry)
    assert caught.value.path == (
        "inference provider `i`",
        "router of safety",
        "routing table of shields",
        "safety provider `s`",
        "router of inference",
        "routing table of models",
        "inference provider `i`",
    )


@pytest.mark.parametrize("api", [Api.telemetry, Api.inference])
def test_a_provider_that_needs_its_own_api_is_a_cycle(workshop: Workshop, api: Api) -> None:
    workshop.provider(api, "self", needs=[api])
    with pytest.raises(DependencyCycleError, match=r"provider `self` -> .*provider `self`"):
        make_plan(run_config({api.value: ["self"]}), workshop.registry)


def test_one_provider_of_a_routed_api_may_not_need_that_api_through_another(workshop: Workshop) -> None:
    workshop.provider(Api.inference, "plain")
    workshop.provider(Api.inference, "wrapper", needs=[Api.models])
    with pytest.raises(DependencyCycleError):
        make_plan(run_config({"inference": ["plain", "wrapper"]}), workshop.registry)


def test_the_specs_are_left_as_they_were(workshop: Workshop) -> None:
    spec = workshop.provider(Api.agents, "agent", needs=[Api.telemetry])
    workshop.provider(Api.telemetry, "t")
    before = spec.model_dump()
    make_plan(run_config({"agents": ["agent"], "telemetry": ["t"]}), workshop.registry)
    assert spec.model_dump() == before
    assert not vars(spec).keys() - type(spec).model_fields.keys()


def test_every_mistake_is_a_stack_error() -> None:
    mistakes = (
        ApiLeftOutError,
        DependencyCycleError,
        DuplicateProviderIdError,
        MissingDependencyError,
        NothingProvidesApiError,
        ProviderNotAllowedError,
        UnknownApiError,
        UnknownProviderTypeError,
    )
    assert all(issubclass(mistake, StackError) for mistake in mistakes)


PRINT_ORDER = """
from provider_conformance.stack.plan import make_plan
from provider_conformance.stack.specs import Api
from support.workshop import Workshop, run_config
workshop = Workshop()
workshop.provider(Api.agents, "a", needs=[Api.inference, Api.safety, Api.memory, Api.telemetry])
workshop.provider(Api.safety, "s", needs=[Api.inference, Api.telemetry, Api.memory])
for api in (Api.inference, Api.memory, Api.telemetry):
    workshop.provider(api, "p")
others = {"memory": ["p"], "inference": ["p"], "telemetry": ["p"]}
config = run_config({"agents": ["a"], "safety": ["s"], **others})
print(*make_plan(config, workshop.registry).order, sep="\\n")
"""


def test_the_order_is_the_same_under_every_hash_seed() -> None:
    def printed(seed: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", PRINT_ORDER],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout

    assert len({printed(seed) for seed in range(4)}) == 1
