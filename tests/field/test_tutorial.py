"""The tutorial's files and runs come to what it says, on the stack that it names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from support.field import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
FILE = re.compile(
    r'^```python title="(?P<name>[^"]+)"(?: replace="(?P<old>[^"]+)")?\n(?P<code>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
RUN = re.compile(r"^```(?:console|text)\n(?P<shown>.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(ENVIRONMENT != "stack-ogx150", reason="the tutorial is for ogx 1.5.0")


class Step(NamedTuple):
    """A part of the tutorial: what it writes, and the blocks that it shows of a run."""

    files: tuple[re.Match[str], ...]
    shown: tuple[str, ...]


def steps() -> Iterator[Step]:
    """The parts up to each run, and what is shown of that."""
    text = TUTORIAL.read_text(encoding="utf-8")
    _before, first, second = re.split(r"^## The (?:first|second) run$", text, flags=re.MULTILINE)
    yield Step(tuple(FILE.finditer(_before)), tuple(RUN.findall(first)))
    yield Step(tuple(FILE.finditer(second)), tuple(RUN.findall(second)))


def written(step: Step, folder: Path) -> None:
    """Do what a reader does with the files of a part."""
    for match in step.files:
        file = folder / match["name"]
        file.parent.mkdir(exist_ok=True)
        code = match["code"]
        if match["old"]:
            text = file.read_text(encoding="utf-8")
            assert text.count(match["old"]) == 1
            code = text.replace(match["old"], code.strip())
        file.write_text(code, encoding="utf-8")


def test_each_run_shows_what_the_tutorial_shows(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "GITHUB"))}
    for step in steps():
        written(step, tmp_path)
        run = subprocess.run(
            [sys.executable, "-B", "-m", "pytest", "--provider=my_tools", "--color=no"],
            cwd=tmp_path,
            env=kept | {"COLUMNS": "80"},
            check=False,
            capture_output=True,
            text=True,
        )
        for block in step.shown:
            shown = block.removeprefix("$ .venv/bin/pytest --provider=my_tools\n")
            assert shown in run.stdout
