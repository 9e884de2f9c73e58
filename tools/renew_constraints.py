"""Compile ``constraints/``: the releases that CI installs.

``python tools/renew_constraints.py [NAME ...]`` compiles ``tools`` (tox and uv), ``ci`` (the suite and its
linters), ``docs`` (the site), ``lowest`` (the floors of ``pyproject.toml``) and every environment of
``tox.ini`` that brings a real stack, or only those named. ``uv`` and ``tox`` have to be on the path.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "constraints"
_COMMAND = "python tools/renew_constraints.py"


class Job(NamedTuple):
    """What is resolved together: for which Python, uv's sources and groups, further requirements."""

    python: str
    sources: Sequence[str]
    requirements: Sequence[str]


def stack_environments() -> dict[str, list[str]]:
    """Read from ``tox.ini`` which environments bring a real stack, and the requirements that name it."""
    command = ["tox", "config", "-m", "all-stacks", "providers", "-k", "deps", "--format", "json"]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - fixed text
    environments: Mapping[str, Mapping[str, str | list[str]]] = json.loads(answer.stdout)["env"]
    return {name: _lines(keys["deps"]) for name, keys in environments.items() if keys.get("deps")}


def _lines(value: str | list[str]) -> list[str]:
    return value.splitlines() if isinstance(value, str) else value


def jobs() -> dict[str, Job]:
    """Map the name of each constraints file to what is resolved into it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    suite = ["--all-extras", "--group", "test", "pyproject.toml"]
    return {
        "tools": Job("3.11", (), ("tox>=4.25", "tox-uv>=1.20")),
        "lowest": Job("3.11", (*suite, "--resolution", "lowest-direct"), ()),
        "ci": Job(
            "3.11", (*suite, "--group", "lint", "--group", "dist"), project["build-system"]["requires"]
        ),
        # Apart from `ci`: sphinx and twine want different releases of docutils.
        "docs": Job("3.12", ("--group", "docs", "pyproject.toml"), ()),
    } | {name: Job("3.12", tuple(suite), deps) for name, deps in stack_environments().items()}


def compile_one(name: str, job: Job) -> None:
    """Resolve ``job`` into ``constraints/<name>.txt``."""
    overrides = FOLDER / f"{name}.overrides.txt"
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--no-annotate"]
    command += ["--custom-compile-command", f"{_COMMAND} {name}", "--python-version", job.python]
    command += ["--override", str(overrides)] if overrides.exists() else []
    command += ["--output-file", str(FOLDER / f"{name}.txt"), *job.sources, "-"]
    subprocess.run(command, cwd=ROOT, check=True, input="\n".join(job.requirements), text=True)  # noqa: S603 - no shell


def main(names: Sequence[str]) -> int:
    """Compile the named files, or all; return the exit code."""
    known = jobs()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"{', '.join(unknown)}: unknown; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for name in names or known:
        print(f"constraints/{name}.txt")
        compile_one(name, known[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
