"""Whether ``diff`` tells every change of a method and a parameter, and no other: asked of the wheels.

Run with ``python benchmarks/release_changes.py FOLDER``. The folder has a folder for each release,
``llama-stack-0.5.4`` or ``ogx-1.5.0``, with its unpacked wheels (``pip install --no-deps --target``).
The wheels are compared by plain means (``tests/support/plain_changes.py``), which know the snapshots and the
package as little as the package knows them. It ends with 1 where something is missed or made up.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from provider_conformance.contracts.snapshots import Release, available, load
from provider_conformance.releases.changes import compare
from support.plain_changes import (
    Library,
    Protocols,
    as_differences,
    differences,
    protocols,
    where_in,
)

PACKAGES = ("llama_stack", "llama_stack_api", "ogx", "ogx_api")
LEFT_OUT = {"ui", "templates", "distributions", "cli", "inline", "remote"}
"""Folders without protocols."""


def unpacked(folder: Path, release: Release) -> Protocols:
    """The protocols in a release's wheels, found in the dictionaries of its resolver."""
    root = folder / f"{release.stack}-{release.release}"
    files = [file for package in PACKAGES for file in (root / package).rglob("*.py")]
    library = Library(
        file.read_text(encoding="utf-8") for file in files if not LEFT_OUT & {*file.relative_to(root).parts}
    )
    return protocols(library, where_in(library))


def main() -> int:
    """Compare all neighbours of which there are wheels, print what differs, and say whether nothing does."""
    folder = Path(sys.argv[1])
    known = [release for release in available() if (folder / f"{release.stack}-{release.release}").is_dir()]
    found = {release: unpacked(folder, release) for release in known}
    wrong = 0
    for old, new in pairwise(known):
        expected = differences(found[old], found[new])
        told = as_differences(compare(load(old), load(new)).changes)
        wrong += len(expected ^ told)
        print(
            f"{old} -> {new}: {len(expected)} changes, {len(expected - told)} missed, "
            f"{len(told - expected)} made up"
        )
        for one in sorted(expected ^ told):
            print("   ", "missed" if one in expected else "made up", *one)
    return int(wrong > 0 or len(known) < 2)


if __name__ == "__main__":
    sys.exit(main())
