"""The environment without anything that a provider could be configured by."""

from __future__ import annotations

import os

import pytest

from provider_conformance.sandbox.environment import emptied

NAME = "CONFORMANCE_TEST_VARIABLE"


def test_variables_are_gone_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "set")
    with emptied():
        assert NAME not in os.environ
        assert os.environ["PATH"]
    assert os.environ[NAME] == "set"


def test_what_is_given_is_there() -> None:
    with emptied({NAME: "given"}):
        assert os.environ[NAME] == "given"
    assert NAME not in os.environ


def test_what_was_looked_up_in_vain_is_told_in_every_way_of_looking() -> None:
    with emptied() as missing:
        assert os.getenv(f"{NAME}_1") is None
        assert os.environ.get(f"{NAME}_2", "") == ""
        with pytest.raises(KeyError):
            os.environ[f"{NAME}_3"]
        assert os.getenv("PATH")
        assert missing == [f"{NAME}_1", f"{NAME}_2", f"{NAME}_3"]


def test_afterwards_nobody_is_watched() -> None:
    with emptied() as missing:
        pass
    assert os.getenv(NAME) is None
    assert missing == []


def test_only_look_ups_of_the_given_code_count() -> None:
    with emptied(by=lambda file: file == "elsewhere.py") as missing:
        os.environ.get(f"{NAME}_1")
        exec(compile(f"import os; os.getenv('{NAME}_2')", "elsewhere.py", "exec"), {})  # noqa: S102 - as if
    assert missing == [f"{NAME}_2"]
