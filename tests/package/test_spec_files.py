"""Specs as YAML files: where they are found, what they say, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.package import spec_files
from support.packages import write

NEWER = "adapter_type: mine\nmodule: my_pkg.remote\nconfig_class: my_pkg.config.Config\n"
OLDER = "adapter:\n  adapter_type: mine\n  module: my_pkg\napi_dependencies: []\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(
        tmp_path / "providers.d",
        {
            "remote/inference/mine.yaml": NEWER,
            "remote/inference/README.md": "none",
            "inline/safety/guard.yaml": "module: other.guard\n",
        },
    )


def test_a_tree_has_its_specs_by_kind_and_api(tree: Path) -> None:
    found = spec_files.in_tree(tree)
    assert [(file.api, file.provider_type, file.module) for file in found] == [
        ("safety", "inline::guard", "other.guard"),
        ("inference", "remote::mine", "my_pkg.remote"),
    ]
    assert [*spec_files.by_package(found)] == ["other", "my_pkg"]


def test_a_folder_without_specs_is_no_tree(tmp_path: Path) -> None:
    write(tmp_path, {"remote/inference/mine.py": "", "remote/mine.yaml": NEWER})
    assert not spec_files.is_tree(tmp_path)


def test_trees_are_found_in_a_project(tree: Path) -> None:
    write(tree.parent, {"tests/providers.d/remote/inference/x.yaml": NEWER})
    write(tree.parent, {"charts/remote/values/x.yaml": "replicas: 1"})
    assert [*spec_files.trees_below(tree.parent)] == [tree]


@pytest.mark.parametrize(("text", "line"), [(NEWER, 2), (OLDER, 3)])
def test_a_key_has_its_line_within_the_adapter_too(tmp_path: Path, text: str, line: int) -> None:
    write(tmp_path, {"remote/inference/mine.yaml": text})
    (file,) = spec_files.in_tree(tmp_path)
    assert (file.at("module").line, file.is_older) == (line, text is OLDER)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("module: [", "it is no YAML", 1),
        ("a: 1\nb: {\n", "it is no YAML", 3),
        ("- a", "it is a list", 1),
        ("", "it is empty", 1),
    ],
)
def test_what_cannot_be_read_says_why_and_where(tmp_path: Path, text: str, said: str, line: int) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    file = spec_files.read(tmp_path / "mine.yaml")
    assert file.error.startswith(said)
    assert file.at().line == line


def test_a_file_in_no_such_folder_has_no_api(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": NEWER, "b.yaml": "module: my_pkg"})
    kinds = [(file.kind, file.api) for file in map(spec_files.read, sorted(tmp_path.glob("*.yaml")))]
    assert kinds == [("remote", ""), ("inline", "")]
