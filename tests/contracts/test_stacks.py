"""Which stack something belongs to, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from provider_conformance.contracts import stacks


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    versions: dict[str, str] = {}
    monkeypatch.setattr(stacks, "version_of", lambda name: versions.get(name, ""))
    return versions


@pytest.mark.parametrize(
    ("versions", "title"),
    [
        ({}, "ogx"),
        ({"ogx": "1.5.0"}, "ogx 1.5.0"),
        ({"ogx": "1.5.0", "ogx-api": "1.5.0"}, "ogx 1.5.0"),
        ({"ogx": "1.5.0", "ogx-api": "1.4.1"}, "ogx 1.5.0 with ogx-api 1.4.1"),
    ],
)
def test_a_stack_is_called_by_its_release(
    installed: dict[str, str], versions: Mapping[str, str], title: str
) -> None:
    installed.update(versions)
    assert stacks.title("ogx") == title


def test_only_what_is_installed_is_listed(installed: dict[str, str]) -> None:
    installed["llama-stack"] = "0.7.3"
    assert stacks.installed() == ("llama-stack 0.7.3",)


def test_a_distribution_that_is_not_there_has_no_version() -> None:
    assert stacks.version_of("no-such-distribution") == ""
