"""What a trial has left, and what is said where the system does not tell."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from provider_conformance.evidence.leaving import Leaving
from provider_conformance.evidence.store import NotJudged
from provider_conformance.findings import Location
from provider_conformance.sandbox import leftovers, watching
from provider_conformance.sandbox.leftovers import Left, Leftovers

HERE = Location("mine.py", 3)


def looked(watch: watching.Watch) -> list[Left]:
    async def look() -> list[Left]:
        found = Leftovers()
        with leftovers.noting(found) as looking:
            watch.touched[watching.OPENED] = {str(Path(__file__)): HERE}
            watch.touched[watching.PROCESS] = {"sleep": HERE}
            await looking()
        return found.found

    return asyncio.run(look())


def test_where_the_system_tells_nothing_is_left_of_what_has_ended() -> None:
    with watching.watched(watching.Owner()) as watch:
        assert looked(watch) == []


def test_where_the_system_does_not_tell_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_TASKS", tmp_path / "task")
    monkeypatch.setattr(leftovers, "_DESCRIPTORS", tmp_path / "fd")
    with watching.watched(watching.Owner()) as watch:
        found = looked(watch)
    assert [(left.works, left.seen, left.place) for left in found] == [
        (True, False, HERE),
        (False, False, HERE),
    ]


@pytest.mark.parametrize("works", [True, False])
def test_what_could_not_be_looked_for_is_inconclusive_after_what_was_seen(works: bool) -> None:
    task, file = Left("a task", HERE, works=True), Left("a file", HERE)
    unseen = Left("whether it ends", HERE, works=works, seen=False)
    told = Leaving((task, file, unseen), ()).left(works=works)
    assert next(told) == (task if works else file)
    with pytest.raises(NotJudged, match="whether it ends is not to be seen on this system") as caught:
        next(told)
    assert caught.value.judgement.inconclusive


def test_the_other_kind_is_judged_all_the_same() -> None:
    unseen = Left("whether it ends", HERE, works=True, seen=False)
    assert [*Leaving((unseen,), ()).left(works=False)] == []
