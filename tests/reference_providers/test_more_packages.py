"""What holds for the reference providers whose specs say more than that they stand alone."""

import asyncio
import importlib
import tomllib
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from provider_conformance.stack.loading import factory_name
from provider_conformance.stack.specs import (
    Api,
    InlineProviderSpec,
    RemoteProviderSpec,
    additional_protocols_map,
    api_protocol_map,
)

ROOT = Path(__file__).parents[2] / "reference_providers"
PACKAGES = {
    "agents": ("reference_agents", Api.agents, "reference"),
    "inference_scripted": ("reference_inference_scripted", Api.inference, "scripted"),
    "memory_volatile": ("reference_memory_volatile", Api.memory, "volatile"),
    "openai": ("reference_openai", Api.inference, "remote::openai-compatible"),
    "telemetry": ("reference_telemetry", Api.telemetry, "reference"),
}


@pytest.fixture(params=PACKAGES)
def folder(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def package(folder: str) -> str:
    return PACKAGES[folder][0]


@pytest.fixture
def spec(package: str) -> InlineProviderSpec | RemoteProviderSpec:
    found = importlib.import_module(f"{package}.provider").get_provider_spec()
    assert isinstance(found, (InlineProviderSpec, RemoteProviderSpec))
    return found


@pytest.fixture
def config_class(spec: InlineProviderSpec) -> Any:
    module, _, name = spec.config_class.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.fixture
def implementation(spec: InlineProviderSpec, config_class: Any) -> Any:
    """The provider, made of its sample configuration; what it depends on is not called."""
    deps = {api: Mock(spec=()) for api in spec.api_dependencies}
    factory = getattr(importlib.import_module(spec.module), factory_name(spec))
    return asyncio.run(factory(config_class(**config_class.sample_run_config()), deps))


def test_the_spec_says_api_and_type(folder: str, spec: InlineProviderSpec) -> None:
    assert (spec.api, spec.provider_type) == PACKAGES[folder][1:]


def test_only_agents_need_other_apis(folder: str, spec: InlineProviderSpec) -> None:
    needed = [Api.inference, Api.safety, Api.memory] if folder == "agents" else []
    assert spec.api_dependencies == needed


def test_the_factory_gives_what_the_protocols_ask_for(spec: InlineProviderSpec, implementation: Any) -> None:
    private = additional_protocols_map().get(spec.api)
    names = [
        name for protocol in (api_protocol_map()[spec.api], private) for name in vars(protocol or object)
    ]
    methods = [name for name in names if not name.startswith("_")]
    assert [name for name in methods if name not in vars(type(implementation))] == []
    asyncio.run(implementation.shutdown())


def test_initialize_and_shutdown_may_be_called_twice(implementation: Any) -> None:
    async def twice() -> None:
        await implementation.initialize()
        await implementation.initialize()
        await implementation.shutdown()
        await implementation.shutdown()

    asyncio.run(twice())


def test_the_sample_configuration_survives_yaml(config_class: Any) -> None:
    sample = config_class.sample_run_config()
    assert yaml.safe_load(yaml.safe_dump(sample)) == sample


def test_the_sample_configuration_takes_overrides(config_class: Any) -> None:
    assert config_class.sample_run_config(extra="x")["extra"] == "x"


def test_a_misspelt_setting_is_refused(config_class: Any) -> None:
    with pytest.raises(ValueError, match="misspelt"):
        config_class(misspelt=1)


def test_the_distribution_ships_the_package_with_its_types(folder: str, package: str) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [package]
    assert (ROOT / folder / package / "py.typed").exists()


def test_the_distribution_requires_what_the_spec_does(folder: str, spec: InlineProviderSpec) -> None:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(spec.pip_packages) <= set(project["project"]["dependencies"])


def test_the_readme_names_every_module(folder: str, package: str) -> None:
    readme = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    modules = [f"{package}/{path.name}" for path in (ROOT / folder / package).glob("*.py")]
    assert [module for module in modules if f"`{module}`" not in readme] == []
