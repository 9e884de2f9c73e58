"""A project that ``new`` has written, tried as its author tries it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_own_tests(folder: Path) -> str:
    """What ``pytest`` prints in the project's folder; it has to pass."""
    done = _run(folder, "pytest", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def type_check(folder: Path) -> str:
    """What ``mypy`` complains of in the project's folder, "" for nothing."""
    done = _run(folder, "mypy", "--no-incremental")
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _run(folder: Path, module: str, *options: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "GITHUB"))}
    paths = [str(folder), *filter(None, [kept.get("PYTHONPATH")])]
    environment = {**kept, "PYTHONPATH": os.pathsep.join(paths), "MYPYPATH": str(folder)}
    command = [sys.executable, "-m", module, *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
