"""The assertion module says to plain mypy what the rules say: good is good, bad is bad, blind is blind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provider_conformance import typing_assertions
from provider_conformance.errors import StackNotInstalledError, TypingError
from support import references

ROOT = Path(__file__).parents[2]
FOLLOW = ("--follow-untyped-imports", "--follow-imports=silent")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"--cache-dir={tmp_path_factory.mktemp('cache')}"


def _mypy(file: Path, project: Path, *options: str) -> str:
    command = [sys.executable, "-m", "mypy", "--config-file=", "--no-error-summary", *options, str(file)]
    environment = {"MYPYPATH": f"{project}:{ROOT / 'conformance'}", "PATH": ""}
    done = subprocess.run(
        command, cwd=file.parent, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("project", references.BUILT_IN, ids=lambda path: path.name)
def test_a_reference_provider_passes_its_assertions(project: Path, tmp_path: Path, cache: str) -> None:
    file = tmp_path / "typing_assertions.py"
    typing_assertions(str(project), file)
    assert _mypy(file, project, cache, *FOLLOW) == ""


def test_there_is_an_assertion_for_every_promised_method(tmp_path: Path) -> None:
    text = typing_assertions(str(ROOT / "reference_providers" / "safety"))
    for method in ("run_shield", "list_shields", "register_shield"):
        assert f"    {method} = promised.{method}\n" in text


def test_a_wrong_type_fails_the_assertion(tmp_path: Path, cache: str) -> None:
    project = ROOT / "reference_providers" / "safety"
    file = tmp_path / "typing_assertions.py"
    text = typing_assertions(str(project))
    spoilt = text.replace("= provider.run_shield", "= provider.list_shields")
    assert spoilt != text
    file.write_text(spoilt)
    assert "[assignment]" in _mypy(file, project, cache, *FOLLOW)


def test_a_mypy_that_sees_nothing_is_told_by_unused_ignores(tmp_path: Path, cache: str) -> None:
    project = ROOT / "reference_providers" / "safety"
    file = tmp_path / "typing_assertions.py"
    typing_assertions(str(project), file)
    said = _mypy(file, project, cache, "--follow-imports=skip")
    assert said.count("unused-ignore") == 3


def test_the_text_is_returned_and_written(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    text = typing_assertions(str(ROOT / "reference_providers" / "memory"), file)
    assert file.read_text() == text
    assert "mypy --follow-untyped-imports mine.py" in text


def test_a_provider_that_cannot_be_loaded_gives_its_problem() -> None:
    with pytest.raises(TypingError, match="no configuration file"):
        typing_assertions(str(ROOT / "fixtures" / "packages" / "pc101_raises"))


def test_a_stack_that_is_not_there_is_told() -> None:
    pytest.importorskip("mypy")
    try:
        __import__("llama_stack")
    except ImportError:
        with pytest.raises(StackNotInstalledError):
            typing_assertions(str(ROOT / "reference_providers" / "memory"), stack="llama-stack")
    else:
        pytest.skip("a llama-stack is installed")
