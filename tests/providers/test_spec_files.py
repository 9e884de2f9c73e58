"""Specs that are YAML files, loaded in either view, and what is wrong with them at its line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.package.model import Provider
from provider_conformance.providers import forms, views
from support.packages import findings_of, write

FACTORY = """
from pydantic import BaseModel
from provider_conformance.stack.apis.safety import Safety

class Config(BaseModel):
    limit: int = 3

class Guard(Safety):
    async def run_shield(self, shield_id, messages, params=None):
        return None

async def get_provider_impl(config, deps):
    return Guard()

async def get_adapter_impl(config, deps):
    return Guard()
"""
INLINE = "module: kept_guard.guard\nconfig_class: kept_guard.guard.Config\n"
REMOTE = """adapter:
  adapter_type: guard
  module: kept_guard.guard
  config_class: kept_guard.guard.Config
optional_api_dependencies: [inference]
"""
PROVIDER = """
from provider_conformance.stack.specs import Api, InlineProviderSpec
{broken}
def get_provider_spec():
    return InlineProviderSpec(
        api=Api.safety, provider_type="inline::{name}", module="kept_guard.guard",
        config_class="kept_guard.guard.Config",
    )
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project with a package, and with specs of it as YAML files."""
    yield write(
        tmp_path / "project",
        {
            "kept_guard/__init__.py": "",
            "kept_guard/guard.py": FACTORY,
            "providers.d/inline/safety/guard.yaml": INLINE,
            "providers.d/remote/safety/guard.yaml": REMOTE,
        },
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == "kept_guard"]:
        del sys.modules[name]


def load(path: Path | str, view: str = "live") -> Provider:
    return views.load(str(path), view=view, root=Path.cwd())


BOTH = pytest.mark.parametrize("view", ["live", "source"])


@BOTH
def test_the_specs_of_a_tree_are_those_that_the_stack_makes(project: Path, view: str) -> None:
    provider = load(project / "providers.d", view)
    assert provider.problem is None
    assert provider.stack == "builtin"
    assert [(spec.provider_type, spec.kind.value, spec.module) for spec in provider.specs] == [
        ("inline::guard", "inline", "kept_guard.guard"),
        ("remote::guard", "remote", "kept_guard.guard"),
    ]
    assert provider.specs[1].optional_api_dependencies == ("inference",)


@BOTH
def test_one_file_is_one_spec(project: Path, view: str) -> None:
    provider = load(project / "providers.d" / "inline" / "safety" / "guard.yaml", view)
    assert [spec.provider_type for spec in provider.specs] == ["inline::guard"]


@BOTH
def test_a_project_without_specs_in_its_package_has_those_of_its_files(project: Path, view: str) -> None:
    provider = load(project, view)
    assert (provider.name, len(provider.specs), provider.problem) == ("kept_guard", 2, None)


@BOTH
def test_dead_code_beside_the_files_is_told_apart(project: Path, view: str) -> None:
    text = PROVIDER.format(name="guard", broken="from provider_conformance.stack.specs import Gone")
    write(project, {"kept_guard/provider.py": text})
    provider = load(project, view)
    assert (len(provider.specs), provider.problem) == (2, None)
    assert any(
        note.startswith("only its YAML specs are judged") and "Gone" in note for note in provider.notes
    )


@BOTH
def test_a_module_and_files_are_judged_together_and_each_type_once(project: Path, view: str) -> None:
    write(project, {"kept_guard/provider.py": PROVIDER.format(name="guard", broken="")})
    assert [spec.provider_type for spec in load(project, view).specs] == ["inline::guard", "remote::guard"]


def test_files_that_cannot_be_read_do_not_hide_a_sound_module(project: Path) -> None:
    write(project, {"kept_guard/provider.py": PROVIDER.format(name="guard", broken="")})
    write(project, {"providers.d/remote/safety/guard.yaml": "adapter: {module: kept_guard"})
    provider = load(project)
    assert (len(provider.specs), provider.problem) == (1, None)
    assert any(note.startswith("its YAML specs are not judged") for note in provider.notes)


@pytest.mark.parametrize(
    ("code", "text", "line", "told"),
    [
        ("PC103", "module: [", 1, "it is no YAML"),
        ("PC103", "module: kept_guard.guard\n", 1, "`config_class`"),
        ("PC103", INLINE + "pip_packages: none\n", 3, "`pip_packages`"),
        (
            "PC110",
            INLINE.replace("module: kept_guard.guard", "module: kept_guard.gaurd"),
            1,
            "does not exist",
        ),
        ("PC109", INLINE.replace("guard.Config", "guard.Confg"), 2, "`Confg`"),
        ("PC108", INLINE + "api_dependencies:\n- safety\n- inspect\n", 3, "`inspect`"),
    ],
)
@BOTH
def test_a_mistake_in_a_file_is_found_at_its_line(
    project: Path, view: str, code: str, text: str, line: int, told: str
) -> None:
    file = (
        write(project, {"providers.d/inline/safety/guard.yaml": text})
        / "providers.d/inline/safety/guard.yaml"
    )
    found = findings_of(load(file, view), code)
    assert [(str(one.location), told in one.message) for one in found] == [(f"{file}:{line}", True)]


def test_a_tree_of_several_packages_is_several_providers(project: Path) -> None:
    tree = project / "providers.d"
    write(tree, {"inline/inference/other.yaml": "module: other.impl\nconfig_class: other.Config\n"})
    assert forms.behind(str(tree), project, everything=True).named == (f"{tree}:other", f"{tree}:kept_guard")
    assert len(load(f"{tree}:kept_guard").specs) == 2
    with pytest.raises(UsageError, match="the specs of one package at a time"):
        load(tree)


def test_a_run_config_names_its_folder_of_specs_and_its_modules(project: Path) -> None:
    text = """
    external_providers_dir: providers.d
    providers:
      safety:
      - {provider_id: a, provider_type: "inline::guard"}
      - {provider_id: b, provider_type: "inline::more", module: "kept-more==1.2"}
      - {provider_id: c, provider_type: "remote::theirs"}
    """
    run = write(project, {"run.yaml": text}) / "run.yaml"
    found = forms.behind("run.yaml", project, everything=True)
    assert found.named == ("kept_more", str(project / "providers.d"))
    assert found.config == run
    assert "remote::theirs" in found.left_out[0]


def test_a_run_config_without_providers_of_its_own_is_refused(project: Path) -> None:
    write(project, {"run.yaml": "providers: {safety: [{provider_id: c, provider_type: x}]}"})
    with pytest.raises(UsageError, match="names no provider of its own"):
        forms.behind("run.yaml", project, everything=True)
