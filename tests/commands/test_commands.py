"""The command line as a whole."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

from provider_conformance import rules
from provider_conformance.__main__ import main
from provider_conformance._version import __version__
from provider_conformance.commands import Commands

ALL = Commands().list_commands(click.Context(click.Command("none")))


@pytest.mark.parametrize("name", ALL)
def test_the_help_of_each_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"Example: provider-conformance {name}" in " ".join(capsys.readouterr().out.split())


def test_the_help_lists_each_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert {"check", "serve"} <= set(ALL) <= {line[0] for line in lines if len(line) > 1}


def test_the_help_of_all_commands_imports_nothing_heavy() -> None:
    script = (
        "import sys; from provider_conformance.__main__ import main\n"
        "main(['--help'])\n"
        "print(sorted({'pydantic', 'fastapi', 'httpx', 'yaml', 'uvicorn', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip().endswith(__version__)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chekc"], "there is no command `chekc`, did you mean `check`?"),
        (["unheard"], f"there is no command `unheard`; there are {', '.join(ALL)}"),
        (["explain"], "Missing argument 'CODE'"),
        (["explain", "PC20"], "no rule has the code 'PC20'; near: PC201"),
        (["rules", "--select=XY"], "--select"),
    ],
)
def test_a_mistake_in_the_arguments_is_told_and_is_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_a_rule_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "pc203"]) == 0
    assert capsys.readouterr().out.startswith("PC203 ")


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert codes == [rule.code for rule in rules.all_rules()]


def test_some_rules_are_listed_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--select=PC2,PC301", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {rule["code"][:3] for rule in told} == {"PC2", "PC3"}
    assert told[-1]["code"] == "PC301"
