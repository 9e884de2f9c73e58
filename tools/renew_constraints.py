"""Compile ``constraints/``: the releases that CI installs.

``python tools/renew_constraints.py [NAME ...]`` compiles ``ci`` and every environment of ``tox.ini`` that
brings a real stack, or only those named. ``uv`` and ``tox`` have to be on the path.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "constraints"
_COMMAND = "python tools/renew_constraints.py"


def stack_environments() -> dict[str, list[str]]:
    """Read from ``tox.ini`` which environments bring a real stack, and the requirements that name it."""
    command = ["tox", "config", "-m", "all-stacks", "providers", "-k", "deps", "--format", "json"]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - fixed text
    environments: Mapping[str, Mapping[str, str | list[str]]] = json.loads(answer.stdout)["env"]
    return {name: _lines(keys["deps"]) for name, keys in environments.items() if keys.get("deps")}


def _lines(value: str | list[str]) -> list[str]:
    return value.splitlines() if isinstance(value, str) else value


def compile_one(name: str, requirements: Sequence[str], *options: str) -> None:
    """Resolve the project, its test group and ``requirements`` into ``constraints/<name>.txt``."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--no-annotate", *options]
    command += ["--custom-compile-command", f"{_COMMAND} {name}", "--group", "test"]
    command += ["--output-file", str(FOLDER / f"{name}.txt"), "pyproject.toml", "-"]
    subprocess.run(command, cwd=ROOT, check=True, input="\n".join(requirements), text=True)  # noqa: S603 - no shell


def main(names: Sequence[str]) -> int:
    """Compile the named files, or all; return the exit code."""
    stacks = stack_environments()
    known = ["ci", *stacks]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"{', '.join(unknown)}: unknown; there are {', '.join(known)}", file=sys.stderr)
        return 2
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    for name in names or known:
        print(f"constraints/{name}.txt")
        if name == "ci":
            compile_one(name, build, "--group", "lint", "--all-extras", "--python-version", "3.11")
        else:
            compile_one(name, stacks[name], "--python-version", "3.12")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
