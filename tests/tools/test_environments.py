"""What CI runs is read off tox.ini as tox reads it, and said where somebody runs less."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOOL: dict[str, Any] = runpy.run_path(str(ROOT / "tools" / "environments.py"))
FOUND = TOOL["read"]((ROOT / "tox.ini").read_text(encoding="utf-8"))
SMALL = """
[tox]
env_list = tests
labels =
    ci = lint, py311, \\
        py313, stack-a
    other = lint
[testenv]
description = the suite
[testenv:tests]
description = the suite here
[testenv:lint]
description = style
base_python = python3.12
[testenv:stack-{a,b}]
description = a stack
"""


def names(environments: tuple[Any, ...]) -> list[str]:
    return [environment.name for environment in environments]


def test_the_label_is_read_over_its_lines() -> None:
    assert names(TOOL["read"](SMALL).ci) == ["lint", "py311", "py313", "stack-a"]


def test_what_has_a_section_and_is_in_neither_list_is_left() -> None:
    assert names(TOOL["read"](SMALL).left) == ["stack-b"]


def test_each_is_told_with_the_python_that_it_needs() -> None:
    assert [one.python for one in TOOL["read"](SMALL).ci] == ["3.12", "3.11", "3.13", ""]


def test_the_suite_on_the_python_that_had_it_is_not_named_again() -> None:
    text = TOOL["besides"](TOOL["read"](SMALL), "3.13")
    assert text.splitlines()[:3] == [
        "This was the suite on Python 3.13, and nothing else. NOT RUN here, but by CI:",
        "  lint (needs Python 3.12)",
        "      style",
    ]
    assert ("py311" in text, "py313" in text) == (True, False)


def test_the_environments_that_need_a_python_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    TOOL["main"]("needing", "3.11", "3.13")
    assert capsys.readouterr().out.split() == ["py313", "lowest"]


def test_the_rest_is_what_has_a_python_and_was_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    here = f"3.{sys.version_info.minor}"
    TOOL["main"]("rest", "3.12" if here != "3.12" else "3.11")
    named = capsys.readouterr().out.split()
    assert ("py313" in named) is (here != "3.13")
    assert ("lint" in named, "lowest" in named) == (here == "3.12", here != "3.12")


def test_anything_else_is_refused() -> None:
    with pytest.raises(SystemExit, match="none of: besides, needing, rest, left"):
        TOOL["main"]("all")


def test_ci_has_each_python_that_the_package_admits() -> None:
    classified = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert classified == ["3.11", "3.12", "3.13"]
    assert {one.python for one in FOUND.ci} == set(classified)
    whole = {one.python for one in FOUND.ci if one.name in ("lowest", "py313")}
    assert whole == {classified[0], classified[-1]}


def test_by_default_tox_runs_the_suite_on_any_python_and_then_says_what_ci_runs_besides() -> None:
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    (section,) = re.findall(r"^\[testenv:tests\]\n((?:.+\n)*)", tox, re.MULTILINE)
    assert "\nenv_list = tests\n" in tox
    assert "\nskip_missing_interpreters = false\n" in tox
    assert "base_python" not in section
    assert "commands_post = python tools/environments.py besides\n" in section


def test_contributing_explains_each_environment_of_ci() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in ("tests", *names(FOUND.ci)) if f"`{name}`" not in text] == []
