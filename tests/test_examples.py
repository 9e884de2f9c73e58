"""The examples do what they say, each in a process of its own, as a newcomer runs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def output() -> str:
    command = [sys.executable, str(ROOT / "examples" / "twenty_providers.py")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


def test_there_are_twenty_providers_on_five_levels(output: str) -> None:
    assert "== 20 providers on 5 levels" in output
    assert len(re.findall(r"^\d\. .*provider `", output, re.MULTILINE)) == 5


def test_it_is_served_on_loopback(output: str) -> None:
    assert re.search(r"^serving at http://127\.0\.0\.1:\d+$", output, re.MULTILINE)


def test_it_is_well(output: str) -> None:
    assert "GET /health: OK" in output


def test_it_registers(output: str) -> None:
    assert "weather is now served by clerk" in output


@pytest.mark.parametrize(
    "answer",
    ["echo: hello, how is the weather?", "hello: Hello!", "clerk: Hello!", "weather: It is raining."],
)
def test_it_routes_to_the_provider_that_serves_the_model(output: str, answer: str) -> None:
    assert re.search(rf"^ *{re.escape(answer)}$", output, re.MULTILINE)


def test_it_tells_of_an_unknown_model(output: str) -> None:
    assert "404 NotServedError: the model `ecco` is not served. Did you mean `echo`?" in output


def test_it_streams(output: str) -> None:
    assert "[start] [progress]this [progress] comes [progress] word [progress] by" in output


def test_the_agent_answers_with_what_it_found(output: str) -> None:
    assert "< We are open from 9:00 until 17:00." in output


def test_the_agent_heeds_the_shield(output: str) -> None:
    assert "< I am not to talk about this." in output


def test_turns_are_traced_to_their_end(output: str) -> None:
    assert len(re.findall(r"traced from 2\S+Z to 2\S+Z$", output, re.MULTILINE)) == 2


def test_it_is_shut_down(output: str) -> None:
    assert output.rstrip().endswith("models that provider `echo` still serves: 0")


def test_the_readme_names_every_example() -> None:
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "examples").glob("*.py") if path.name not in readme] == []
