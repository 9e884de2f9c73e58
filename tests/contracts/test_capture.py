"""``python -m provider_conformance snapshot``: what stops it; what it writes is tested where a stack is."""

from __future__ import annotations

from pathlib import Path

import pytest

from provider_conformance.__main__ import main
from provider_conformance.contracts.installed import installed_families
from provider_conformance.contracts.snapshots import capture
from provider_conformance.contracts.snapshots.capture import module_of, modules
from provider_conformance.errors import ContractError
from support.packages import write

without_stack = pytest.mark.skipif(bool(installed_families()), reason="needs an environment without a stack")


@without_stack
@pytest.mark.parametrize("more", [[], ["--stack", "ogx"]])
def test_without_a_stack_there_is_nothing_to_capture(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["snapshot", *more]) == 2
    assert "no stack is installed" in capsys.readouterr().err


def test_an_unknown_family_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot", "--stack", "ogre"]) == 2
    assert "llama-stack" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(capture, "capture", lambda _family: ("ogx-1.0.json", "{}"))
    file = tmp_path / "nowhere" / "file.json"
    assert main(["snapshot", "--output", str(file)]) == 2
    assert f"--output={file}: No such file" in capsys.readouterr().err


def test_without_an_output_the_file_is_named_after_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "capture", lambda _family: ("ogx-1.0.json", "{}"))
    monkeypatch.chdir(tmp_path)
    assert main(["snapshot"]) == 0
    assert (tmp_path / "ogx-1.0.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("path", "module"),
    [("ogx/__init__.py", "ogx"), ("ogx/core/stack.py", "ogx.core.stack"), ("ogx/a/__init__.py", "ogx.a")],
)
def test_a_module_is_named_after_its_file(path: str, module: str) -> None:
    assert module_of(path) == module


def test_of_some_modules_only_the_names_are_kept_those_of_other_modules_too(tmp_path: Path) -> None:
    files = {
        "cli/__init__.py": "from .public import *\nfrom . import listed\nX = 1",
        "cli/public.py": "from ogre.cli import *\nY = _z = 1",
        "cli/listed.py": "__all__ = ['W']\nV = W = 1",
        "cli/all.py": "from ogre.cli.listed import *\nfrom os.path import *",
        "core.py": "X = 1  # one",
        "tests/__init__.py": "X = 1",
    }
    assert dict(modules([write(tmp_path / "ogre", files)])) == {
        "ogre/cli/__init__.py": "X Y listed",
        "ogre/cli/all.py": "W",
        "ogre/cli/listed.py": "V W __all__",
        "ogre/cli/public.py": "Y _z",
        "ogre/core.py": ["X = 1"],
    }


@pytest.mark.parametrize("name", ["core.py", "cli.py", "cli/core.py"])
def test_a_module_that_does_not_parse_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError, match=f"{name} cannot be read"):
        dict(modules([write(tmp_path / "ogre", {name: "class ("})]))
