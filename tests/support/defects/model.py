"""What a planted defect is: edits of a reference provider's source, and the rule that must find it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from support.references import FOLDER


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a file of the package, and what takes its place; the piece is there once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that an author gets wrong.

    Attributes:
        name: What is wrong, in the words of a test's name.
        code: The rule that finds it.
        provider: The folder of the reference provider.
        edits: How to get it wrong.
        patience: How many seconds a trial may take: few where the defect is that it never ends.
    """

    name: str
    code: str
    provider: str
    edits: tuple[Edit, ...]
    patience: float = 30.0

    @property
    def package(self) -> str:
        """The import name."""
        return f"reference_{self.provider}"

    def plant(self, folder: Path) -> Path:
        """A copy of the provider with the defect in it.

        Args:
            folder: Where the copy is made.

        Returns:
            The copied project.
        """
        project = folder / self.provider
        shutil.copytree(FOLDER / self.provider, project, ignore=shutil.ignore_patterns("__pycache__"))
        for edit in self.edits:
            path = project / self.package / edit.file
            before = path.read_text("utf-8")
            assert before.count(edit.old) == 1, (
                f"{self.name}: {edit.old!r} is there {before.count(edit.old)} times"
            )
            path.write_text(before.replace(edit.old, edit.new), "utf-8")
        return project
