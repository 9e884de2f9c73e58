"""Whether None is among what a function gives, as far as its body shows."""

# ruff: noqa: RET503, RET504, B007 - how the bodies end is what is looked at

from __future__ import annotations

import contextlib
from typing import Any, Self

import pytest

from provider_conformance.protocols.endings import admits_none, never_gives_none, never_returns


class Job:
    @classmethod
    def made(cls) -> Self:
        return cls()


def found() -> Job | None: ...
def certain() -> Job:
    return Job()


def unannotated():  # noqa: ANN201 - what it gives is to be read off its body
    return {}


class Something:
    """Each gives something, or raises."""

    jobs: Any = None

    def makes_one(self) -> Any:
        return Job()

    def makes_one_by_its_class(self) -> Any:
        return Job.made()

    def either_way(self, ready: bool) -> Any:
        if ready:
            return {}
        return []

    def chooses(self, ready: bool) -> Any:
        return "yes" if ready else f"no {ready}"

    def with_a_fallback(self) -> Any:
        return self.jobs or ()

    def matches_all(self, status: str) -> Any:
        match status:
            case "new":
                found = Job()
            case _:
                raise NotImplementedError
        return found

    async def awaits(self) -> Any:
        return await self.helper()

    async def helper(self) -> Job:
        return Job()

    def asks_one_without_annotations(self) -> Any:
        return unannotated()

    def asks_one_with(self) -> Any:
        return certain()

    def raises_where_there_is_none(self, name: str) -> Any:
        job = self.jobs.get(name)
        if job is None:
            raise ValueError(name)
        return job

    def raises_where_it_is_false(self, name: str) -> Any:
        job = self.jobs.get(name)
        if not job:
            raise ValueError(name)
        return job

    def tries(self) -> Any:
        try:
            return Job()
        except ValueError as error:
            raise RuntimeError from error

    def tries_for_ever(self) -> Any:
        while True:
            if self.jobs:
                return Job()

    def within_a_context(self) -> Any:
        with self.jobs:
            return Job()

    def only_raises(self) -> Any:
        raise NotImplementedError


class Nothing:
    """Each may give None, or does not show that it does not."""

    jobs: Any = None

    def says_so(self) -> Any:
        return None

    def says_nothing(self) -> Any:
        return

    def comes_to_its_end(self, ready: bool) -> Any:
        if ready:
            return Job()

    def looks_up(self, name: str) -> Any:
        return self.jobs.get(name)

    def looks_up_first(self, name: str) -> Any:
        job = self.jobs.get(name)
        return job

    def asks_what_may_find_nothing(self) -> Any:
        return found()

    def chooses(self, ready: bool) -> Any:
        return Job() if ready else None

    def matches_some(self, status: str) -> Any:
        match status:
            case "new":
                return Job()

    def after_a_loop(self) -> Any:
        for job in self.jobs:
            return {job}

    def of_a_loop(self) -> Any:
        job = Job()
        for job in self.jobs:
            pass
        return job

    def swallows(self) -> Any:
        with contextlib.suppress(ValueError):
            return Job()

    def catches(self) -> Any:
        try:
            return Job()
        except ValueError:
            pass

    def leaves_a_loop(self) -> Any:
        while True:
            if self.jobs:
                break

    def is_and(self) -> Any:
        return self.jobs and Job()

    def asks_itself(self) -> Any:
        return self.asks_itself()

    def given(self, job: Any) -> Any:
        return job

    def yields(self) -> Any:
        yield Job()


def _methods(cls: type) -> list[str]:
    return [name for name, value in vars(cls).items() if callable(value) and not name.startswith("__")]


@pytest.mark.parametrize("name", _methods(Something))
def test_a_body_that_always_gives_something_is_seen(name: str) -> None:
    assert never_gives_none(vars(Something)[name], Something)


@pytest.mark.parametrize("name", _methods(Nothing))
def test_a_body_that_may_give_none_or_does_not_tell_is_no_promise(name: str) -> None:
    assert not never_gives_none(vars(Nothing)[name], Nothing)


def test_a_function_without_source_is_no_promise() -> None:
    made: dict[str, Any] = {}
    exec("def f():\n    return 1", made)  # noqa: S102 - a function that has no file
    assert not never_gives_none(made["f"])


def test_only_a_body_that_raises_on_each_way_never_returns() -> None:
    assert never_returns(Something.only_raises)
    assert not never_returns(Something.tries)
    assert not never_returns(Nothing.comes_to_its_end)


@pytest.mark.parametrize(
    ("hint", "admitted"),
    [
        (int, False),
        (int | None, True),
        (list[int | None], False),
        (Any, True),
        (object, True),
        (type(None), True),
        (Self, False),
    ],
)
def test_whether_a_type_has_none_among_its_values(hint: Any, admitted: bool) -> None:
    assert admits_none(hint) is admitted
