"""What a call needs is made before it, as the guide of its API says."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from provider_conformance.calling.asking import asked
from provider_conformance.calling.calling import Caller
from provider_conformance.calling.notes import Notes
from provider_conformance.calling.stalls import LoopWatch
from provider_conformance.calling.walking import Walk, in_order
from provider_conformance.laws.model import Guide, Making, Registers, Until, Way, fresh, text


class Made(BaseModel):
    id: str
    status: str = "running"


class Wish(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    size: int = 1


class Store(BaseModel):
    identifier: str
    provider_resource_id: str
    dimension: int = 0


class Jobs(Protocol):
    async def list_jobs(self) -> list[str]: ...

    async def create_job(self, wish: Wish) -> Made: ...

    async def look(self, job_id: str) -> Made: ...

    async def results(self, job_id: str) -> str: ...

    async def end_job(self, job_id: str) -> None: ...


class Provider:
    def __init__(self) -> None:
        self.jobs: dict[str, int] = {}
        self.calls: list[tuple[str, Any]] = []

    async def list_jobs(self) -> list[str]:
        self.calls.append(("list_jobs", list(self.jobs)))
        return list(self.jobs)

    async def create_job(self, wish: Wish) -> Made:
        self.calls.append(("create_job", wish.model_dump()))
        identifier = f"job-{len(self.jobs)}"
        self.jobs[identifier] = 0
        return Made(id=identifier)

    async def look(self, job_id: str) -> Made:
        if job_id not in self.jobs:
            raise ValueError(f"there is no job {job_id}")
        self.jobs[job_id] += 1
        return Made(id=job_id, status="ended" if self.jobs[job_id] > 2 else "running")

    async def results(self, job_id: str) -> str:
        if self.jobs.get(job_id, 0) < 3:
            raise ValueError(f"job {job_id} has not ended")
        return "done"

    async def end_job(self, job_id: str) -> None:
        if self.jobs.pop(job_id, None) is None:
            raise ValueError(f"there is no job {job_id}")
        self.calls.append(("end_job", job_id))


GUIDE = Guide(
    "jobs",
    ways=(
        Way("create_job", {"name": text, "place": "here"}, ({"size": 2}, {"size": 3, "name": fresh})),
        Way("look"),
        Way("list_jobs"),
        Way("results", until=Until("look", "status", ("ended",))),
        Way("end_job", uses_up=("job_id",), made_with={"name": "to be ended"}),
    ),
    makes=(Making("job_id", "create_job"),),
    listings=("list_jobs",),
)
METHODS = ("list_jobs", "create_job", "look", "results", "end_job")


def walked(
    provider: Provider,
    *,
    guide: Guide = GUIDE,
    only: frozenset[str] | None = None,
    registered: list[Any] | None = None,
) -> Notes:
    async def objects() -> list[Any]:
        return []

    async def register(obj: Any) -> None:
        (registered if registered is not None else []).append(obj)

    kinds = (Store,) if registered is not None else ()
    running: Any = SimpleNamespace(
        api="jobs", listing="list_jobs", kinds=kinds, objects=objects, register=register
    )

    async def walk() -> Notes:
        notes = Notes()
        async with LoopWatch(lambda name: name == __name__, 5) as watch:
            caller = Caller(provider, lambda name: name == __name__, watch, 0.5)
            caller.listen()
            methods = in_order((asked(Jobs, name) for name in METHODS), guide)
            every = {one.name: one for one in methods}
            await Walk(running, caller, notes, {}, every=every, guide=guide).through(methods, only)
        return notes

    return asyncio.run(walk())


def answered(notes: Notes, method: str) -> list[str]:
    return [seen.label for seen in notes.seen if seen.method == method and seen.answered]


def test_listings_are_asked_before_there_is_anything() -> None:
    provider = Provider()
    notes = walked(provider)
    assert (notes.seen[0].method, notes.seen[0].label) == ("list_jobs", "first")
    assert provider.calls[0] == ("list_jobs", [])


def test_samples_go_to_their_places_and_beside_them() -> None:
    provider = Provider()
    walked(provider)
    usual = next(values for name, values in provider.calls if name == "create_job")
    assert usual == {"name": "hello world", "size": 1, "place": "here"}


def test_further_calls_differ_from_the_usual_one() -> None:
    notes = walked(Provider())
    sizes = [seen.values["wish", "size"] for seen in notes.seen if seen.label == "other"]
    assert sizes == [2, 3]


def test_what_is_used_up_is_made_for_the_call() -> None:
    provider = Provider()
    notes = walked(provider)
    made = next(seen for seen in notes.seen if seen.label == "made")
    assert made.values["wish", "name"] == "to be ended"
    assert answered(notes, "end_job") == ["usual"]
    assert ("end_job", made.answer.id) in provider.calls


def test_others_keep_what_they_were_given() -> None:
    provider = Provider()
    walked(provider)
    assert "job-0" in provider.jobs


def test_a_call_waits_for_what_has_to_come_to_its_end() -> None:
    notes = walked(Provider())
    assert "usual" in answered(notes, "results")


def test_what_a_single_method_needs_is_made_for_it() -> None:
    notes = walked(Provider(), only=frozenset(["look"]))
    assert "usual" in answered(notes, "look")


def test_what_cannot_be_made_is_tried_once() -> None:
    class Barren(Provider):
        async def create_job(self, wish: Wish) -> Made:
            self.calls.append(("create_job", wish))
            raise ValueError("not today")

    notes = walked(Barren())
    assert [seen.label for seen in notes.seen].count("made") == 1


def test_what_could_not_be_made_is_not_waited_for() -> None:
    class Refusing(Provider):
        async def create_job(self, wish: Wish) -> Made:
            raise NotImplementedError

    notes = walked(Refusing())
    assert [seen.text for seen in notes.seen if isinstance(seen.error, TypeError)] == []


def test_an_object_is_registered_before_the_call_that_is_about_it() -> None:
    kept: list[Any] = []
    create = Way("create_job", {"place": fresh}, registers=Registers("place", {"dimension": 7}))
    provider = Provider()
    walked(provider, guide=Guide("jobs", ways=(create,)), registered=kept)
    places = [values["place"] for name, values in provider.calls if name == "create_job"]
    assert places
    for place in places:
        assert kept.count(Store(identifier=place, provider_resource_id=place, dimension=7)) == 1
