"""A folder of several providers: which projects it has, and which of them can be judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.contracts import stacks
from provider_conformance.providers import several
from support.packages import write

OF_A_STACK = "[project]\nname = 'b'\ndependencies = ['{}']"
ELSEWHERE = {"llama-stack": "", "ogx": ""}


def names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


def test_projects_right_inside_are_found_by_name(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"b/pyproject.toml": "", "a/setup.py": "", "c/d/pyproject.toml": "", "README.md": "", "e/x.py": ""},
    )
    assert names(several.projects_in(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("own", ["pyproject.toml", "setup.cfg", "__init__.py"])
def test_a_project_or_package_is_one_by_itself(tmp_path: Path, own: str) -> None:
    write(tmp_path, {own: "", "a/pyproject.toml": ""})
    assert several.projects_in(tmp_path) == ()


def test_what_is_no_folder_holds_none(tmp_path: Path) -> None:
    assert several.projects_in(tmp_path / "my_pkg") == ()


@pytest.mark.parametrize("requirement", ["ogx>=1.4", "ogx_api", "llama-stack-api[client] ~= 0.7"])
def test_what_requires_a_stack_that_is_not_here_is_left_out(tmp_path: Path, requirement: str) -> None:
    write(tmp_path, {"a/pyproject.toml": "", "b/pyproject.toml": OF_A_STACK.format(requirement)})
    with stacks.read_instead(ELSEWHERE):
        found = several.by_what_is_installed(several.projects_in(tmp_path))
    assert names(found.judged) == ["a"]
    assert [*found.left_out] == [tmp_path / "b"]


@pytest.mark.parametrize("requirement", ["ogx>=1.4", "ogx-api", "ogx-client", "pydantic"])
def test_what_requires_what_is_here_is_judged(tmp_path: Path, requirement: str) -> None:
    write(tmp_path, {"a/pyproject.toml": "", "b/pyproject.toml": OF_A_STACK.format(requirement)})
    with stacks.read_instead({"ogx": "1.5.0", "ogx-api": "1.5.0"}):
        found = several.by_what_is_installed(several.projects_in(tmp_path))
    assert names(found.judged) == ["a", "b"]
    assert found.left_out == {}


def test_where_none_can_be_judged_none_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"b/pyproject.toml": OF_A_STACK.format("ogx")})
    with stacks.read_instead(ELSEWHERE):
        found = several.by_what_is_installed(several.projects_in(tmp_path))
    assert names(found.judged) == ["b"]
    assert found.left_out == {}
