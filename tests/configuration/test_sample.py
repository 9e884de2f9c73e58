"""The configuration to construct a provider with."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from provider_conformance.configuration.sample import sample_config, with_environment

ENVIRONMENT = {"SET": "value", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${env.SET}", "value"),
        ("${env.SET:=default}", "value"),
        ("${env.UNSET:=default}", "default"),
        ("${env.EMPTY:=default}", "default"),
        ("${env.UNSET:default}", "default"),
        ("${env.UNSET:=}", None),
        ("${env.SET:+there}", "there"),
        ("${env.UNSET:+there}", None),
        ("${env.UNSET:=8080}", 8080),
        ("${env.UNSET:=0.5}", 0.5),
        ("${env.UNSET:=true}", True),
        ("${env.UNSET:=http://localhost:1}/v1", "http://localhost:1/v1"),
        ("${env.UNSET}", "conformance"),
        (3, 3),
    ],
)
def test_references_are_resolved_as_a_run_configs_are(text: Any, value: Any) -> None:
    assert with_environment(text, ENVIRONMENT) == value


def test_references_are_found_at_any_depth() -> None:
    nested = {"a": [{"b": "${env.SET}"}]}
    assert with_environment(nested, ENVIRONMENT) == {"a": [{"b": "value"}]}


def test_the_sample_is_used_where_there_is_one() -> None:
    class Config(BaseModel):
        url: str

        @classmethod
        def sample_run_config(cls, **kwargs: Any) -> dict[str, Any]:
            return {"url": "${env.NO_SUCH_URL:=http://x}"}

    assert sample_config(Config).url == "http://x"


def test_a_sample_that_asks_for_a_folder_gets_one() -> None:
    class Config(BaseModel):
        path: str

        @classmethod
        def sample_run_config(cls, __distro_dir__: str) -> dict[str, Any]:
            return {"path": __distro_dir__}

    assert sample_config(Config).path


def test_without_a_sample_the_defaults_are_used() -> None:
    class Config(BaseModel):
        level: int = 3

    assert sample_config(Config).level == 3
