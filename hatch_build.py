"""Pack the snapshots into one file of a wheel: they repeat each other, and are 1.5 MB one by one."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = Path("conformance", "provider_conformance", "contracts", "snapshots", "data")
PACKED = "snapshots.tar.xz"


class PackSnapshots(BuildHookInterface[Any]):
    """Of an editable install nothing is packed: it reads the files themselves."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the packed file in the place of the folder's JSON files, which pyproject.toml leaves out."""
        if version == "editable":
            return
        self.folder = tempfile.mkdtemp(prefix="snapshots-")
        target = Path(self.folder, PACKED)
        with tarfile.open(target, "w:xz", preset=9) as packed:
            for file in sorted(Path(self.root, DATA).glob("*.json")):
                member = tarfile.TarInfo(file.name)  # without the times and owners of this machine
                member.size = file.stat().st_size
                with file.open("rb") as content:
                    packed.addfile(member, content)
        build_data["force_include"][str(target)] = str(Path(*DATA.parts[1:], PACKED))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the packed file away: the wheel has it."""
        if version != "editable":
            shutil.rmtree(self.folder)
