"""Which package a folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.errors import UsageError
from provider_conformance.package.projects import Package, package_at, requirements
from support.packages import write

ENTRY = "def get_provider_spec(): ...\n"


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({"pyproject.toml": "", "pkg/__init__.py": ENTRY}, ".", ("pkg", ".")),
        ({"pyproject.toml": "", "src/pkg/__init__.py": ENTRY}, ".", ("pkg", "src")),
        ({"pkg/__init__.py": ""}, "pkg", ("pkg", ".")),
        ({"pkg/__init__.py": "", "pkg/inner/__init__.py": ""}, "pkg/inner", ("pkg.inner", ".")),
        ({"pkg/__init__.py": "", "pkg/provider.py": ENTRY}, "pkg/provider.py", ("pkg.provider", ".")),
        ({"alone.py": ENTRY}, "alone.py", ("alone", ".")),
        ({"pyproject.toml": "", "alone.py": ENTRY, "setup.py": ""}, ".", ("alone", ".")),
        ({"pyproject.toml": "", "space/pkg/provider.py": ENTRY}, ".", ("space.pkg", ".")),
        ({"pyproject.toml": "", "pkg/__init__.py": "", "tests/__init__.py": ENTRY}, ".", ("pkg", ".")),
        ({"pyproject.toml": "", "a/__init__.py": "", "b/provider.py": ENTRY}, ".", ("b", ".")),
        (
            {"pyproject.toml": "[project]\nname = 'the-b'", "a/__init__.py": "", "the_b/__init__.py": ""},
            ".",
            ("the_b", "."),
        ),
        (
            {
                "pyproject.toml": "[tool.hatch.build.targets.wheel]\npackages = ['lib/pkg']",
                "lib/pkg/__init__.py": ENTRY,
            },
            ".",
            ("pkg", "lib"),
        ),
        (
            {
                "pyproject.toml": "[tool.setuptools.packages.find]\nwhere = ['python']",
                "python/pkg/__init__.py": ENTRY,
            },
            ".",
            ("pkg", "python"),
        ),
    ],
)
def test_the_package_and_its_folder(
    tmp_path: Path, files: dict[str, str], path: str, expected: tuple[str, str]
) -> None:
    write(tmp_path, files)
    name, folder = expected
    assert package_at(tmp_path / path) == Package(name, (tmp_path / folder).resolve())


@pytest.mark.parametrize(
    ("files", "path", "message"),
    [
        ({"README.md": ""}, ".", "no importable package"),
        ({"README.md": ""}, "README.md", "no Python module"),
        ({"a/provider.py": ENTRY, "b/provider.py": ENTRY}, ".", r"several packages.*\(a, b\)"),
        ({"pyproject.toml": "[", "a/provider.py": ENTRY}, ".", "not valid TOML"),
    ],
)
def test_what_holds_no_package_is_a_usage_error(
    tmp_path: Path, files: dict[str, str], path: str, message: str
) -> None:
    write(tmp_path, files)
    with pytest.raises(UsageError, match=message):
        package_at(tmp_path / path)


def test_requirements_are_those_of_the_project_table(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[project]\ndependencies = ['torch>=2', 'faiss-cpu']"})
    assert requirements(tmp_path) == ["torch>=2", "faiss-cpu"]


def test_a_folder_without_a_project_requires_nothing(tmp_path: Path) -> None:
    assert requirements(tmp_path) == []
