"""Build what a release hands out, and look at it: ``python tools/distribution.py [--keep FOLDER]``.

Sdist and wheel are built with what is installed, looked over by ``twine check --strict`` and
``check-wheel-contents``, and measured. It ends with 1 where one of these says no.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LARGEST_WHEEL: Final = 2_000_000
"""Bytes: a wheel is fetched by every job of every provider."""
NEEDED: Final = ("tests/conftest.py", "fixtures/manifest.yaml", "tox.ini", "constraints/ci.txt", "README.md")
"""What an sdist has to have so that its tests run."""


def run(*command: str) -> None:
    """Run a command of this interpreter's environment; raise CalledProcessError where it says no."""
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)  # noqa: S603 - our own commands


def wrong(sdist: Path, wheel: Path, tag: str | None) -> Iterator[str]:
    """What is wrong with the two files beyond what the tools say.

    Args:
        sdist: The one file.
        wheel: The other.
        tag: The tag that releases them, such as ``v1.2.3``; None where none does.
    """
    version = wheel.name.split("-")[1]
    if tag is not None and tag != f"v{version}":
        yield f"the tag is {tag}, and the version {version}"
    if tag is not None and f"## {version} " not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"):
        yield f"CHANGELOG.md has no section `## {version} - YYYY-MM-DD`"
    if (size := wheel.stat().st_size) > LARGEST_WHEEL:
        yield f"{wheel.name} has {size} bytes, more than {LARGEST_WHEEL}"
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    for name in NEEDED:
        if name not in names:
            yield f"{sdist.name} has no {name}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and judge; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--keep", type=Path, help="leave the files in this folder")
    parser.add_argument("--tag", help="the tag of the release, which has to say what the version says")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        try:
            run("build", "--no-isolation", "--outdir", str(folder))
            (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
            run("twine", "check", "--strict", str(sdist), str(wheel))
            run("check_wheel_contents", str(wheel))
        except subprocess.CalledProcessError as error:
            return error.returncode
        found = list(wrong(sdist, wheel, options.tag))
        print(f"{wheel.name}: {wheel.stat().st_size} bytes, {sdist.name}: {sdist.stat().st_size} bytes")
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
