"""The baseline of a run: the file with the failures that are accepted, read before and written after it."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from provider_conformance.errors import UsageError
from provider_conformance.run import baseline
from provider_conformance.run.report import Report
from provider_conformance.run.selection import KnownFailure


@dataclass(frozen=True, slots=True)
class Baseline:
    """A file, what it accepts, and whether it is to be written anew."""

    path: Path
    entries: tuple[KnownFailure, ...] = ()
    update: bool = False

    def write(self, report: Report) -> str:
        """Write what a run came to; return why that could not be done, or nothing.

        After a selection, or where a check did not come to its end, nobody knows what still fails.
        """
        if report.deselected or report.counts.broken:
            return f"{baseline.OPTION}: {self.path} was not written: not every check was judged"
        try:
            text = baseline.render(baseline.updated(report, self.entries))
            self.path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            return f"{baseline.OPTION}: {self.path} was not written: {error.strerror}"
        return ""


def read(text: str | None, root: Path, codes: Collection[str], *, update: bool) -> Baseline | None:
    """The baseline that is asked for, None without any.

    Args:
        text: Its path, None where none is named.
        root: The folder that a path is relative to.
        codes: The codes of all rules.
        update: Whether it is to be written anew.

    Raises:
        UsageError: If there is no such file, or it is no baseline.
    """
    if text is None:
        if update:
            raise UsageError(f"{baseline.OPTION}-update: name the file with {baseline.OPTION}=FILE")
        return None
    path = root / Path(text).expanduser()
    if update and not path.exists() and path.parent.is_dir():
        return Baseline(path, update=True)
    if not path.is_file():
        raise UsageError(f"{baseline.OPTION}: there is no file {path}; {baseline.OPTION}-update makes one")
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{baseline.OPTION}: {path} cannot be read: {error}") from None
    today = datetime.datetime.now(datetime.UTC).date()
    return Baseline(path, baseline.parse(written, codes, today, unreasoned=update), update)
