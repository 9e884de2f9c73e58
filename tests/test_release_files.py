"""What is there for other systems to read: the action, the hook, the workflows, the project's addresses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.reader import write_package

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture
def step() -> dict[str, Any]:
    (found,) = (step for step in read("action.yml")["runs"]["steps"] if step["name"] == "Check")
    return dict(found)


def check(step: dict[str, Any], folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the action as a runner does, with this Python as the job's."""
    given = {name.upper(): inputs.get(name, "") for name in read("action.yml")["inputs"]}
    assert given.keys() == step["env"].keys()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PROVIDER_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607 - as a runner
        cwd=folder,
        env=kept | given | {"PATH": path, "GITHUB_ACTIONS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_checks_the_provider_and_writes_the_report(step: dict[str, Any], tmp_path: Path) -> None:
    write_package(tmp_path)
    done = check(step, tmp_path, provider="my_pkg\n", options="--provider-select=PC203\n-q", report="r.json")
    assert (done.returncode, Path(tmp_path, "r.json").is_file()) == (1, True), done.stdout + done.stderr
    assert "PC203" in done.stdout


def test_the_level_that_the_action_requires_is_asked_for(step: dict[str, Any], tmp_path: Path) -> None:
    done = check(step, tmp_path, provider="my_pkg", require="nothing", report="r.json")
    assert done.returncode == 4
    assert "nothing" in done.stderr


def test_an_input_of_the_action_is_never_code(step: dict[str, Any], tmp_path: Path) -> None:
    check(step, tmp_path, provider='$(touch a)"; touch b; "', options="`touch c`", report="r.json; touch d")
    assert {"a", "b", "c", "d"} & {file.name for file in tmp_path.iterdir()} == set()


def test_the_hook_judges_the_source(tmp_path: Path) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    write_package(tmp_path)
    command = [sys.executable, *hook["entry"].split()[1:], "--provider=my_pkg"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert {"PC203", "PC306"} <= set(re.findall(r"error (PC\d+)", done.stdout))


@pytest.mark.parametrize("name", ["test", "release"])
def test_a_workflow_runs_only_what_is_there(name: str) -> None:
    steps = [step for job in read(f".github/workflows/{name}.yml")["jobs"].values() for step in job["steps"]]
    files = re.findall(
        r"(?:bash|python) ((?:\.ci|tools)/\S+)", " ".join(step.get("run", "") for step in steps)
    )
    assert files
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_all_addresses_are_of_one_repository() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert len(set(re.findall(r"https://github\.com/[\w-]+/[\w-]+", text))) == 1
    assert set(PROJECT["urls"]) >= {"Source", "Documentation", "Changelog", "Issues"}
