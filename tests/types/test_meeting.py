"""What somebody meets of a type that does not fit; mypy's objection is taken as given here."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest
from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.types.meeting import Meeting, meeting, two
from provider_conformance.types.model import About, Objection

if TYPE_CHECKING:
    from decimal import Decimal


class Job(BaseModel):
    uuid: str
    tags: dict[str, Any] | None = None


class MoreOfAJob(Job):
    created: str


class Jobs(BaseModel):
    data: list[Job]


class OtherJobs(BaseModel):
    data: list[MoreOfAJob]
    total: int = 0


class Renamed(BaseModel):
    jobs: list[Job] = Field(alias="data")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    data: list[Job]


class Numbers(BaseModel):
    data: list[int]


class Nothing(BaseModel):
    total: int = 0


class Promise(Protocol):
    async def jobs(self) -> Jobs: ...
    async def strict(self) -> Strict: ...
    async def one(self) -> Job: ...
    async def plain(self) -> dict[str, Any]: ...
    async def train(self, config: Job, model: str | None = None, mode: Literal["a"] = "a") -> Job: ...


def _traced(function: Any) -> Any:
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


def _result(cls: type, member: str, found: str = "") -> Meeting:
    objection = Objection(member, About.RETURN, "", found)
    return meeting(objection, two(cls, Promise, member, by_route=False))


class Results:
    """By what is met of each."""

    class SameJson:
        async def jobs(self) -> OtherJobs: ...

    class SameJsonByItsAlias:
        async def jobs(self) -> Renamed: ...

    class SaysNoneAndNeverGivesIt:
        async def one(self) -> Job | None:
            return Job(uuid="1")

    class SaysNoneOfMoreThanWasPromised:
        async def one(self) -> MoreOfAJob | None:
            return MoreOfAJob(uuid="1", created="now")

    class SaysNoneOfAnotherClass:
        async def jobs(self) -> OtherJobs | None:
            return OtherJobs(data=[])

    class GivesNone:
        known: dict[str, Job]

        async def one(self) -> Job | None:
            return self.known.get("1")

    class OtherFields:
        async def jobs(self) -> Nothing: ...

    class OtherTypesOfFields:
        async def jobs(self) -> Numbers: ...

    class MoreThanIsAllowed:
        async def strict(self) -> OtherJobs: ...

    class AModelForADict:
        async def plain(self) -> Job: ...

    class Decorated:
        @_traced
        async def jobs(self) -> OtherJobs: ...

    class Unreadable:
        async def one(self) -> Decimal: ...

    class OnlyRaises:
        async def one(self) -> None:
            raise NotImplementedError


@pytest.mark.parametrize(
    ("name", "member", "met"),
    [
        ("SameJson", "jobs", Meeting.SAME_JSON),
        ("SameJsonByItsAlias", "jobs", Meeting.SAME_JSON),
        ("SaysNoneAndNeverGivesIt", "one", Meeting.NOTHING),
        ("SaysNoneOfMoreThanWasPromised", "one", Meeting.NOTHING),
        ("SaysNoneOfAnotherClass", "jobs", Meeting.SAME_JSON),
        ("GivesNone", "one", Meeting.MISTAKE),
        ("OtherFields", "jobs", Meeting.MISTAKE),
        ("OtherTypesOfFields", "jobs", Meeting.MISTAKE),
        ("MoreThanIsAllowed", "strict", Meeting.MISTAKE),
        ("AModelForADict", "plain", Meeting.MISTAKE),
        ("Decorated", "jobs", Meeting.MISTAKE),
        ("Unreadable", "one", Meeting.MISTAKE),
    ],
)
def test_what_is_met_of_a_result(name: str, member: str, met: Meeting) -> None:
    assert _result(getattr(Results, name), member) is met


def test_nobody_gets_the_none_of_a_body_that_only_raises() -> None:
    assert _result(Results.OnlyRaises, "one", found="None") is Meeting.NOTHING


class TakesADict:
    async def train(self, config: dict[str, Any], model: str | None = None, mode: str = "a") -> Job: ...


class TakesFewer:
    async def train(self, config: Numbers, model: str = "", mode: Literal["b"] = "b") -> Job: ...


class Demands:
    async def train(self, config: dict[str, Any], model: str, mode: str) -> Job: ...


class DemandsAnother:
    async def train(self, config: Job, model: int, mode: str) -> Job: ...


@pytest.mark.parametrize(
    ("cls", "parameter", "by_route", "met"),
    [
        (TakesADict, "config", True, Meeting.NOTHING),
        (TakesADict, "config", False, Meeting.MISTAKE),
        (TakesADict, "mode", True, Meeting.NOTHING),
        (TakesFewer, "config", True, Meeting.MISTAKE),
        (TakesFewer, "model", True, Meeting.MISTAKE),
        (TakesFewer, "mode", True, Meeting.MISTAKE),
        (Demands, "model", True, Meeting.DEMANDED),
        (Demands, "model", False, Meeting.DEMANDED),
        (DemandsAnother, "model", True, Meeting.MISTAKE),
    ],
)
def test_what_is_met_of_a_parameter(cls: type, parameter: str, by_route: bool, met: Meeting) -> None:
    objection = Objection("train", About.PARAMETER, "", "", parameter)
    assert meeting(objection, two(cls, Promise, "train", by_route=by_route)) is met


def test_what_cannot_be_looked_at_is_a_mistake() -> None:
    objection = Objection("train", About.PARAMETER, "", "", "config")
    assert meeting(objection, two(None, Promise, "train", by_route=True)) is Meeting.MISTAKE
