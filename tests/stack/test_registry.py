"""Where specs come from: announced, external and written packages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from provider_conformance.stack import registry as registry_module
from provider_conformance.stack.errors import SpecError
from provider_conformance.stack.registry import (
    ProviderRegistry,
    folder_specs,
    module_specs,
    registry_for,
)
from provider_conformance.stack.specs import (
    AdapterSpec,
    Api,
    InlineProviderSpec,
    RemoteProviderSpec,
    providable_apis,
    remote_provider_spec,
)
from support.workshop import run_config

SPEC = """
from provider_conformance.stack.specs import Api, InlineProviderSpec
def get_provider_spec():
    return {returned}
"""
ONE = "InlineProviderSpec(api=Api.inference, provider_type='{}', module='m', config_class='m.C')"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path``."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def package(folder: Path, name: str, provider: str | None = None, init: str = "") -> None:
    write(folder / name / "__init__.py", init)
    if provider is not None:
        write(folder / name / "provider.py", provider)


def test_every_providable_api_has_the_passthrough() -> None:
    registry = ProviderRegistry.of()
    assert set(registry.specs) == set(providable_apis())
    assert all(set(of_api) == {"remote"} for of_api in registry.specs.values())


def test_the_passthrough_takes_a_url() -> None:
    spec = ProviderRegistry.of().find(Api.inference, "remote")
    assert spec.config_class == "provider_conformance.stack.passthrough.PassthroughConfig"


def test_more_specs_make_another_registry() -> None:
    before = ProviderRegistry.of()
    spec = remote_provider_spec(Api.safety, AdapterSpec(adapter_type="a", module="m"))
    assert before.adding([spec]).find(Api.safety, "remote::a") is spec
    assert set(before.specs[Api.safety]) == {"remote"}


def test_a_package_with_one_spec(packages: Path) -> None:
    package(packages, "pkg_one", SPEC.format(returned=ONE.format("one")))
    assert [spec.provider_type for spec in module_specs("pkg_one")] == ["one"]


def test_a_package_with_a_list_of_specs(packages: Path) -> None:
    package(packages, "pkg_list", SPEC.format(returned=f"[{ONE.format('one')}, {ONE.format('two')}]"))
    assert [spec.provider_type for spec in module_specs("pkg_list")] == ["one", "two"]


def test_a_package_whose_init_has_the_function(packages: Path) -> None:
    package(packages, "pkg_init", init=SPEC.format(returned=ONE.format("one")))
    assert len(module_specs("pkg_init")) == 1


def test_a_registry_module(packages: Path) -> None:
    write(
        packages / "many.py",
        SPEC.format(returned=f"[{ONE.format('one')}]").replace("get_provider_spec", "available_providers"),
    )
    assert len(module_specs("many")) == 1


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        (None, "neither `pkg_bad.provider` nor `pkg_bad` has `get_provider_spec"),
        ("import there_is_none", "`pkg_bad.provider` cannot be imported: .*No module named 'there_is_none'"),
        ("raise OSError('broken')", "`pkg_bad.provider` cannot be imported: OSError: broken"),
        ("import sys; sys.exit(1)", "`pkg_bad.provider` cannot be imported: SystemExit: 1"),
        (SPEC.format(returned="1 / 0"), "its specs cannot be had: ZeroDivisionError"),
        (SPEC.format(returned="{}"), "gives dict where a ProviderSpec is expected"),
        (SPEC.format(returned="[None]"), "gives NoneType where"),
    ],
)
def test_a_package_without_usable_specs_is_told(packages: Path, provider: str | None, told: str) -> None:
    package(packages, "pkg_bad", provider)
    with pytest.raises(SpecError, match=rf"^pkg_bad: .*{told}"):
        module_specs("pkg_bad")


def test_a_package_that_is_not_there_is_told() -> None:
    with pytest.raises(SpecError, match=r"^pkg_none: there is no such package"):
        module_specs("pkg_none")


def test_a_folder_of_specs(tmp_path: Path) -> None:
    write(
        tmp_path / "inline" / "safety" / "guard.yaml",
        "module: guard\nconfig_class: guard.Config\napi_dependencies: [inference]\n",
    )
    write(
        tmp_path / "remote" / "inference" / "vllm.yaml",
        "adapter:\n  adapter_type: vllm\n  module: my.vllm\n  config_class: my.Config\n"
        "api_dependencies: [telemetry]\n",
    )
    guard, vllm = folder_specs(tmp_path)
    assert isinstance(guard, InlineProviderSpec)
    assert (guard.api, guard.provider_type, guard.module) == (Api.safety, "inline::guard", "guard")
    assert guard.api_dependencies == [Api.inference]
    assert isinstance(vllm, RemoteProviderSpec)
    assert (vllm.provider_type, vllm.module, vllm.config_class) == ("remote::vllm", "my.vllm", "my.Config")
    assert vllm.api_dependencies == [Api.telemetry]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("inline/inferense/a.yaml", "", "`inferense` is no API"),
        ("inline/models/a.yaml", "", "`models` is no API"),
        ("inline/safety/a.yaml", "module: m", "config_class: Field required"),
        ("inline/safety/a.yaml", "modul: m", "no key `modul`. Did you mean `module`"),
        ("remote/safety/a.yaml", "adapter: {}", "module: Field required"),
        ("inline/safety/a.yaml", "- a", "a provider spec is a mapping"),
        ("inline/safety/a.yaml", "[", "ParserError"),
        (
            "inline/safety/a.yaml",
            "module: m\nconfig_class: C\napi_dependencies: [x]",
            r"api_dependencies\[0\]",
        ),
    ],
)
def test_a_spec_file_that_says_something_wrong_is_told(
    tmp_path: Path, path: str, text: str, told: str
) -> None:
    write(tmp_path / path, text)
    with pytest.raises(SpecError, match=told) as caught:
        folder_specs(tmp_path)
    assert caught.value.source == str(tmp_path / path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"no such folder"):
        folder_specs(tmp_path / "none")


def test_a_run_config_brings_its_packages_and_folders(packages: Path) -> None:
    package(packages, "pkg_named", SPEC.format(returned=ONE.format("named")))
    package(packages, "pkg_given", SPEC.format(returned=ONE.format("given")))
    write(packages / "specs/inline/inference/filed.yaml", "module: m\nconfig_class: m.C\n")
    config = run_config(
        {"inference": [{"provider_id": "x", "provider_type": "named", "module": "pkg_named"}]},
        external_providers_dir=str(packages / "specs"),
    )
    registry = registry_for(config, ["pkg_given"])
    assert {"named", "given", "inline::filed", "remote"} <= set(registry.specs[Api.inference])


def test_installed_packages_that_announce_themselves_are_found(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(packages, "pkg_announced", SPEC.format(returned=ONE.format("announced")))
    announced = EntryPoint("mine", "pkg_announced", registry_module.ENTRY_POINT_GROUP)
    monkeypatch.setattr(
        registry_module, "entry_points", lambda group: [announced][: group == announced.group]
    )
    assert "announced" in registry_for(run_config({})).specs[Api.inference]
