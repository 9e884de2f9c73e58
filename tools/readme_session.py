"""Run the terminal session that the README shows, and put it there.

A copy of the reference inference provider gets two mistakes and is checked. ``python
tools/readme_session.py`` writes what pytest said into the README; with ``--check`` it writes nothing and
exits with 1 where the README says something else. Times may differ; the name of the temporary folder is
left out of paths.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_REFERENCE = ROOT / "reference_providers" / "inference" / "reference_inference"
_MISTAKES = {
    "async def register_model(": "def register_model(",
    "contents: list[": "texts: list[",
}
_COMMAND = ("pytest", "--provider=my_pkg")
_NOT_A_TERMINAL = ("CI", "BUILD_NUMBER", "GITHUB", "PYTEST", "PROVIDER_CONFORMANCE")
_LEFT_OUT = re.compile(r"^(platform|rootdir|configfile|plugins|cachedir|Using)\b")
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_SECONDS = re.compile(r"=* (.*) in [\d.]+s =*")
_COLUMN = re.compile(r" +(?:time|[\d.]+ s)(?= |$)", re.MULTILINE)


def write_package(folder: Path, *, sound: bool = False) -> None:
    """Write ``my_pkg``, a copy of the reference provider with two mistakes, or none, into ``folder``."""
    package = folder / "my_pkg"
    shutil.copytree(_REFERENCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in package.glob("*.py"):
        file.write_text(
            file.read_text(encoding="utf-8").replace("reference_inference", "my_pkg"), encoding="utf-8"
        )
    if sound:
        return
    module = package / "inference.py"
    text = module.read_text(encoding="utf-8")
    for right, wrong in _MISTAKES.items():
        if text.count(right) != 1:
            raise SystemExit(f"{_REFERENCE}: {right!r} is not there exactly once; choose another mistake")
        text = text.replace(right, wrong)
    module.write_text(text, encoding="utf-8")


def session() -> str:
    """Check the package in a fresh folder and return the session as a terminal shows it."""
    with tempfile.TemporaryDirectory() as name:
        write_package(Path(name))
        environment = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_A_TERMINAL)}
        run = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", *_COMMAND, "--color=no", "-p", "no:cacheprovider"],
            cwd=name,
            env=environment | {"COLUMNS": "100"},
            check=False,
            capture_output=True,
            text=True,
        )
    shown = run.stdout.replace(f"{Path(name).resolve()}{os.sep}", "")
    lines = [line for line in shown.splitlines() if not _LEFT_OUT.match(line)]
    return "\n".join([f"$ {' '.join(_COMMAND)}", *lines]) + "\n"


def timeless(text: str) -> str:
    """Take the times out, and the bars and the column that make room for them."""
    return _COLUMN.sub("", _SECONDS.sub(r"\1", text))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the session; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where the README differs")
    options = parser.parse_args(arguments)
    readme = README.read_text(encoding="utf-8")
    shown, real = _BLOCK.search(readme), session()
    if shown is None:
        raise SystemExit("README.md has no console block")
    if timeless(shown[0]) == timeless(real):
        return 0
    if options.check:
        print(f"README.md shows another session than this; run python tools/readme_session.py\n\n{real}")
        return 1
    README.write_text(readme[: shown.start()] + real + readme[shown.end() :], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
