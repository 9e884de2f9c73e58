"""What is handed out: the wheel, the README's commands, the floors, and the repository itself."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from support import references

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"pydantic", "hypothesis", "mypy", "griffe", "httpx", "fastapi", "yaml", "llama_stack", "ogx"}
OURS_ALONE = re.compile(r"/w[o]rk/|/r[o]ot/|/h[o]me/\w|/U[s]ers/\w|[A-Z]:\\U[s]ers")
LINES = 500


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def commands(file: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def wheel() -> Distribution:
    installed = distribution("provider-conformance")
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        pytest.skip("installed editable: there is no wheel to look into")
    return installed


@pytest.fixture(scope="module")
def readme() -> list[str]:
    return commands(ROOT / "README.md")


def test_the_wheel_has_a_single_top_level_name(wheel: Distribution) -> None:
    top = {file.parts[0] for file in wheel.files or () if not file.parts[0].endswith(".dist-info")}
    assert top - {".."} == {"provider_conformance"}  # the command is in another folder


def test_the_wheel_brings_the_command(wheel: Distribution) -> None:
    outside = [file.stem for file in wheel.files or () if file.parts[0] == ".."]
    assert outside == ["provider-conformance"]


def test_the_wheel_tells_type_checkers_that_it_is_typed(wheel: Distribution) -> None:
    assert "provider_conformance/py.typed" in {str(file) for file in wheel.files or ()}


def test_the_wheel_holds_every_module_of_the_source_tree(wheel: Distribution) -> None:
    source = {str(p.relative_to(ROOT / "conformance")) for p in tracked("conformance/**.py")}
    assert source <= {str(file) for file in wheel.files or ()}


def test_the_wheel_holds_every_snapshot(wheel: Distribution) -> None:
    kept = {path.name: path.read_bytes() for path in tracked("conformance/**/snapshots/data/*.json")}
    assert len(kept) >= 17
    (file,) = (file for file in wheel.files or () if file.name == "snapshots.tar.xz")
    with tarfile.open(file.locate()) as packed:
        assert {one.name: content.read() for one in packed if (content := packed.extractfile(one))} == kept


def test_pytest_finds_the_plugin_through_its_entry_point() -> None:
    entries = distribution("provider-conformance").entry_points.select(group="pytest11")
    assert [entry.value for entry in entries] == ["provider_conformance.plugin"]


@pytest.mark.parametrize("module", ["provider_conformance", "provider_conformance.plugin"])
def test_importing_costs_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert HEAVY & set(answer.stdout.split()) == set()


@pytest.mark.thorough
def test_the_readme_checks_the_reference_providers_in_one_green_command(readme: list[str]) -> None:
    (command,) = [line for line in readme if "--provider=reference_providers " in line]
    arguments = shlex.split(command.split("&&")[-1])[1:]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    judged = set(re.findall(r"^provider conformance: reference_(\w+) \(", run.stdout, re.MULTILINE))
    assert judged >= {path.name for path in references.BUILT_IN}
    assert "ogx" in judged or "ogx is left out" in run.stdout


def test_ci_runs_the_tests_by_the_command_of_the_readme(readme: list[str]) -> None:
    (command,) = [line for line in readme if line.endswith("tox run")]
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def floors() -> Iterator[tuple[str, str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"].get("optional-dependencies", {}).values()
    for requirement in [
        *project["project"]["dependencies"],
        *(line for extra in extras for line in extra),
        *project["dependency-groups"]["test"],
    ]:
        if found := re.match(r"([\w.-]+)(?:\[[\w,]+\])?>=([\w.]+)", requirement):
            yield found[1].lower(), found[2]


@pytest.mark.parametrize(("name", "floor"), sorted(set(floors())))
def test_the_floor_that_is_declared_is_the_one_that_is_tested(name: str, floor: str) -> None:
    pins = (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8")
    (pinned,) = re.findall(rf"^{re.escape(name)}==(\S+)", pins, re.MULTILINE | re.IGNORECASE)
    assert re.fullmatch(rf"{re.escape(floor)}(\.0)*", pinned)


def test_no_source_file_is_too_long_to_be_read() -> None:
    lengths = {path: len(path.read_bytes().splitlines()) for path in tracked("*.py")}
    assert {path.name: n for path, n in lengths.items() if n > LINES} == {}


def test_nothing_names_a_path_of_somebodys_machine() -> None:
    text = {path: path.read_text(encoding="utf-8", errors="ignore") for path in tracked()}
    assert [str(path.relative_to(ROOT)) for path, content in text.items() if OURS_ALONE.search(content)] == []
