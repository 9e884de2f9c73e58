"""``provider-conformance new``: what it writes has all that the stack demands, and works as it is written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from provider_conformance.__main__ import main
from provider_conformance.contracts.load import load_contract
from provider_conformance.scaffold import files, plan
from support.written import run_own_tests, type_check

OGX = "ogx==1.5.0"
BUILTIN = ("inference", "memory", "safety", "agents", "telemetry")
COMBINATIONS = [
    *[("builtin", api, kind) for api in BUILTIN for kind in ("inline", "remote")],
    *[
        (OGX, api, kind)
        for api in ("inference", "vector_io", "files", "tool_runtime")
        for kind in ("inline", "remote")
    ],
]


@pytest.mark.parametrize(("stack", "api", "kind"), COMBINATIONS)
def test_the_class_has_what_the_contract_demands(stack: str, api: str, kind: str) -> None:
    written = files(plan("my_pkg", api, stack, remote=kind == "remote"))
    for path, text in written.items():
        if path.endswith(".py"):
            compile(text, path, "exec")
    contract = load_contract(stack)
    (cls,) = [one for one in ast.parse(written[f"my_pkg/{api}.py"]).body if isinstance(one, ast.ClassDef)]
    names = {one.name for one in cls.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    found = contract.apis[api]
    protocols = [protocol for protocol in (found.public, found.private) if protocol]
    demanded = {name for p in protocols for name, method in p.methods.items() if not method.optional}
    assert demanded <= names
    assert contract.factories[kind].function in written["my_pkg/__init__.py"]


@pytest.mark.parametrize("kind", ["inline", "remote"])
def test_a_new_package_starts_on_the_built_in_stack(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    assert main(["new", "my_pkg", "--api=memory", f"--{kind}", f"--into={folder}"]) == 0
    assert "my_pkg on builtin 0.1.0: incomplete, level 3 of 5 (starts)" in run_own_tests(folder)


@pytest.mark.thorough
@pytest.mark.parametrize(("stack", "api", "kind"), [one for one in COMBINATIONS if one[0] == "builtin"])
def test_each_passes_its_tests_and_a_strict_type_checker(
    stack: str, api: str, kind: str, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    assert main(["new", "my_pkg", f"--api={api}", f"--{kind}", f"--into={folder}"]) == 0
    assert "level 3 of 5 (starts)" in run_own_tests(folder)
    assert type_check(folder) == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["My-Pkg", "--api=memory"], "`My-Pkg` is no name for a package"),
        (["my_pkg", "--api=models"], "--api=models: providers of builtin 0.1.0 serve inference, safety"),
        (
            ["my_pkg", "--api=eval", "--stack=ogx==1.5.0"],
            "--api=eval: providers of ogx 1.5.0 serve inference",
        ),
        (["my_pkg", "--api=safety", "--stack=llama-stack==0.2.12"], "has no package llama_stack_api"),
        (["my_pkg", "--api=files", "--stack=ogx==9"], "there is no snapshot of ogx 9"),
        (["my_pkg"], "Missing option '--api'"),
    ],
)
def test_what_cannot_be_written(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.py").write_text("kept")
    assert main(["new", "my_pkg", "--api=memory", f"--into={tmp_path}"]) == 2
    assert "is there already, and not empty" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["mine.py"]
