"""Who is tried over the stand-in, and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from provider_conformance.backends import Backend, serving
from provider_conformance.backends.server import Server
from provider_conformance.configuration.given import Given, Trying, is_stood_in
from provider_conformance.contracts.builtin import builtin_contract
from provider_conformance.evidence.start import Start
from provider_conformance.evidence.subject import Subject
from provider_conformance.providers.locate import load_provider
from provider_conformance.rules import all_rules
from provider_conformance.run.planning import plan

OPENAI = Path(__file__).parents[2] / "reference_providers" / "openai"
KEY = ("inference", "remote::openai-compatible")
MINE = Given({"url": "http://127.0.0.1:9/v1", "models": []}, "a test")


@pytest.fixture
def standin() -> Iterator[Backend]:
    with serving() as backend:
        yield backend


@pytest.fixture(autouse=True)
def asks_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference provider with a sample by which it asks its server what there is."""
    subject(Trying())
    config = import_module("reference_openai.config").OpenAICompatibleConfig

    def sample(_cls: type, **_keywords: Any) -> dict[str, Any]:
        return {"url": "http://localhost:8000/v1", "discover": True}

    monkeypatch.setattr(config, "sample_run_config", classmethod(sample))


def subject(trying: Trying) -> Subject:
    """The reference provider that talks to a server."""
    provider = load_provider(str(OPENAI), root=OPENAI)
    rules = [rule for rule in all_rules() if rule.code == "PC501"]
    (check,) = plan([provider], {provider.name: builtin_contract()}, rules, trying=trying)
    return check.subject


def started(trying: Trying) -> Start:
    about = subject(trying)
    return about.store.get(Start, about)


def test_without_a_server_nothing_answers() -> None:
    start = started(Trying())
    assert "nothing answers" in start.absent
    assert not start.standin


def test_a_remote_provider_is_led_to_the_stand_in(standin: Backend) -> None:
    start = started(Trying(standin=standin))
    assert (start.standin, start.absent, start.error) == (True, "", None)
    assert {one.path for one in standin.requests} == {"/v1/models"}


def test_the_user_s_own_configuration_comes_first(standin: Backend) -> None:
    start = started(Trying(given={KEY: MINE}, standin=standin))
    assert not start.standin
    assert standin.requests == ()


def test_a_back_end_that_is_there_comes_first(standin: Backend) -> None:
    trying = Trying(backend=True, standin=standin)
    about = subject(trying)
    assert about.spec is not None
    assert is_stood_in(about.spec)
    assert trying.standin_for(about.spec) is None


def test_what_the_stand_in_does_not_answer_leaves_the_provider_unseen() -> None:
    with Server(()) as nothing:
        start = started(Trying(standin=Backend(nothing)))
    assert start.absent
    assert {one.known for one in nothing.requests} == {False}
