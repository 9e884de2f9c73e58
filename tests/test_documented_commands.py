"""Every command that a document shows is run: here, or where the table says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    path
    for pattern in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/*.md",
        "examples/*.md",
        "reference_providers/*/*.md",
    )
    for path in sorted(ROOT.glob(pattern))
]
BLOCK = re.compile(r"^```(?:sh|shell|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

ELSEWHERE = {
    "python3 -m venv .venv && * --provider=reference_providers *": ".ci/run",
    "python3 -m venv .venv && * .venv/bin/tox run": ".ci/run",
    "python3 -m venv .venv && * examples/twenty_providers.py": "tests/test_examples.py, the example",
    "PYTHONPATH=* run examples/twenty_providers.yaml": "tests/test_examples.py, as the example does",
    "python -m provider_conformance matrix llama_stack_provider_csoai *": "tests/field/test_releases.py",
    "pytest --provider=reference_*": "tests/reference_providers",
    "pip install *": "tox, from the wheel",
    "uv venv *": "tox, in the environments of the same groups",
    ".venv/bin/* -n auto *": "tox -e py313, thorough",
    ".venv/bin/pytest --provider=my_tools": "tests/field/test_tutorial.py",
    "python3.12 -m venv .venv": "tox, for the environments of real stacks",
    ".venv/bin/pip install 'ogx==1.5.0' *": "tox -e stack-ogx150",
    "provider-conformance new my_tools *": "tests/field/test_new.py",
    "mkdir my_tools": "tests/field/test_tutorial.py",
    ".venv/bin/ruff check . && *": "tox -e lint",
}
"""Commands that need an index, another stack or much time, and what runs them."""

EXPECTED = {
    "pytest --provider=my_pkg": (0, "conforms"),
    "pytest --provider=my_pkg --provider-require=serves": (0, "conforms, level"),
    "pytest --provider=my_pkg --provider-require=serves,remote::mine=starts": (0, "conforms, level"),
    "pytest --provider=my_pkg --provider-baseline=accepted.toml --provider-baseline-update": (0, "conforms"),
    "pytest --provider=my_pkg --provider-releases=all": (0, "my_pkg, releases"),
    "pytest --provider=my_pkg --provider-releases='>=0.6'": (1, "ogx 1.5.0"),
    "provider-conformance check my_pkg --require serves": (0, "conforms, level"),
    "provider-conformance check my_pkg -- -k PC203": (0, "partial"),
    "provider-conformance preflight run.yaml": (0, "0 errors"),
    "provider-conformance preflight run.yaml --json": (0, '"levels"'),
    "provider-conformance preflight run.yaml --start": (0, "0 failed"),
    "provider-conformance explain PC203": (0, "PC203 "),
    "provider-conformance rules --select PC2 --json": (0, '"PC201"'),
    "python -m provider_conformance matrix my_pkg": (0, "my_pkg, releases"),
    "provider-conformance diff llama-stack==0.4.7 llama-stack==0.5.4 --api eval": (0, "RunEvalRequest now"),
    "provider-conformance diff ogx==1.0.4 ogx==1.1.3 --markdown": (0, "# ogx 1.0.4"),
    "provider-conformance diff ogx==1.0.4 ogx==1.1.3 --json": (0, '"kind": "argument-removed"'),
    "python -m provider_conformance snapshot --output ogx-1.5.0.json": (2, "no stack is installed"),
}
"""What a command comes to for a provider of the built-in stack, where no other stack is installed."""


RUN_CONFIG = """providers:
  inference:
  - provider_id: mine
    provider_type: remote::mine
    module: my_pkg
"""
"""What `run.yaml` is where a document speaks of one."""


def commands() -> Iterator[str]:
    for document in DOCUMENTS:
        for block in BLOCK.findall(document.read_text(encoding="utf-8")):
            lines = block.splitlines()
            typed = [line[2:] for line in lines if line.startswith("$ ")]
            for command in typed or lines:
                yield re.sub(r"\s+# .*", "", command)


def runs_elsewhere(command: str) -> bool:
    return any(fnmatchcase(command, pattern) for pattern in ELSEWHERE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``my_pkg``: the reference provider for OpenAI's protocol, by the reader's names."""
    made = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "reference_providers" / "openai" / "reference_openai", made / "my_pkg")
    for file in (made / "my_pkg").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("reference_openai", "my_pkg").replace("openai-compatible", "mine")
        file.write_text(text, encoding="utf-8")
    (made / "run.yaml").write_text(RUN_CONFIG, encoding="utf-8")
    return made


def test_each_is_run_here_or_elsewhere() -> None:
    assert {command for command in commands() if not runs_elsewhere(command)} - {
        "pytest --provider=my_pkg"
    } <= set(EXPECTED)


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_what_is_run_elsewhere_is_still_shown(pattern: str) -> None:
    assert [command for command in commands() if fnmatchcase(command, pattern)]


@pytest.mark.thorough
@pytest.mark.parametrize("command", sorted(set(EXPECTED) & set(commands())))
def test_it_comes_to_what_the_document_says(command: str, folder: Path) -> None:
    name, *arguments = shlex.split(command)
    module = {"pytest": ["-m", "pytest"], "provider-conformance": ["-m", "provider_conformance"]}
    python = [sys.executable, *module.get(name, [])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [*python, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    code, text = EXPECTED[command]
    assert (done.returncode, text in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
