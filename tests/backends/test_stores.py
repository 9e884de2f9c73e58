"""Which stores installed packages bring, and that they end with the run."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

import pytest

from provider_conformance.backends import stores
from provider_conformance.backends.stores import KINDS, Kind, Settings, Stores

LIBRARY = frozenset({"client"})


def kind(*, brings: str = "json", started: list[str] | None = None, fails: bool = False) -> Kind:
    def start(during: ExitStack) -> Settings:
        if fails:
            raise stores.NoStoreError("no server")
        if started is not None:
            started.append("started")
            during.callback(started.append, "ended")
        return {"url": "here"}

    return Kind(LIBRARY, frozenset({"url"}), brings, "client[server]", start)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(stores, "KINDS", (kind(started=told),))
    return told


def test_a_store_is_started_once_and_ends_with_the_run(started: list[str]) -> None:
    with Stores() as run:
        assert run.settings(["client"], ["url", "more"]) == {"url": "here"}
        assert run.settings(["client"], ["url"]) == {"url": "here"}
        assert started == ["started"]
    assert started == ["started", "ended"]


@pytest.mark.parametrize(("clients", "fields"), [(["other"], ["url"]), (["client"], ["path"]), ([], [])])
def test_who_is_not_led_to_it_starts_nothing(
    started: list[str], clients: list[str], fields: list[str]
) -> None:
    with Stores() as run:
        assert run.settings(clients, fields) is None
    assert started == []


def test_what_is_not_installed_serves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "KINDS", (kind(brings="no_such_module.server"),))
    with Stores() as run:
        assert run.settings(["client"], ["url"]) is None


def test_a_server_that_does_not_come_up_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "KINDS", (kind(fails=True),))
    with Stores() as run:
        assert run.settings(["client"], ["url"]) is None


def test_a_server_ends_when_its_standard_input_does() -> None:
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
    with ExitStack() as during:
        process = stores._process(during, [sys.executable, "-c", stores._WATCHED, *sleeping])
        assert process.poll() is None
    assert process.poll() is not None


def test_a_process_that_ends_at_once_is_no_server() -> None:
    with ExitStack() as during, pytest.raises(stores.NoStoreError, match="no server came up"):
        stores._served(during, [sys.executable, "-c", ""], port=1)


def test_qdrant_is_told_to_run_in_memory() -> None:
    with ExitStack() as during:
        assert stores.in_memory(during)["location"] == ":memory:"


def test_every_kind_says_what_to_install() -> None:
    assert all(one.requirement and one.brings for one in KINDS)


def test_loading_them_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    with Stores():
        pass
