"""Who serves what: listings, registrations, look-ups, restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provider_conformance.stack.apis.memory_banks import (
    GraphMemoryBankDef,
    KeyValueMemoryBankDef,
    VectorMemoryBankDef,
)
from provider_conformance.stack.apis.models import ModelDef, ModelDefWithProvider
from provider_conformance.stack.apis.shields import ShieldDef, ShieldDefWithProvider
from provider_conformance.stack.errors import (
    NotServedError,
    RegistrationRefusedError,
    StoreError,
    UnknownProviderIdError,
)
from provider_conformance.stack.routing_tables import (
    MemoryBanksRoutingTable,
    ModelsRoutingTable,
    ShieldsRoutingTable,
)
from provider_conformance.stack.specs import Api
from provider_conformance.stack.store import InMemoryStore, StoredObject
from support.workshop import Behaviour, made, run


def model(identifier: str, **fields: Any) -> ModelDef:
    return ModelDef(identifier=identifier, llama_model="core", **fields)


def registered(identifier: str, provider_id: str = "", **fields: Any) -> ModelDefWithProvider:
    return ModelDefWithProvider(identifier=identifier, llama_model="core", provider_id=provider_id, **fields)


class Scene:
    """Inference providers behind a table."""

    def __init__(self, store: InMemoryStore | None = None, **behaviours: Behaviour) -> None:
        self.events: list[str] = []
        self.store = store or InMemoryStore()
        self.providers = {
            name: made(Api.inference, name, behaviour, self.events) for name, behaviour in behaviours.items()
        }

    async def table(self, **options: Any) -> ModelsRoutingTable:
        table = ModelsRoutingTable(self.providers, self.store, **options)
        await table.initialize()
        return table

    def calls(self, verb: str) -> list[str]:
        return [event for event in self.events if event.startswith(verb)]


def serving(*identifiers: str) -> Behaviour:
    return Behaviour(serves=[model(identifier) for identifier in identifiers])


def refusing(reason: str) -> Behaviour:
    return Behaviour(refuses=lambda _obj: reason)


def names(table: ModelsRoutingTable) -> list[tuple[str, str]]:
    return [(obj.identifier, obj.provider_id) for obj in table.list_objects()]


# Listing


def test_what_providers_list_is_served_by_them() -> None:
    scene = Scene(p=serving("a", "b"), q=serving("c"))
    table = run(scene.table())
    assert names(table) == [("a", "p"), ("b", "p"), ("c", "q")]
    assert table.get_provider_impl("c") is scene.providers["q"]


@pytest.mark.parametrize("concurrent", [True, False])
def test_the_order_is_that_of_the_run_config_whoever_answers_first(concurrent: bool) -> None:
    scene = Scene(slow=serving("a"), quick=serving("b"))
    list_quickly = scene.providers["slow"].list_models

    async def list_slowly() -> list[ModelDef]:
        await asyncio.sleep(0.01)
        listed: list[ModelDef] = await list_quickly()
        return listed

    scene.providers["slow"].list_models = list_slowly
    assert names(run(scene.table(concurrent=concurrent))) == [("a", "slow"), ("b", "quick")]


def test_a_provider_can_ask_the_table_for_its_models() -> None:
    scene = Scene(p=serving("a"))

    async def ask() -> ModelDefWithProvider | None:
        await scene.table()
        found: ModelDefWithProvider | None = await scene.providers["p"].model_store.get_model("a")
        return found

    assert run(ask()) == registered("a", "p")


def test_a_provider_whose_listing_fails_leaves_the_others_serving() -> None:
    scene = Scene(broken=Behaviour(listing_fails=OSError("no backend")), sound=serving("a"))
    table = run(scene.table())
    assert names(table) == [("a", "sound")]
    assert table.problems == {"broken": ["its listing failed: OSError: no backend"]}


def test_a_provider_that_exits_while_it_lists_leaves_the_others_serving() -> None:
    table = run(Scene(broken=Behaviour(listing_fails=SystemExit(1)), sound=serving("a")).table())
    assert names(table) == [("a", "sound")]


def test_a_provider_that_never_lists_leaves_the_others_serving() -> None:
    scene = Scene(stuck=serving(), sound=serving("a"))
    scene.providers["stuck"].list_models = asyncio.Event().wait
    table = run(scene.table(listing_timeout=0.05))
    assert names(table) == [("a", "sound")]
    assert table.problems == {"stuck": ["its listing failed: it takes too long"]}


@pytest.mark.parametrize(
    ("listing", "told"),
    [
        (None, "its listing failed: it is a NoneType, not a list"),
        (["a"], "lists a str where a model is expected"),
        ([ShieldDef(identifier="a", type="t")], "lists something that is no model: Field required"),
        ([model("a"), model("a")], "lists the model `a` more than once"),
    ],
)
def test_a_listing_that_makes_no_sense_is_a_problem_of_its_provider(listing: Any, told: str) -> None:
    scene = Scene(p=serving(), sound=serving("b"))

    async def list_models() -> Any:
        return listing

    scene.providers["p"].list_models = list_models
    table = run(scene.table())
    assert ("b", "sound") in names(table)
    assert table.problems == {"p": [told]}


def test_a_provider_that_cannot_be_given_the_table_is_a_problem_of_its_own() -> None:
    class Closed:
        __slots__ = ()

    table = ModelsRoutingTable({"closed": Closed()}, InMemoryStore())
    run(table.initialize())
    assert "model_store" in table.problems["closed"][0]


# Look-ups


def test_an_unknown_name_is_told_with_near_ones_and_who_serves_what() -> None:
    table = run(Scene(p=serving("llama-8b"), q=serving("llama-8b", "bert")).table())
    with pytest.raises(NotServedError) as caught:
        table.get_provider_impl("lama-8b")
    assert caught.value.near == ("llama-8b",)
    assert caught.value.served == {"llama-8b": ("p", "q"), "bert": ("q",)}
    assert str(caught.value) == (
        "the model `lama-8b` is not served. Did you mean `llama-8b`? "
        "Served are: `llama-8b (p, q)`, `bert (q)`."
    )


def test_the_error_names_the_providers_whose_listing_failed() -> None:
    table = run(Scene(broken=Behaviour(listing_fails=OSError())).table())
    with pytest.raises(NotServedError, match=r"Served are: none. The listing of `broken` failed"):
        table.get_provider_impl("a")


def test_of_two_providers_of_one_name_the_first_in_the_run_config_is_called() -> None:
    scene = Scene(p=serving("a"), q=serving("a"))
    table = run(scene.table())
    assert table.get_provider_impl("a") is scene.providers["p"]
    assert table.get_provider_impl("a", "q") is scene.providers["q"]
    assert names(table) == [("a", "p"), ("a", "q")]


def test_a_provider_that_does_not_serve_the_name_is_told() -> None:
    table = run(Scene(p=serving("a"), q=serving("b")).table())
    with pytest.raises(NotServedError, match=r"`a` is not served by the provider `q`"):
        table.get_provider_impl("a", "q")


def test_looking_an_unknown_model_up_finds_none() -> None:
    async def look_up() -> ModelDefWithProvider | None:
        return await (await Scene(p=serving("a")).table()).get_model("b")

    assert run(look_up()) is None


def test_what_is_handed_out_can_be_changed_without_harm() -> None:
    table = run(Scene(p=serving("a")).table())
    table.list_objects()[0].metadata["x"] = 1
    found = table.get_object_by_identifier("a")
    assert found is not None
    found.identifier = "b"
    assert table.list_objects() == [registered("a", "p")]


# Registration


async def after(scene: Scene, *objects: ModelDefWithProvider) -> ModelsRoutingTable:
    table = await scene.table()
    for obj in objects:
        await table.register_model(obj)
    return table


def test_a_registered_model_is_served_by_the_provider_that_it_names() -> None:
    scene = Scene(p=serving(), q=serving())
    table = run(after(scene, registered("new", "q")))
    assert table.get_provider_impl("new") is scene.providers["q"]
    assert scene.calls("register") == ["register q new"]


def test_the_order_of_the_run_config_counts_and_not_that_of_the_registrations() -> None:
    scene = Scene(p=serving(), q=serving("a"))
    table = run(after(scene, registered("a", "p")))
    assert table.get_provider_impl("a") is scene.providers["p"]


def test_an_empty_provider_id_means_the_only_provider() -> None:
    assert names(run(after(Scene(p=serving()), registered("new")))) == [("new", "p")]


def test_an_empty_provider_id_among_several_is_told_with_the_choices() -> None:
    with pytest.raises(UnknownProviderIdError, match=r"say by `provider_id` which .*: `p`, `q`"):
        run(after(Scene(p=serving(), q=serving()), registered("new")))


def test_an_unknown_provider_id_is_told_with_near_ones() -> None:
    with pytest.raises(UnknownProviderIdError, match=r"no provider `ollamma`. Did you mean `ollama`"):
        run(after(Scene(ollama=serving(), vllm=serving()), registered("new", "ollamma")))


def test_registering_again_changes_nothing() -> None:
    scene = Scene(p=serving("a"))
    table = run(after(scene, registered("new", "p"), registered("new", "p"), registered("a", "p")))
    assert names(table) == [("a", "p"), ("new", "p")]
    assert scene.calls("register") == ["register p new"]


def test_registering_again_with_other_fields_is_up_to_the_provider() -> None:
    scene = Scene(p=serving("a"))
    table = run(after(scene, registered("a", "p", metadata={"x": 1})))
    assert scene.calls("register") == ["register p a"]
    assert table.list_objects() == [registered("a", "p", metadata={"x": 1})]


def test_the_same_registration_at_once_reaches_the_provider_once() -> None:
    scene = Scene(p=serving())
    register_at_once = scene.providers["p"].register_model

    async def register_later(obj: Any) -> None:
        await asyncio.sleep(0)
        await register_at_once(obj)

    scene.providers["p"].register_model = register_later

    async def at_once() -> None:
        table = await scene.table()
        await asyncio.gather(*(table.register_model(registered("new", "p")) for _ in range(5)))

    run(at_once())
    assert scene.calls("register") == ["register p new"]


def test_a_slow_registration_does_not_hold_up_one_with_another_provider() -> None:
    scene = Scene(slow=serving(), quick=serving())
    quick_is_through = asyncio.Event()
    register_quickly = scene.providers["slow"].register_model

    async def register_slowly(obj: Any) -> None:
        await quick_is_through.wait()
        await register_quickly(obj)

    scene.providers["slow"].register_model = register_slowly

    async def both() -> list[tuple[str, str]]:
        table = await scene.table()
        slow = asyncio.create_task(table.register_model(registered("a", "slow")))
        await asyncio.sleep(0)
        await table.register_model(registered("b", "quick"))
        quick_is_through.set()
        await slow
        return names(table)

    assert run(both()) == [("b", "quick"), ("a", "slow")]


def test_what_a_provider_refuses_is_not_served() -> None:
    scene = Scene(p=refusing("no such weights"), q=serving())

    async def refused() -> ModelsRoutingTable:
        table = await scene.table()
        with pytest.raises(RegistrationRefusedError, match=r"`p` refuses the model `new`: .*weights"):
            await table.register_model(registered("new", "p"))
        return table

    table = run(refused())
    assert names(table) == []
    assert run(scene.store.load("models")) == []


def test_a_refusal_leaves_what_was_served_before() -> None:
    scene = Scene(p=Behaviour(serves=[model("a")], refuses=lambda _obj: "never"))

    async def refused() -> ModelsRoutingTable:
        table = await scene.table()
        with pytest.raises(RegistrationRefusedError):
            await table.register_model(registered("a", "p", metadata={"x": 1}))
        return table

    assert run(refused()).list_objects() == [registered("a", "p")]


def test_a_refusal_is_a_value_error_with_its_cause() -> None:
    with pytest.raises(ValueError, match=r"refuses") as caught:
        run(after(Scene(p=refusing("never")), registered("new", "p")))
    assert str(caught.value.__cause__) == "never"


def test_what_is_registered_is_left_as_it_was_and_apart_from_what_is_kept() -> None:
    scene = Scene(p=serving())
    obj = registered("new", metadata={"deep": []})

    async def change_it() -> list[ModelDefWithProvider]:
        table = await after(scene, obj)
        scene.providers["p"].registered[0].metadata["deep"].append(1)
        obj.metadata["deep"].append(2)
        return table.list_objects()

    assert run(change_it()) == [registered("new", "p", metadata={"deep": []})]
    assert obj.provider_id == ""


def test_what_cannot_be_kept_is_not_served() -> None:
    class Full(InMemoryStore):
        async def save(self, stored: StoredObject) -> None:
            raise StoreError("r.db", "disk is full")

    async def register() -> ModelsRoutingTable:
        table = await Scene(Full(), p=serving()).table()
        with pytest.raises(StoreError):
            await table.register_model(registered("new", "p"))
        return table

    assert names(run(register())) == []


# Restart


def restarted(store: InMemoryStore, **behaviours: Behaviour) -> tuple[Scene, ModelsRoutingTable]:
    scene = Scene(store, **behaviours)
    return scene, run(scene.table())


def test_registrations_survive_a_restart_and_reach_the_provider_again() -> None:
    store = InMemoryStore()
    before = names(run(after(Scene(store, p=serving("a"), q=serving()), registered("new", "q"))))
    scene, table = restarted(store, p=serving("a"), q=serving())
    assert names(table) == before
    assert scene.calls("register") == ["register q new"]


def test_a_provider_that_remembers_by_itself_is_not_asked_again() -> None:
    store = InMemoryStore()
    run(after(Scene(store, p=serving()), registered("new", "p", metadata={"x": 1})))
    scene, table = restarted(store, p=serving("new"))
    assert scene.calls("register") == []
    assert table.list_objects() == [registered("new", "p", metadata={"x": 1})]


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (refusing("gone"), "`new` cannot be registered again: the provider `p` refuses"),
        (None, "the model `new` was registered with it, and it is gone"),
    ],
    ids=["refuses now", "not configured any more"],
)
def test_what_is_not_served_after_a_restart_is_a_problem_and_stays_in_the_store(
    behaviour: Behaviour | None, told: str
) -> None:
    store = InMemoryStore()
    run(after(Scene(store, p=serving()), registered("new", "p")))
    _, table = restarted(store, other=serving("a"), **({"p": behaviour} if behaviour else {}))
    assert names(table) == [("a", "other")]
    assert told in table.problems["p"][0]
    assert len(run(store.load("models"))) == 1


def test_a_stored_object_that_cannot_be_read_is_a_problem() -> None:
    store = InMemoryStore()
    run(store.save(StoredObject("models", "a", "p", "{")))
    _, table = restarted(store, p=serving("b"))
    assert names(table) == [("b", "p")]
    assert "`a` cannot be registered again" in table.problems["p"][0]


PROVIDERS = ("p", "q")
STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(PROVIDERS), st.integers(0, 1)), max_size=8)


@settings(deadline=None)
@given(listed=st.dictionaries(st.sampled_from(PROVIDERS), st.sets(st.sampled_from("abc"))), steps=STEPS)
def test_a_restart_in_between_makes_no_difference(
    listed: Mapping[str, set[str]], steps: list[tuple[str, str, int]]
) -> None:
    def behaviours() -> dict[str, Behaviour]:
        return {name: serving(*sorted(listed.get(name, ()))) for name in PROVIDERS}

    objects = [registered(name, provider, metadata={"x": x}) for name, provider, x in steps]
    store = InMemoryStore()
    table = run(after(Scene(store, **behaviours()), *objects))
    _, again = restarted(store, **behaviours())
    key = lambda obj: (obj.identifier, obj.provider_id)  # noqa: E731
    assert sorted(again.list_objects(), key=key) == sorted(table.list_objects(), key=key)
    serving_now = {obj.identifier: obj.provider_id for obj in reversed(table.list_objects())}
    assert all(
        again.get_provider_impl(name).name == table.get_provider_impl(name).name for name in serving_now
    )


# The other two tables


def test_shields_are_listed_registered_and_found() -> None:
    events: list[str] = []
    provider = made(Api.safety, "s", Behaviour(serves=[ShieldDef(identifier="a", type="t")]), events)
    new = ShieldDefWithProvider(identifier="b", type="t", provider_id="s")

    async def walk() -> tuple[list[ShieldDefWithProvider], ShieldDefWithProvider | None]:
        table = ShieldsRoutingTable({"s": provider}, InMemoryStore())
        await table.initialize()
        await table.register_shield(new)
        return await table.list_shields(), await table.get_shield("b")

    listed, found = run(walk())
    assert [shield.identifier for shield in listed] == ["a", "b"]
    assert found == new
    assert isinstance(provider.shield_store, ShieldsRoutingTable)


def test_memory_banks_of_every_type_are_listed_registered_and_restored() -> None:
    vector = VectorMemoryBankDef(identifier="v", embedding_model="m", chunk_size_in_tokens=3)
    new = GraphMemoryBankDef(identifier="g", provider_id="m")
    store = InMemoryStore()

    async def walk() -> list[Any]:
        provider = made(
            Api.memory, "m", Behaviour(serves=[vector, KeyValueMemoryBankDef(identifier="k")]), []
        )
        table = MemoryBanksRoutingTable({"m": provider}, store)
        await table.initialize()
        await table.register_memory_bank(new)
        assert await table.get_memory_bank("g") == new
        return await table.list_memory_banks()

    listed = run(walk())
    assert [(bank.type, bank.provider_id) for bank in listed] == [
        ("vector", "m"),
        ("keyvalue", "m"),
        ("graph", "m"),
    ]
    assert run(walk()) == listed
