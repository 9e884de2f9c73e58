"""What holds for every reference provider: its spec, its configuration, its factory and its life cycle."""

import asyncio
import importlib
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider_conformance.stack.specs import InlineProviderSpec, api_protocol_map, providable_apis

ROOT = Path(__file__).parents[2] / "reference_providers"
PACKAGES = {"inference": "reference_inference", "memory": "reference_memory", "safety": "reference_safety"}
PRIVATE = {
    "inference": ("list_models", "register_model"),
    "memory": ("list_memory_banks", "register_memory_bank"),
    "safety": ("list_shields", "register_shield"),
}


@pytest.fixture(params=PACKAGES)
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spec(api: str) -> InlineProviderSpec:
    found = importlib.import_module(f"{PACKAGES[api]}.provider").get_provider_spec()
    assert isinstance(found, InlineProviderSpec)
    return found


def config_class(spec: InlineProviderSpec) -> Any:
    module, _, name = spec.config_class.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.fixture
def build(spec: InlineProviderSpec) -> Iterator[Callable[[], Any]]:
    """Builds the provider from its sample configuration; what was built is shut down in the end."""
    built = []

    def make() -> Any:
        cls = config_class(spec)
        factory = importlib.import_module(spec.module).get_provider_impl
        built.append(asyncio.run(factory(cls(**cls.sample_run_config()), {})))
        return built[-1]

    yield make
    for implementation in built:
        asyncio.run(implementation.shutdown())


def test_the_spec_is_for_the_api_of_its_folder(api: str, spec: InlineProviderSpec) -> None:
    assert spec.api.value == api


def test_the_api_can_be_provided(spec: InlineProviderSpec) -> None:
    assert spec.api in providable_apis()


def test_the_spec_depends_on_nothing(spec: InlineProviderSpec) -> None:
    assert (spec.api_dependencies, spec.pip_packages) == ([], [])


def test_the_factory_gives_what_the_public_protocol_asks_for(
    spec: InlineProviderSpec, build: Callable[[], Any]
) -> None:
    implementation = build()
    implementation.model_store = implementation.shield_store = implementation.memory_bank_store = None
    assert isinstance(implementation, api_protocol_map()[spec.api])


def test_the_class_has_the_methods_of_the_private_protocol(api: str, build: Callable[[], Any]) -> None:
    own = vars(type(build()))
    assert [name for name in PRIVATE[api] if name not in own] == []


def test_the_factory_gives_a_fresh_instance_each_time(build: Callable[[], Any]) -> None:
    assert build() is not build()


def test_the_stack_can_set_its_attributes(build: Callable[[], Any]) -> None:
    implementation = build()
    for name in ("__provider_id__", "__provider_spec__", "__provider_config__"):
        setattr(implementation, name, name)
        assert getattr(implementation, name) == name


def test_the_sample_configuration_survives_yaml(spec: InlineProviderSpec) -> None:
    sample = config_class(spec).sample_run_config()
    assert yaml.safe_load(yaml.safe_dump(sample)) == sample


def test_the_sample_configuration_takes_overrides(spec: InlineProviderSpec) -> None:
    assert config_class(spec).sample_run_config(extra="x")["extra"] == "x"


def test_a_misspelt_setting_is_refused(spec: InlineProviderSpec) -> None:
    with pytest.raises(ValueError, match="misspelt"):
        config_class(spec)(misspelt=1)


def test_initialize_and_shutdown_may_be_called_twice(api: str, build: Callable[[], Any]) -> None:
    implementation = build()

    async def twice() -> tuple[list[Any], list[Any]]:
        listing = getattr(implementation, PRIVATE[api][0])
        before = await listing()
        await implementation.initialize()
        after = await listing()
        await implementation.shutdown()
        await implementation.shutdown()
        return before, after

    before, after = asyncio.run(twice())
    assert before == after


def test_the_distribution_ships_the_package_with_its_types(api: str) -> None:
    project = tomllib.loads((ROOT / api / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [PACKAGES[api]]
    assert (ROOT / api / PACKAGES[api] / "py.typed").exists()


def test_the_readme_names_every_module(api: str) -> None:
    readme = (ROOT / api / "README.md").read_text(encoding="utf-8")
    modules = [f"{PACKAGES[api]}/{path.name}" for path in (ROOT / api / PACKAGES[api]).glob("*.py")]
    assert [module for module in modules if f"`{module}`" not in readme] == []
